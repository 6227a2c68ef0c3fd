"""What was made or pulled once and stays on disk, so that a restart needs nobody for it."""
