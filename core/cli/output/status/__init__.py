"""What controllers tell of themselves, as `driftdeck status` prints it."""
