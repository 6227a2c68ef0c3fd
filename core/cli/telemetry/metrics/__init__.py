"""Metrics: those that grow, those that a snapshot holds, and what people look at them with."""
