"""Repositories of other machines, followed in bare caches on this one.

Whatever speaks to a server of Git is a child process with limits and a deadline (`child`); what it
brings lies in an ordinary bare repository (`caches`) that the rest of `core.git` reads like any
other.  So a server that hangs, lies or sends too much costs that process, and what was fetched
before stays readable while the server is away.
"""
