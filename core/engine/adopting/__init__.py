"""Adoptions: live values stated in Git by one commit.

`adopting` edits the files and makes the commit; `messages` says what was taken over, and from whom.
"""
