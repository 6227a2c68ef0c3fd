"""Live values that Git is to state.

`choosing` says which and why not, `stripping` what a new object is without what the cluster put in,
and `adoptions` has it done.
"""
