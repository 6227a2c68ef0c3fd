"""The reconcile engine: desired state in Git, live state in clusters, and the drift between."""
