"""Commits that an engine makes: reverts and rollbacks, and live values that are adopted.

`reverting` and `adopting` work them out and make them, `racing` makes each once though others push,
`messages` says what was taken over from whom, and `announced` puts them on record first.
"""
