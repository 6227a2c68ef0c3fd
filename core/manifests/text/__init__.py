"""YAML as text: its tokens, tags, scalars, and the tree that they make."""
