"""What the mind knows, what can happen, and what it can ask to be done."""
