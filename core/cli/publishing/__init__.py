"""The controller tells of itself in the cluster that it lives in, for whoever looks."""
