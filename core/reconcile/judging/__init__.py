"""From what is known to rows: the verdict of each object, and what must be asked for it."""
