"""The property test of verdicts: the API server itself says what is drift.

Objects are grown from small seeds by the cluster's own OpenAPI documents, so fields are hit that
nobody thought of; the server refuses what is nonsense.  Then they are created, restated, edited by
a person and synced, and after each step four properties must hold:

1. the local verdict finds what a dry-run apply would change, and nothing else;
2. after a sync the verdict is in sync, and a second apply changes nothing;
3. an edit by a person that changed the live object is drift at or around that place;
4. the order of keys means nothing.

`python -m tests.core.compare.oracle --minutes 5` looks longer and elsewhere than the test does.
Everything follows from the kind and the number of the trial, so a failure is found again.
"""
