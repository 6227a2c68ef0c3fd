"""Promotions: what one environment has, carried over to another by one commit.

`promoting` decides what is carried and sees that nothing else changes; `places` finds where it
stands in the files of the target.
"""
