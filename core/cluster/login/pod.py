"""The account of the pod that this runs in: a folder that the kubelet keeps fresh.

Its token is read again every minute and after a 401, its authorities with every connection that is
made anew; the server stands in the environment, as in every pod.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.cluster.login.login import read_token
from core.model import ClusterSpec
from core.model.controllers.controller import Controller

FOLDER: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
VARIABLE: Final = "DRIFTDECK_SERVICE_ACCOUNT"  # another folder, for accounts that are mounted so
HOST: Final = "KUBERNETES_SERVICE_HOST"


def account_folder(environment: Mapping[str, str]) -> Path:
    """Return where the files of the account are, be they there or not."""
    return Path(environment.get(VARIABLE) or FOLDER)


def pod_namespace(environment: Mapping[str, str]) -> str:
    """Return the namespace that this pod is in; "" where this is no pod."""
    if HOST not in environment:
        return ""
    return read_token(str(account_folder(environment) / "namespace"))


def home_namespace(
    spec: ClusterSpec, controller: Controller, environment: Mapping[str, str]
) -> str:
    """Return where a controller is in its cluster; in a pod of that one it is the pod's own."""
    own = pod_namespace(environment) if spec.in_cluster else ""
    return own or controller.namespace
