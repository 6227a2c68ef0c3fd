"""Read kubeconfig files as kubectl does, and find one context in them.

The library merges the files and parses their YAML; what it does with a user's credentials is not
used (kubernetes.md section 8: anonymous after a failed plugin, an old token for ever, no `as:`).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from core.errors import UsageError
from core.model import ClusterSpec

DEFAULT_PATH: Final = "~/.kube/config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One context with what it names; the dictionaries are the files' own words."""

    name: str
    namespace: str
    user_name: str
    cluster: Mapping[str, Any] = field(repr=False)
    user: Mapping[str, Any] = field(repr=False)  # credentials
    cluster_folder: str
    user_folder: str


def paths_of(spec: ClusterSpec, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files to read, in order; the first one wins where two disagree."""
    text = spec.kubeconfig or environ.get("KUBECONFIG") or DEFAULT_PATH
    paths = [os.path.expanduser(part) for part in text.split(os.pathsep) if part]  # noqa: PTH111
    return tuple(paths)


def stamps_of(paths: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return what changes when one of the files does."""
    return tuple(_stamp(path) for path in paths)


def _stamp(path: str) -> tuple[int, int]:
    try:
        stat = Path(path).stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


def find_context(loader: ModuleType, paths: tuple[str, ...], context: str) -> Entry:
    """Return one context.

    Args:
        loader: The module `kubernetes.aio.config.kube_config`, imported by the caller.
        paths: From `paths_of`.
        context: Its name; "" means the current one.

    Raises:
        UsageError: No file, no such context, or a file that cannot be read.
    """
    existing = [path for path in paths if Path(path).is_file()]
    if not existing:
        raise UsageError(f"no kubeconfig: {', '.join(paths)} does not exist")
    # The library raises what its parser raises, and trips over odd shapes with the rest.
    trouble = (
        loader.ConfigException,
        loader.yaml.YAMLError,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    )
    try:
        return _find(loader.KubeConfigMerger(os.pathsep.join(existing)).config, context)
    except trouble as error:
        if isinstance(error, loader.ConfigException):
            raise UsageError(f"kubeconfig {', '.join(existing)}: {error}") from error
        raise UsageError(
            f"kubeconfig {', '.join(existing)} cannot be read ({type(error).__name__})"
        ) from error


def _find(config: Any, context: str) -> Entry:  # noqa: ANN401 - the library has no types
    name = context or config.safe_get("current-context")
    if not name:
        raise UsageError("the kubeconfig names no current context: choose one with --context")
    node = _named(config, "contexts", name)
    if node is None:
        known = ", ".join(sorted(str(node.value["name"]) for node in config.value["contexts"]))
        raise UsageError(f"no context {name!r} in the kubeconfig; there is: {known or 'none'}")
    entry = node.value["context"]
    cluster = _named(config, "clusters", entry["cluster"])
    if cluster is None or not cluster.value["cluster"].get("server"):
        raise UsageError(f"context {name!r} names no cluster with a server")
    user = _named(config, "users", entry.get("user") or "")
    if user is None and entry.get("user"):
        # Never as anonymous in the name of somebody.
        raise UsageError(f"context {name!r}: the kubeconfig has no user {entry['user']!r}")
    return Entry(
        name=name,
        namespace=entry.get("namespace") or "",
        user_name=entry.get("user") or "",
        cluster=cluster.value["cluster"],
        user=(user.value["user"] or {}) if user else {},
        cluster_folder=_folder(cluster.path),
        user_folder=_folder(user.path) if user else "",
    )


def _named(config: Any, section: str, name: str) -> Any:  # noqa: ANN401 - as above
    return next((node for node in config.value[section] if node.value["name"] == name), None)


def _folder(path: str) -> str:
    return str(Path(path).absolute().parent)
