"""The kinds that the embedded server knows, their schemas, defaults and encodings."""
