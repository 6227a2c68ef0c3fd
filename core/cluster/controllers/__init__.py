"""What controllers tell of themselves in a cluster: written by one, read by whoever looks."""
