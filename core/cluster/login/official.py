"""The parts of the official client that we use; imported while connecting, in a thread.

Its import costs 0.3 s on top of aiohttp, so nothing else here imports it at its head.  The parent
package is put in place without running its body: that would import the synchronous client as well,
which nobody uses here (0.15 s, 230 modules).
"""

import importlib.util
import sys

if "kubernetes" not in sys.modules:
    _found = importlib.util.find_spec("kubernetes")
    assert _found is not None, "a dependency of this package"
    sys.modules["kubernetes"] = importlib.util.module_from_spec(_found)

from kubernetes.aio.client import rest
from kubernetes.aio.config import incluster_config, kube_config

__all__ = ["incluster_config", "kube_config", "rest"]
