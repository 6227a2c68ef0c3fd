"""The paths of the Kubernetes API.  Names are quoted: one with a slash must not leave its place."""

from urllib.parse import quote

from core.errors import RejectedError
from core.model import KindRef, Resource


def group_version_path(api_version: str) -> str:
    """Return where the kinds of "v1" or "apps/v1" live."""
    root = "apis" if "/" in api_version else "api"
    return f"/{root}/{quote(api_version)}"


def collection_path(resource: Resource, namespace: str) -> str:
    """Return where a kind is listed; namespace "" means all, or that it has none."""
    root = group_version_path(resource.kind.api_version)
    place = f"/namespaces/{quote(namespace, safe='')}" if namespace and resource.namespaced else ""
    return f"{root}{place}/{quote(resource.plural, safe='')}"


def object_path(resource: Resource, namespace: str, name: str) -> str:
    """Return where one object lives.

    Raises:
        RejectedError: The name is none that Kubernetes allows in a path.
    """
    if not name or name in {".", ".."} or "/" in name or "%" in name:
        raise RejectedError(f"{name!r} cannot be the name of a {resource.kind.kind}")
    return f"{collection_path(resource, namespace)}/{quote(name, safe=':')}"


def kind_words(kind: KindRef) -> str:
    """Name a kind for people."""
    return f"{kind.kind} ({kind.api_version})"
