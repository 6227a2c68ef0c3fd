"""One connection to an API server: requests, answers, and how often to come back."""
