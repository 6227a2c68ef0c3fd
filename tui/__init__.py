"""The terminal: an interactive drift explorer over the engine's snapshots."""
