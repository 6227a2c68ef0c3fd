"""The settings file as a document: which keys there are, and what each must hold."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.compare import OwnerClass
from core.manifests.plain import Path as KeyPath
from core.manifests.plain import PlainDocument, load_plain
from core.model import AppSpec, ClusterSpec, Contested, Extras, Json
from core.settings.fields import (
    FieldError,
    app_name,
    cluster_name,
    inner_path,
    namespace,
    one_of,
    repository,
)
from core.settings.ignoring import ignore_rules
from core.settings.mappings import TYPE_WORDS, mapping

UNNAMED_CLUSTER: Final = ClusterSpec(name="current")  # the kubeconfig's current context

_TOP_KEYS: Final[Mapping[str, type]] = {"clusters": dict, "apps": list}
_CLUSTER_KEYS: Final[Mapping[str, type]] = {
    "context": str,
    "in_cluster": bool,
    "protected": bool,
    "audit_log": str,
}
_APP_KEYS: Final[Mapping[str, type]] = {
    "name": str,
    "repo": str,
    "revision": str,
    "path": str,
    "cluster": str,
    "namespace": str,
    "heal": bool,
    "follow": bool,
    "namespaces": list,
    "inventory_namespace": str,
    "owns": list,
    "extras": str,
    "contested": str,
    "managers": dict,
    "ignore": list,
}


def parse_settings(
    file: str, content: bytes, folder: Path
) -> tuple[tuple[AppSpec, ...], tuple[ClusterSpec, ...]]:
    """Read the apps and clusters of a settings file.

    Args:
        file: The name that errors show.
        content: The file's bytes.
        folder: Where relative repositories start.

    Raises:
        UsageError: Something is wrong; the message starts with file, line and column.
    """
    document = load_plain(file, content)
    top = mapping(document, (), document.value, _TOP_KEYS)
    clusters = _clusters(document, top.get("clusters"), folder) or (UNNAMED_CLUSTER,)
    entries = top.get("apps")
    if not isinstance(entries, list) or not entries:
        raise document.error(("apps",) if "apps" in top else (), "name at least one app under apps")
    names = [cluster.name for cluster in clusters]
    apps: list[AppSpec] = []
    for i, entry in enumerate(entries):
        app = _app(document, ("apps", i), entry, names, folder)
        if app.name in {other.name for other in apps}:
            raise document.error(("apps", i, "name"), f'two apps are named "{app.name}"')
        apps.append(app)
    return tuple(apps), clusters


def _clusters(document: PlainDocument, value: Json, folder: Path) -> tuple[ClusterSpec, ...]:
    if not isinstance(value, dict):
        return ()
    return tuple(_cluster(document, name, entry, folder) for name, entry in value.items())


def _cluster(document: PlainDocument, name: str, entry: Json, folder: Path) -> ClusterSpec:
    path: KeyPath = ("clusters", name)
    if not name:
        raise document.key_error(path, "a cluster needs a name")
    value = mapping(document, path, entry, _CLUSTER_KEYS)
    if value.get("in_cluster") and value.get("context"):
        raise document.error((*path, "context"), "context and in_cluster exclude each other")
    return ClusterSpec(
        name=name,
        context=str(value.get("context", "")),
        in_cluster=bool(value.get("in_cluster", False)),
        protected=bool(value.get("protected", False)),
        audit_log=_beside(folder, str(value.get("audit_log", ""))),
    )


def _app(
    document: PlainDocument, at: KeyPath, entry: Json, clusters: list[str], folder: Path
) -> AppSpec:
    value = mapping(document, at, entry, _APP_KEYS)
    text = {key: item for key, item in value.items() if isinstance(item, str)}
    try:
        return AppSpec(
            name=app_name(_stated(text, "name")),
            repo=repository(_stated(text, "repo"), folder),
            revision=text.get("revision") or "HEAD",
            path=inner_path(text.get("path", "")),
            cluster=cluster_name(text.get("cluster"), clusters),
            namespace=namespace(text.get("namespace", "")),
            heal=bool(value.get("heal", True)),
            follow=bool(value.get("follow", True)),
            namespaces=_namespaces(document, (*at, "namespaces"), value.get("namespaces")),
            owns=_namespaces(document, (*at, "owns"), value.get("owns")),
            extras=one_of("extras", text.get("extras", "human"), Extras),
            contested=one_of("contested", text.get("contested", "show"), Contested),
            managers=_managers(document, (*at, "managers"), value.get("managers")),
            ignore=ignore_rules(document, (*at, "ignore"), value.get("ignore")),
            inventory_namespace=namespace(
                text.get("inventory_namespace", ""), "inventory_namespace"
            ),
        )
    except FieldError as error:
        place = (*at, error.field) if error.field in value else at
        raise document.error(place, str(error)) from error


def _beside(folder: Path, path: str) -> str:
    """Return a path that may start at the folder of the settings file."""
    return os.path.normpath(folder / Path(path).expanduser()) if path else ""


def _managers(document: PlainDocument, at: KeyPath, value: Json) -> tuple[tuple[str, str], ...]:
    """Read which field managers count as another class of writer than their name suggests."""
    if not isinstance(value, dict):
        return ()
    for name, kind in value.items():
        try:
            one_of(name, kind if isinstance(kind, str) else "", OwnerClass)
        except FieldError as error:
            raise document.error((*at, name), str(error)) from error
    return tuple((name, str(kind)) for name, kind in value.items())


def _stated(text: Mapping[str, str], key: str) -> str:
    if not text.get(key):
        raise FieldError(key, f"an app needs a {key}")
    return text[key]


def _namespaces(document: PlainDocument, at: KeyPath, value: Json) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        # An empty list would read as "all", which is never spelt as empty.
        raise document.error(at, "name at least one namespace, or leave it out")
    for i, item in enumerate(value):
        if not isinstance(item, str) or not item:
            raise document.error((*at, i), f"a namespace must be {TYPE_WORDS[str]}")
        try:
            namespace(item)
        except FieldError as error:
            raise document.error((*at, i), str(error)) from error
    return tuple(str(item) for item in value)
