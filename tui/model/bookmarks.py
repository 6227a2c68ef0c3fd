"""Bookmarks: objects and apps that a person comes back to, kept between runs as JSON."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from core.model import Key, ObjectRef

KEPT_MAX: Final = 200  # the newest
Mark: TypeAlias = Key | str  # an object, or an app by its name


class _Stored(msgspec.Struct, omit_defaults=True):
    """One of them in the file."""

    app: str
    kind: str = ""
    name: str = ""
    group: str = ""
    namespace: str = ""


def decoded(text: bytes) -> tuple[Mark, ...]:
    """Read the file; what is no bookmark is none."""
    try:
        stored = msgspec.json.decode(text, type=list[_Stored])
    except msgspec.MsgspecError:
        return ()
    return tuple(
        Key(one.app, ObjectRef(one.group, one.kind, one.namespace, one.name))
        if one.kind
        else one.app
        for one in stored
    )


def encoded(marks: Sequence[Mark]) -> bytes:
    """Write them, the newest last."""
    return msgspec.json.format(msgspec.json.encode([*map(_stored, marks[-KEPT_MAX:])]))


def _stored(mark: Mark) -> _Stored:
    if isinstance(mark, str):
        return _Stored(mark)
    ref = mark.ref
    return _Stored(mark.app, ref.kind, ref.name, ref.group, ref.namespace)


def toggled(marks: Sequence[Mark], mark: Mark) -> tuple[Mark, ...]:
    """Return them with *mark*, or without it where it was among them."""
    rest = tuple(each for each in marks if each != mark)
    return rest if len(rest) < len(marks) else (*rest, mark)


def called(mark: Mark) -> str:
    """How one is typed: `payments`, or `payments Deployment/payments/api`."""
    if isinstance(mark, str):
        return mark
    ref = mark.ref
    return f"{mark.app} {'/'.join(filter(None, (ref.kind, ref.namespace, ref.name)))}"
