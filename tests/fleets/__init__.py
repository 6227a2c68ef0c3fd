"""One repository for three clusters, a story: the suite tells it on embedded servers.

`python -m tests.fleets` tells it on three real ones, which take too long to start for every run.
"""
