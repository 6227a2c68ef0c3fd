"""The parts of the official client that we use; imported while connecting, in a thread.

Its import costs as much as all of ours, so nothing else here imports it at its head.  The parent
packages are put in place without running their bodies: those would import the synchronous client as
well, leader election, streams and a dynamic client, which nobody uses here (0.2 s, 270 modules).
So is the module of its typed client, which the loader of kubeconfigs names and never calls for us:
pydantic and dateutil come with it (0.06 s, 80 modules).
"""

import importlib.util
import sys
from types import ModuleType

if "kubernetes" not in sys.modules:
    _found = importlib.util.find_spec("kubernetes")
    assert _found is not None, "a dependency of this package"
    sys.modules["kubernetes"] = importlib.util.module_from_spec(_found)
if "kubernetes.aio" not in sys.modules:
    _found = importlib.util.find_spec("kubernetes.aio")
    assert _found is not None, "a part of it"
    sys.modules["kubernetes.aio"] = importlib.util.module_from_spec(_found)
if "kubernetes.aio.client.api_client" not in sys.modules:
    _typed = ModuleType("kubernetes.aio.client.api_client")
    vars(_typed)["ApiClient"] = None
    sys.modules[_typed.__name__] = _typed

from kubernetes.aio.client import rest
from kubernetes.aio.config import incluster_config, kube_config

__all__ = ["incluster_config", "kube_config", "rest"]
