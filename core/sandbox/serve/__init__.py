"""The embedded server on the wire: HTTP, routes, watches, users and fault switches."""
