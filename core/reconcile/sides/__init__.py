"""News of both sides taken in: what Git states and what the clusters report."""
