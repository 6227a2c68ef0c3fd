"""What a person can do, one module for each group of the help.

An action is one `Action` value in the `ACTIONS` of its group: its keys, its words, what it does and
why it cannot be done.  `registry` collects them; bindings, help and hints follow from there.
"""
