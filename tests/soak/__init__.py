"""Hours of edits, commits and faults against a real API server, and the accounts of what we did."""
