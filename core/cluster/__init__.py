"""API servers: the only door to `kubernetes` and aiohttp.

One `Cluster` per API server.  What it learns goes out as inputs of `core.reconcile`; what the
engine wants done comes in as calls.  The parts, from the socket up:

* `transport`   two aiohttp sessions; every fault of theirs becomes a `LinkError` here
* `credentials` who we are: kubeconfig, pod, exec plugin; `kubeconfig` reads the files
* `link`        the connection that is current, and whether the server can be reached at all
* `answers`     what an HTTP answer means; pure
* `reflector`   list, then watch, one kind in one scope; `following` joins the scopes of a kind
* `discovery`, `openapi`, `access`, `gateway`, `inventory`: what is asked for by name

Importing this package is cheap: aiohttp (0.2 s) and kubernetes (0.3 s more) are imported while
connecting, in a thread.
"""

from core.clock import Clock
from core.cluster.cluster import Cluster

__all__ = ["Clock", "Cluster"]
