"""The case table of verdicts.md section 5, played by the whole program on both API servers.

Every row is a `Case` in `rows`: what Git states, what somebody then does to the cluster, and the
verdict that driftdeck must give.  `play` puts all rows into one repository, lets `driftdeck sync`
apply them, lets people, webhooks and controllers act, and reads `driftdeck diff -o json` twice: as
a user who may dry-run (the server confirms) and as one who may only read (the local comparison).

`python -m tests.verdicts` prints what `tests/bench/figures.md` shows; the tests hold every row.
"""
