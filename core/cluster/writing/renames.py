"""The inventory that an app kept under another name, or in another namespace, before.

In its own namespace one of the same folder is enough: the app was renamed.  Elsewhere that may be
the same folder deployed a second time, so there most of what it lists must be stated now, too.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from core.cluster.writing.inventory import app_of, home_of, rows_of
from core.cluster.writing.shards import ConfigMap, Place, beginning_of
from core.errors import RejectedError
from core.model import Claim, Home, ObjectRef

NAMESPACES_MAX: Final = 20  # that are looked into one by one, where all at once is not allowed


def namespaces_of(place: Place, claim: Claim) -> tuple[str, ...]:
    """Return where an inventory may lie: its own namespace first, then those of its objects."""
    stated = {ref.namespace for ref in claim.stated if ref.namespace} - {place.namespace}
    return (place.namespace, *sorted(stated))[:NAMESPACES_MAX]


def may_be_earlier(named: Iterable[ConfigMap], place: Place, claim: Claim) -> bool:
    """Tell by the names alone whether `earlier` has any to choose from."""
    places = (Place(app_of(each.metadata.name), each.metadata.namespace) for each in named)
    return any(old.app and _is_free(old, place, claim) for old in places)


def earlier(
    found: Iterable[ConfigMap], place: Place, home: Home, cluster_uid: str, claim: Claim
) -> Place | None:
    """Choose the inventory that was kept for the app of *place*; of several none is certain."""
    ours = [
        (old, data)
        for old, data in filter(None, map(beginning_of, found))
        if _is_free(old, place, claim)
        and data.get("cluster") in {"", cluster_uid}
        and data.get("rows")
        and (written := home_of(data)) is not None
        and written.is_surely(home)
    ]
    here = [old for old, _ in ours if old.namespace == place.namespace]
    olds = here or [old for old, data in ours if _is_mostly_of(data, claim.stated)]
    return olds[0] if len(olds) == 1 else None


def _is_free(old: Place, place: Place, claim: Claim) -> bool:
    """Tell whether an inventory is of no app that there is now."""
    return old != place and old.app not in claim.others


def _is_mostly_of(data: Mapping[str, str], stated: frozenset[ObjectRef]) -> bool:
    """Tell whether more than half of the objects of an inventory are stated now."""
    try:
        rows = rows_of([data["rows"]])
    except RejectedError:
        return False
    return 2 * sum(row.ref in stated for row in rows) > len(rows)


def listing(found: Iterable[ConfigMap], uid: str, read: Collection[Place]) -> str:
    """Name an inventory that has an object, beside those that are *read* here; "": none has.

    A uid is given once only, so whose cluster an inventory says it is of need not be asked.
    """
    for each in found:
        place = Place(app_of(each.metadata.name), each.metadata.namespace)
        lines = (each.data or {}).get("rows", "").splitlines()
        if place not in read and any(uid in line.split(" ")[1:2] for line in lines):
            return f"ConfigMap {place.namespace}/{each.metadata.name}"
    return ""
