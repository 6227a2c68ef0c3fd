"""What commands print: JSON for programs, lines for people, ink where there is a terminal."""
