"""What is there: the object store, refs, listings, the graph of commits, and word of changes."""
