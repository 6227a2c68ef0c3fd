"""Following objects: list, then watch, kind by kind, through every break of the stream."""
