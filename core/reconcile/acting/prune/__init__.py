"""Pruning: what Git dropped is deleted, past every guard of safety.md section 3 and no sooner."""
