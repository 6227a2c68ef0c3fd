"""What a controller that runs in a cluster tells of itself to whoever looks."""
