"""From a path to a kind, an object and a verb."""

from dataclasses import dataclass

from core.sandbox.types.kinds import Kind, Registry

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_NAMESPACE_SUBRESOURCES = ("status", "finalize")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a request is about."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def group_version(path: str) -> tuple[str, str, list[str]] | None:
    """Split a path into group, version and the rest; None where it is no API path."""
    parts = [part for part in path.split("/") if part]
    if len(parts) > 1 and parts[0] == "api":
        return "", parts[1], parts[2:]
    if len(parts) > 2 and parts[0] == "apis":  # noqa: PLR2004 - apis, group, version
        return parts[1], parts[2], parts[3:]
    return None


def target_of(path: str, registry: Registry) -> Target | None:
    """Return what *path* names; None where nothing is served."""
    split = group_version(path)
    if split is None or not split[2]:
        return None
    group, version, rest = split
    namespace = ""
    below = rest[2:3]
    if (
        rest[0] == "namespaces"
        and below
        and not (group == "" and below[0] in _NAMESPACE_SUBRESOURCES)
    ):
        namespace, rest = rest[1], rest[2:]
    kind = registry.find(group, version, rest[0])
    if kind is None or (namespace and not kind.namespaced):
        return None
    name, subresource = [*rest[1:3], "", ""][:2]
    if not _serves(kind, subresource) or rest[3:]:
        return None
    if name and kind.namespaced and not namespace:
        return None
    return Target(kind=kind, namespace=namespace, name=name, subresource=subresource)


def _serves(kind: Kind, subresource: str) -> bool:
    return {
        "": True,
        "status": kind.has_status,
        "scale": kind.has_scale,
        "finalize": kind.kind == "Namespace",
    }.get(subresource, False)


def verb_of(method: str, target: Target, *, watching: bool) -> str:
    """Name what a request does, as rights do."""
    if method in ("GET", "HEAD"):
        if target.name:
            return "get"
        return "watch" if watching else "list"
    if method == "DELETE" and not target.name:
        return "deletecollection"
    return _VERBS[method]
