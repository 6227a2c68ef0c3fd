"""The parts of the official client that we use; imported while connecting, in a thread.

Its import costs 0.3 s on top of aiohttp, so nothing else here imports it at its head.
"""

from kubernetes.aio.client import rest
from kubernetes.aio.config import incluster_config, kube_config

__all__ = ["incluster_config", "kube_config", "rest"]
