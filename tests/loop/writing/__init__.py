"""What is written, and what is left alone, on an embedded and on a real server."""
