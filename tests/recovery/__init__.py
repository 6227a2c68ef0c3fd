"""A cluster that was lost: everything it had stands in Git, and is to be there again."""
