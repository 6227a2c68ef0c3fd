"""Mutation testing of the pure rooms: do the tests notice when a line is wrong?

mutmut (https://mutmut.readthedocs.io) writes every mutant of a function beside the function, runs
the tests once to learn which of them reach which function, and forks a process for each mutant,
which runs just those.  This package says what a realistic mutant is (`operators`), draws a sample
(`sampling`), and works in a copy of the tree (`__main__` makes it, `worker` runs in it).
What it cannot change: lines outside functions, and functions with decorators other than
`staticmethod` and `classmethod`.
"""
