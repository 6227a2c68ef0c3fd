"""Objects and fields as they are named on the command line: `deploy/web`, `cm/shop/flags`."""

from collections.abc import Iterable, Mapping

from core.errors import UsageError
from core.model import Drift, Key, Snapshot
from core.telling.plans import listed

_NAMED_MAX = 10  # of what could have been meant


def objects_named(
    words: Iterable[str], snapshot: Snapshot, app: str | None = None
) -> tuple[Drift, ...]:
    """Return the objects that are meant; each word means exactly one.

    Args:
        words: KIND/NAME or KIND/NAMESPACE/NAME; the kind in any case, or by a short name.
        snapshot: The objects that there are.
        app: The one whose objects count; None: those of all.

    Raises:
        UsageError: A word means none, or several.
    """
    return tuple(_named(word, snapshot, app) for word in words)


def _named(word: str, snapshot: Snapshot, app: str | None) -> Drift:
    kind, _, rest = word.partition("/")
    *between, name = rest.split("/")
    found = [
        row
        for row in snapshot.rows.values()
        if row.key.ref.name == name
        and app in {None, row.key.app}
        and between in ([], [row.key.ref.namespace])
        and kind.lower() in _called(row, snapshot)
    ]
    if not found:
        raise UsageError(f"{word}: no such object; name it like Deployment/web, deploy/shop/web")
    if len(found) > 1:
        several = ", ".join(f"{row.key.ref} of {row.key.app}" for row in found[:_NAMED_MAX])
        raise UsageError(f"{word} means several: {several}")
    return found[0]


def _called(row: Drift, snapshot: Snapshot) -> frozenset[str]:
    """Return what the kind of an object may be called, in lower case."""
    kind = row.key.ref.kind.lower()
    shorts = (view.short_kinds for view in snapshot.clusters if view.spec.name == row.cluster)
    short = (name for names in shorts for name, kinds in names.items() if kind in kinds)
    return frozenset({kind, *short})


def fields_named(paths: Iterable[str], rows: Iterable[Drift]) -> Mapping[Key, frozenset[str]]:
    """Return by object which of its drifted fields are meant; an object without any is left out.

    Raises:
        UsageError: A path is no drifted field of any of them.
    """
    drifted = {row.key: frozenset(change.path for change in row.drifts) for row in rows}
    wanted, known = frozenset(paths), frozenset().union(*drifted.values())
    if wanted - known:
        lacking = ", ".join(sorted(wanted - known))
        raise UsageError(
            f"{lacking}: no field that drifted; {listed(sorted(known)) or 'nothing'} did"
        )
    return {key: found & wanted for key, found in drifted.items() if found & wanted}
