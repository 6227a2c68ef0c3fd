"""What a user is shown, on an embedded and on a real server."""
