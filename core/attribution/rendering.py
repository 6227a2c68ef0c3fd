"""Origins of what was rendered: the line of a file where the text tells, else the last commit.

A field is traced to a file where exactly one of the object's statements in Git (the object itself,
and the patches on it) has its value at the very same path; where helm rendered it, to the value in
a file of values that it was made from.  Any other guess could be a wrong line.
"""

from dataclasses import replace

import msgspec

from core.attribution.origins import Origins
from core.model import Absent, Document, FieldChange, Json, Origin
from core.model.paths import PathError, parse_path, value_at


def origin_of(origins: Origins, document: Document) -> Origin | None:
    """Return the origin of an object as a whole, be it rendered or stated as it is.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    if document.made is None:
        return origins.of_object(document)
    return origins.of_inputs(document, document.made.inputs)


def attached(
    origins: Origins, document: Document, changes: tuple[FieldChange, ...]
) -> tuple[FieldChange, ...]:
    """Give each change of an object its origin, be it rendered or stated as it is.

    Raises:
        UnavailableError: The repository cannot be read.
    """
    if document.made is None:
        return origins.attach(document, changes)
    last = origin_of(origins, document)
    found: list[FieldChange] = []
    for change in changes:
        stated = None if isinstance(change.git, Absent) else _statement(document, change.path)
        if stated is not None:
            (change,) = origins.attach(stated, (change,))  # noqa: PLW2901 - it, with its origin
        elif not isinstance(change.git, Absent):
            valued = _valued(origins, document, change.path)
            change = replace(change, origin=valued)  # noqa: PLW2901 - it, with its origin
        if change.origin is None and not isinstance(change.git, Absent):
            change = replace(change, origin=last)  # noqa: PLW2901 - it, with its origin
        found.append(change)
    return tuple(found)


def _statement(document: Document, path: str) -> Document | None:
    """Return the only statement that says of a field what the render says."""
    assert document.made is not None
    said = _at(document, path)
    found = [one for one in document.made.statements if said is not None and _at(one, path) == said]
    return found[0] if len(found) == 1 else None


def _valued(origins: Origins, document: Document, path: str) -> Origin | None:
    """Return the value behind a field that helm rendered."""
    assert document.made is not None
    if not document.made.values:
        return None
    try:
        parts = parse_path(path)
    except PathError:
        return None
    said = value_at(msgspec.json.decode(document.body), parts)
    return None if isinstance(said, Absent) else origins.of_value(document.made.values, parts, said)


def _at(document: Document, path: str) -> bytes | None:
    try:
        parts = parse_path(path)
    except PathError:
        return None
    value: Json | Absent = value_at(msgspec.json.decode(document.body), parts)
    return None if isinstance(value, Absent) else msgspec.json.encode(value)
