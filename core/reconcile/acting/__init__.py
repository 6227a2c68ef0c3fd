"""From rows to writes: plans, runs that carry them out, healing, reverts, the inventory."""
