"""Two sides against each other, in words."""
