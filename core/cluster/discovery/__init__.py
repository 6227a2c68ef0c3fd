"""What an API server serves: kinds from discovery, schemas from its OpenAPI."""
