"""Proposals: what will be written is shown first, and followed to its end as it was shown."""
