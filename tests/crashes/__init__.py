"""The program killed at every point at which it writes, and what the next one makes of that."""
