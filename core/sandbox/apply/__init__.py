"""Server-side apply and patches: merging objects and keeping who owns which field."""
