"""Origins of what was rendered: the line of a file where the text tells, else the last commit.

A field is traced to a file where exactly one of the object's statements in Git (the object itself,
and the patches on it) has its value at the very same path.  Any other guess could be a wrong line.
"""

from dataclasses import replace

import msgspec

from core.attribution.origins import Origins
from core.model import Absent, Document, Json
from core.model.paths import PathError, parse_path, value_at
from core.reconcile.memory.results import Explained


def rendered(origins: Origins, document: Document, plain: Explained, *, missing: bool) -> Explained:
    """Give each change of a rendered object its origin, or the object itself if it is missing.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    made = document.made
    assert made is not None
    last = origins.of_inputs(document, made.inputs)
    if missing:
        return replace(plain, origin=last)
    changes = []
    for change in plain.changes:
        stated = None if isinstance(change.git, Absent) else _statement(document, change.path)
        if stated is not None:
            (change,) = origins.attach(stated, (change,))  # noqa: PLW2901 - it, with its origin
        if change.origin is None and not isinstance(change.git, Absent):
            change = replace(change, origin=last)  # noqa: PLW2901 - it, with its origin
        changes.append(change)
    return replace(plain, changes=tuple(changes))


def _statement(document: Document, path: str) -> Document | None:
    """Return the only statement that says of a field what the render says."""
    assert document.made is not None
    said = _at(document, path)
    found = [one for one in document.made.statements if said is not None and _at(one, path) == said]
    return found[0] if len(found) == 1 else None


def _at(document: Document, path: str) -> bytes | None:
    try:
        parts = parse_path(path)
    except PathError:
        return None
    value: Json | Absent = value_at(msgspec.json.decode(document.body), parts)
    return None if isinstance(value, Absent) else msgspec.json.encode(value)
