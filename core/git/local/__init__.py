"""A repository as it lies on this machine: its settings, what is under way in it, what ails it."""
