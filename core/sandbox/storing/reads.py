"""Lists: selectors, pages, and which version of the world a client gets."""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from core.sandbox.store import Object, Store, key_of
from core.sandbox.storing import selectors
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import (
    bad_request,
    expired,
    forbidden_field,
    invalid_options,
    too_large_version,
)

_OPEN_LISTS_MAX = 64
_STALE = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter."
)


def version_of(text: str) -> int:
    """Read a resourceVersion parameter.

    Raises:
        StatusError: It is no number (400).
    """
    if not text:
        return 0
    if not text.isdigit():
        raise bad_request(
            f'invalid resource version: resourceVersion: Invalid value: "{text}": '
            f'strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    return int(text)


class Reader:
    """Lists the objects of a store; a list that is read in pages does not change under way."""

    def __init__(self, store: Store) -> None:
        """Read from *store*."""
        self._store = store
        self._open: OrderedDict[str, list[Object]] = OrderedDict()

    def forget(self) -> None:
        """Forget the lists under way, as a compaction does."""
        self._open.clear()

    def listed(self, kind: Kind, namespace: str, query: Mapping[str, str]) -> Object:
        """Return the list that a GET with these parameters is answered."""
        wanted = selectors.both(
            selectors.labels(query.get("labelSelector", "")),
            selectors.fields(query.get("fieldSelector", ""), kind),
        )
        limit = int(query.get("limit") or 0)
        token = query.get("continue", "")
        if token:
            version, start, snapshot = self._resumed(token, kind, namespace)
        else:
            version, start = self._version(query), 0
            snapshot = self._store.all_at(kind.resource, namespace, version)
        found: list[Object] = []
        at = start
        while at < len(snapshot) and (not limit or len(found) < limit):
            if wanted is None or wanted(snapshot[at]):
                found.append(snapshot[at])
            at += 1
        meta: Object = {"resourceVersion": str(version)}
        if not kind.schema:
            meta["continue"] = ""
        if at < len(snapshot):
            meta["continue"] = self._token(kind, namespace, version, at, snapshot)
            if wanted is None:
                meta["remainingItemCount"] = len(snapshot) - at
        return {
            "kind": kind.list_kind,
            "apiVersion": kind.api_version,
            "metadata": meta,
            "items": found,
        }

    def _version(self, query: Mapping[str, str]) -> int:
        asked = version_of(query.get("resourceVersion", ""))
        match = query.get("resourceVersionMatch", "")
        current = self._store.version
        cause = None
        if query.get("sendInitialEvents"):
            cause = forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list")
        elif match and not query.get("resourceVersion"):
            why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            cause = forbidden_field("resourceVersionMatch", why)
        if cause is not None:
            raise invalid_options("ListOptions", [cause])
        if asked > current:
            raise too_large_version(asked, current)
        return asked if match == "Exact" else current

    def _token(
        self, kind: Kind, namespace: str, version: int, at: int, snapshot: list[Object]
    ) -> str:
        name = f"{kind.qualified}/{namespace}/{version}"
        self._open[name] = snapshot
        self._open.move_to_end(name)
        while len(self._open) > _OPEN_LISTS_MAX:
            self._open.popitem(last=False)
        start = "/".join(key_of(snapshot[at - 1])) + "\u0000"
        content = {"v": "meta.k8s.io/v1", "rv": version, "start": start, "at": at}
        return base64.urlsafe_b64encode(msgspec.json.encode(content)).decode().rstrip("=")

    def _resumed(self, token: str, kind: Kind, namespace: str) -> tuple[int, int, list[Object]]:
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            content = msgspec.json.decode(raw, type=dict[str, object])
            version, at = int(str(content["rv"])), int(str(content["at"]))
        except (binascii.Error, msgspec.DecodeError, KeyError, ValueError) as error:
            raise bad_request(
                f"invalid continue token: continue key is not valid: {error}"
            ) from error
        snapshot = self._open.get(f"{kind.qualified}/{namespace}/{version}")
        if snapshot is None:
            raise expired(_STALE)
        return version, at, snapshot
