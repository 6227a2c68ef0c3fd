"""Who is told, beside those who look: receivers of webhooks, and readers of Events."""
