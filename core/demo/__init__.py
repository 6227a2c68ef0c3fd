"""The demo's world: a sample repository, an embedded cluster, and a colleague who causes drift.

`sample` is the repository's history and `files` what its commits hold, `colleague` does what
hurried people do with kubectl, and `world` puts them beside an API server (`core.sandbox`).
Whoever shows it is `core.cli`.
"""
