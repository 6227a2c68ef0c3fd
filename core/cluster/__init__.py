"""API servers: the only door to `kubernetes` and aiohttp.

One `Cluster` per API server.  What it learns goes out as inputs of `core.reconcile`; what the
engine wants done comes in as calls.  The parts, from the socket up:

* `connection` two aiohttp sessions, the link that is current, what an answer means
* `login`      who we are: kubeconfig, pod, exec plugin
* `discovery`  which kinds there are, and their schemas
* `following`  list, then watch: one kind in one scope, and all scopes of a kind together
* `writing`    what is asked for by name: access, apply, the inventory of what was applied
* `presence`   connected or lost, told once; `audit` reads the API server's log
* `controllers` what a controller tells of itself in its cluster, and whoever looks
* `collecting` objects of a few kinds, listed once; `inquiry` asks a few things beside the engine

Importing this package is cheap: aiohttp (0.2 s) and kubernetes (0.3 s more) are imported while
connecting, in a thread.
"""

from core.clock import Clock
from core.cluster.cluster import Cluster
from core.cluster.collecting import collected
from core.cluster.connection.fence import unfenced
from core.cluster.controllers.board import Board
from core.cluster.controllers.reading import seen as controllers_seen
from core.cluster.inquiry import Inquiry, inquiry
from core.cluster.leasing.replica import replica_of
from core.cluster.login.addresses import known_place, known_twice
from core.cluster.login.pod import home_namespace, pod_namespace
from core.cluster.writing.access import Question
from core.cluster.writing.announcing import Announcer

__all__ = [
    "Announcer",
    "Board",
    "Clock",
    "Cluster",
    "Inquiry",
    "Question",
    "collected",
    "controllers_seen",
    "home_namespace",
    "inquiry",
    "known_place",
    "known_twice",
    "pod_namespace",
    "replica_of",
    "unfenced",
]
