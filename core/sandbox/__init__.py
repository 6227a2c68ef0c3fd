"""The embedded API server: a Kubernetes API in this process, for `driftdeck demo` and for tests.

It speaks the real protocol over HTTP on loopback, and behaves as the real server does in everything
driftdeck relies on; `tests/contract/` runs the same statements against both.  From the inside out:

* `types` knows the kinds: schemas, field sets, quantities, defaults, encodings and statuses;
* `apply` is server-side apply and patches, pure functions all;
* `storing` is what the server does to an object that is read or written, and `store` its memory;
* `serve` is the edge: routes, watches, users, faults, HTTP; `auditing` its log of who wrote what.
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
        from core.sandbox.serve import server  # noqa: PLC0415 - lazily, see above

        return getattr(server, name)
    raise AttributeError(name)
