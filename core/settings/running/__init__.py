"""How driftdeck runs as a controller, whom it tells, and when it takes new settings."""
