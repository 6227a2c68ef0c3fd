"""What is equal: the cluster's schema, scalars, lists and the walk over two documents."""
