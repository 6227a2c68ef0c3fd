"""The embedded API server: a Kubernetes API in this process, for `driftdeck demo` and for tests.

It speaks the real protocol over HTTP on loopback, and behaves as the real server does in everything
driftdeck relies on; `tests/contract/` runs the same statements against both.  From the inside out:

* `schema`, `fieldset`, `typed`, `fitting`, `merging`, `comparing`, `owning`, `managed` and
  `ownership` are server-side apply, pure functions all;
* `codec`, `defaults`, `strategies`, `services`, `validation` and `immutable` are what the server
  does to an object of a built-in kind, `custom` to the others;
* `store`, `watching` and `reads` are its memory, `writes` changes it, `api` is the whole;
* `routes`, `wire`, `http` and `server` are the edge.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.sandbox.serve.faults import Faults
    from core.sandbox.serve.server import Sandbox, SandboxThread

__all__ = ["Faults", "Sandbox", "SandboxThread"]


def __getattr__(name: str) -> object:
    """Load the server when it is first wanted: aiohttp costs more than most commands."""
    if name == "Faults":
        from core.sandbox.serve.faults import Faults  # noqa: PLC0415 - lazily, see above

        return Faults
    if name in __all__:
        from core.sandbox import server  # noqa: PLC0415 - lazily, see above

        return getattr(server, name)
    raise AttributeError(name)
