"""What writes, to a cluster or to Git: it shows its plan and asks."""
