"""Live values that Git is to state: `choosing` says which and why not, `adoptions` has it done."""
