"""Reading and writing stored objects as an API server does, admission included."""
