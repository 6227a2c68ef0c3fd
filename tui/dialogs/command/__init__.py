"""The line that is typed after `:`, what it may become, and what is wrong with it."""
