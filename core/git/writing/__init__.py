"""The only writes: commits made without a checkout, and the work tree that follows them."""
