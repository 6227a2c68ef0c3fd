"""The colours of the terminal, and the styles that are made of them for each role."""
