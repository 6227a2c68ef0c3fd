"""What settings say of the controller itself: where it lives and where it may be asked."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core.settings.checks import FieldError, cluster_name, namespace
from core.settings.fields import Field, Place, mapping, read_fields
from core.settings.readers import read_listen

if TYPE_CHECKING:
    from core.model import ClusterSpec, Json
    from core.model.controllers.controller import Controller

SHARDS_MOST: Final = 100
_SECRET_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_SECRET_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")


def _read_namespace(value: "Json", _: Place) -> str:
    name = namespace(str(value))
    if not name:
        raise FieldError("namespace", "a controller lives in a namespace; leave it out, or name it")
    return name


def _read_home(value: "Json", place: Place) -> str:
    return "" if value is None else cluster_name(str(value), place.clusters)


def _read_shards(value: "Json", place: Place) -> int:
    if not isinstance(value, int) or not 1 <= value <= SHARDS_MOST:
        raise FieldError(place.key, f"shards are counted from 1 to {SHARDS_MOST}")
    return value


def _read_secret_name(value: "Json", _: Place) -> str:
    if not _SECRET_NAME.fullmatch(str(value)):
        raise FieldError("name", f'"{value}" is no name of a Secret (a-z, 0-9, dots, dashes)')
    return str(value)


def _read_secret_key(value: "Json", _: Place) -> str:
    if not _SECRET_KEY.fullmatch(str(value)) or str(value) in {".", ".."}:
        raise FieldError("key", f'"{value}" is no key of a Secret')
    return str(value)


CONTROLLER: Final = (
    Field(
        name="namespace",
        type=str,
        read=_read_namespace,
        default="driftdeck",
        help="Where the controller lives; in a pod it is the pod's own.",
    ),
    Field(
        name="cluster",
        type=str,
        read=_read_home,
        help="In which of the clusters; left out, the in_cluster one, or the only one.",
    ),
    Field(
        name="shards",
        type=int,
        read=_read_shards,
        default=1,
        help="Into how many parts the apps are divided, each with one writer at a time.",
    ),
    Field(
        name="listen",
        type=str,
        read=read_listen,
        default="127.0.0.1:8080",
        help="Address and port of its metrics and health.",
    ),
)


SECRET: Final = (
    Field(name="name", type=str, read=_read_secret_name, needed=True, help="What it is called."),
    Field(
        name="key",
        type=str,
        read=_read_secret_key,
        default="kubeconfig",
        help="Under which of its keys the kubeconfig stands.",
    ),
)


def read_secret(value: "Json", place: Place) -> tuple[str, str] | None:
    """Read which Secret holds a kubeconfig; left out, none does."""
    if value is None:
        return None
    found = read_fields(SECRET, place, mapping(SECRET, place, value))
    return found["name"], found["key"]


def read_controller(place: Place, value: "Json") -> "Controller":
    """Read the mapping; left out, it is what it is without a word.

    Raises:
        UsageError: Something in it is wrong; the message starts with file, line and column.
    """
    from core.model.controllers.controller import UNSTATED, Controller  # noqa: PLC0415 - lazily, as in `readers`

    if value is None:
        return UNSTATED
    found = read_fields(CONTROLLER, place, mapping(CONTROLLER, place, value))
    return Controller(**found, stated=True)


def home_of(controller: "Controller", clusters: Sequence["ClusterSpec"]) -> "ClusterSpec":
    """Return the cluster that the controller lives in.

    Raises:
        FieldError: There are several, and nothing says which.
    """
    inside = [one for one in clusters if one.in_cluster]
    named = [one for one in clusters if one.name == controller.cluster]
    found = named or inside or clusters
    if len(found) != 1:
        known = ", ".join(one.name for one in clusters)
        reason = f"say in which cluster the controller lives (cluster: under controller): {known}"
        raise FieldError("cluster", reason)
    return found[0]
