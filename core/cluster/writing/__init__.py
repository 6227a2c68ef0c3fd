"""Everything that is sent to change something, and whether we may send it."""
