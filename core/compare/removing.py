"""What an apply cannot do: take away what others added, and rename an entry of a list.

Server-side apply leaves the fields of other managers alone, so a heal of such a field is a patch
that removes exactly it, at the place where it stands in one version of the object.  An entry whose
key was changed is another entry to it: it would stay beside Git's, or be in its way.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from core.model import Absent, Desired, Json, Live
from core.model.paths import Parts, Steps, format_pointer, locate, parse_path, value_at

_TWINS: Final = {"serviceAccountName": "serviceAccount"}


def removals(live: Live, paths: Iterable[str]) -> tuple[str, ...]:
    """Return where fields stand in *live*, as JSON pointers (RFC 6901).

    Args:
        live: The object at the version that the patch will be made against.
        paths: Of the fields, as in `FieldChange.path`; those that are gone already are left out.

    Returns:
        Later entries of a list before earlier ones, so that no removal moves another.
    """
    body: Json = msgspec.json.decode(live.body)
    found = (locate(body, parts) for path in paths for parts in _with_twin(parse_path(path)))
    places = sorted({steps for steps in found if steps}, key=_later_first, reverse=True)
    return tuple(format_pointer(steps) for steps in places)


def replacements(
    live: Live, desired: Desired, pairs: Iterable[tuple[str, str]]
) -> tuple[tuple[str, Json], ...]:
    """Return where list entries stand in *live* that Git's take the place of, and Git's.

    Args:
        live: The object at the version that the patch will be made against.
        desired: What Git states.
        pairs: The path of the live entry, and that of Git's.
    """
    body: Json = msgspec.json.decode(live.body)
    git: Json = msgspec.json.decode(desired.body)
    found = (
        (locate(body, parse_path(place)), value_at(git, parse_path(path))) for place, path in pairs
    )
    return tuple(
        (format_pointer(steps), entry)
        for steps, entry in found
        if steps and not isinstance(entry, Absent)
    )


def _with_twin(parts: Parts) -> tuple[Parts, ...]:
    """Add the field from which the server would fill in a removed one again."""
    twin = _TWINS.get(parts[-1]) if parts and isinstance(parts[-1], str) else None
    return (parts,) if twin is None else (parts, (*parts[:-1], twin))


def _later_first(steps: Steps) -> list[tuple[bool, int, str]]:
    return [(isinstance(s, int), s if isinstance(s, int) else 0, str(s)) for s in steps]
