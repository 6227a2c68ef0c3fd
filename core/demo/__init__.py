"""The demo's world: a sample repository, an embedded cluster, and a colleague who causes drift.

`sample` is the repository's history, `colleague` what hurried people do with kubectl, and `world`
puts both beside an API server (`core.sandbox`) into one folder.  Whoever shows it is `core.cli`.
"""
