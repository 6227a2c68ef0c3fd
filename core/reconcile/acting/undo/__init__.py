"""Putting back what a sync or a heal changed, as far as its record tells."""
