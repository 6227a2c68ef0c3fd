"""What every Kubernetes object must have, checked before anything is sent anywhere.

Names end up in URLs, so they are held to the server's own rules here.  Nothing says a value of a
Secret: a message goes to screens and logs.
"""

import base64
import binascii
import re
from typing import Final

from core.clean import clean
from core.errors import ManifestError
from core.manifests.text.tree import Tree
from core.model import Json, JsonObject

NAME_MAX: Final = 253
LABEL_MAX: Final = 63
ANNOTATIONS_MAX_BYTES: Final = 256 * 1024  # in all, the server's limit
OBJECT_MAX_BYTES: Final = 1536 * 1024  # etcd's limit for one request
SHOWN_CELLS: Final = 60

_API_VERSION: Final = re.compile(r"(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[a-z0-9]+\Z")
_KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_SUBDOMAIN: Final = re.compile(
    r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z"
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")
_SEGMENT: Final = re.compile(r"(?!\.\.?\Z)[!-$&-.0-~]+\Z")  # printable ASCII without "/" and "%"
_OPENSHIFT: Final = ".openshift.io"


class Place:
    """One object in its file; builds the errors that point into it."""

    def __init__(self, tree: Tree, value: JsonObject, line: int) -> None:
        """Remember the object and the line it starts on."""
        self._tree, self._value, self._line = tree, value, line

    def error(self, reason: str, *path: str) -> ManifestError:
        """Build the error about the field at *path*."""
        line = self._tree.line_at(self._value, self._line, path)
        return ManifestError(self._tree.path, line, reason)


def text_of(value: JsonObject, field: str, place: Place) -> str:
    """Return `apiVersion` or `kind`, which must be there and be well-formed."""
    found = value.get(field)
    if found is None or found == "":
        raise place.error(f"{field} is missing")
    if not isinstance(found, str):
        raise place.error(f"{field} is not text; quote it", field)
    if (_API_VERSION if field == "apiVersion" else _KIND).match(found) is None:
        raise place.error(f'[NAME] "{_shown(found)}" is no {field}', field)
    return found


def name_of(value: JsonObject, group: str, kind: str, place: Place) -> str:
    """Return metadata.name, checked by the rule for its kind."""
    metadata = value.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise place.error("metadata is not a mapping", "metadata")
    name = None if metadata is None else metadata.get("name")
    if name is None or name == "":
        if metadata is not None and metadata.get("generateName"):
            reason = "metadata.generateName makes a new object each time; Git must give a name"
            raise place.error(reason, "metadata", "generateName")
        raise place.error("metadata.name is missing", "metadata")
    if not isinstance(name, str):
        raise place.error("metadata.name is not text; quote it", "metadata", "name")
    loose = (
        group == "rbac.authorization.k8s.io" or group.endswith(_OPENSHIFT) or kind == "IPAddress"
    )
    if len(name) > NAME_MAX or (_SEGMENT if loose else _SUBDOMAIN).match(name) is None:
        reason = f'[NAME] "{_shown(name)}" is no name the API server takes'
        raise place.error(reason, "metadata", "name")
    return name


def namespace_of(value: JsonObject, place: Place) -> str | None:
    """Return metadata.namespace; None when the object names none."""
    metadata = value["metadata"]
    assert isinstance(metadata, dict)
    namespace = metadata.get("namespace")
    if namespace is None or namespace == "":
        return None
    if not isinstance(namespace, str):
        raise place.error("metadata.namespace is not text; quote it", "metadata", "namespace")
    if _LABEL.match(namespace) is None:
        reason = f'[NAME] "{_shown(namespace)}" is no namespace the API server takes'
        raise place.error(reason, "metadata", "namespace")
    return namespace


def check_sizes(value: JsonObject, body: bytes, place: Place) -> None:
    """Refuse what the server would refuse for its size, before it is sent."""
    metadata = value["metadata"]
    assert isinstance(metadata, dict)
    for key, label in _entries(metadata.get("labels")):
        if isinstance(label, str) and len(label) > LABEL_MAX:
            reason = f'[SIZE] the label "{_shown(key)}" is longer than {LABEL_MAX} characters'
            raise place.error(reason, "metadata", "labels", key)
    annotations = _entries(metadata.get("annotations"))
    total = sum(len(key) + len(text) for key, text in annotations if isinstance(text, str))
    if total > ANNOTATIONS_MAX_BYTES:
        reason = f"[SIZE] the annotations are larger than {ANNOTATIONS_MAX_BYTES // 1024} KiB"
        raise place.error(reason, "metadata", "annotations")
    if len(body) > OBJECT_MAX_BYTES:
        raise place.error(f"[SIZE] the object is larger than {OBJECT_MAX_BYTES // 1024} KiB")


def check_secret(value: JsonObject, place: Place) -> None:
    """Refuse a Secret the server would refuse; its answer would quote the value."""
    for field in ("data", "stringData"):
        entries = value.get(field)
        if entries is not None and not isinstance(entries, dict):
            raise place.error(f"{field} is not a mapping", field)
        for key, text in _entries(entries):
            if text is None:
                continue
            if not isinstance(text, str):
                raise place.error(f'{field} "{_shown(key)}" is not text; quote it', field, key)
            if field == "data" and not _is_base64(text):
                raise place.error(f'data "{_shown(key)}" is not base64', field, key)


def _is_base64(text: str) -> bool:
    """Tell whether Go's decoder takes it: line breaks are skipped, other blanks are not."""
    try:
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _entries(value: Json) -> list[tuple[str, Json]]:
    return list(value.items()) if isinstance(value, dict) else []


def _shown(text: str) -> str:
    return clean(text, max_cells=SHOWN_CELLS)
