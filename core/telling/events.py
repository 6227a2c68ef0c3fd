"""One thing that happened: its name in words, how loud it is, and what it is about."""

from collections.abc import Mapping
from typing import Final

from core.model import Event, FieldChange, FieldVerdict
from core.model.paths import format_path, parse_path
from core.telling import changes, values
from core.telling.spans import Line, Role, Span, say

_VALUE_CHARACTERS: Final = 40  # of a value in a list
_ROLES: Final[Mapping[str, Role]] = {
    "drift_detected": Role.DRIFTED,
    "healed": Role.HEALING,
    "synced": Role.GIT,
    "reverted": Role.GIT,
    "source_updated": Role.GIT,
    "fighting": Role.CONTESTED,
    "heal_failed": Role.ERROR,
    "sync_failed": Role.ERROR,
    "prune_blocked": Role.ERROR,
    "source_unavailable": Role.ERROR,
    "cluster_unavailable": Role.ERROR,
}


def story(event: Event, at: str) -> Line:
    """Say an event in one line of a log; *at* is its time, as the log writes times."""
    parts = [at, event.name, event.app or str(event.called)]
    parts += [str(event.ref)] if event.ref else []
    parts += [f"at {event.revision[:7]}"] if event.revision else []
    counted = (change for change in event.changes if change.verdict is not FieldVerdict.INFO)
    said = "; ".join([*(changes.sentence(change) for change in counted), event.message])
    head = " ".join(part for part in parts if part)
    return (say(f"{head}: {said.strip('; ')}".rstrip(": ")),)


def word(event: Event) -> Span:
    """The event's name in words, as loud as it deserves."""
    return say(event.name.replace("_", " "), _ROLES.get(event.name, Role.MUTED))


def about(event: Event) -> Span:
    """What it is about: its object, else its app, else its cluster."""
    ref = event.ref
    return say(f"{ref.kind} {ref.name}" if ref else event.app or event.called.short)


def message(event: Event) -> Span:
    """What it says, else the fields it names."""
    said = event.message or ", ".join(change.path for change in event.changes)
    return say(said, Role.MUTED)


def fields(
    event: Event, arrow: str, *, whole: bool = True, characters: int = _VALUE_CHARACTERS
) -> tuple[tuple[str, str], ...]:
    """The fields it is about with both values, each with who set it: `spec.replicas 5 -> 3`, jane.

    Not *whole* is the last part of each path; of a longer value stand so many *characters*.
    """
    counted = (change for change in event.changes if not changes.is_noise(change))
    return tuple(
        (_sides(change, arrow, whole=whole, characters=characters), _who(change))
        for change in counted
    )


def _sides(change: FieldChange, arrow: str, *, whole: bool, characters: int) -> str:
    path = change.path if whole else _last(change.path)
    live, git = (_short(values.text_of(side), characters) for side in (change.live, change.git))
    sides = values.secret_word(change) or f"{live}{arrow}{git}"
    return f"{path} {sides}" if path else sides


def _who(change: FieldChange) -> str:
    return (change.actor.user or change.actor.manager or "") if change.actor is not None else ""


def _short(text: str, characters: int) -> str:
    """The beginning of a long text and its end, which tells images apart."""
    if len(text) <= characters:
        return text
    head = characters // 3
    return f"{text[:head]}…{text[len(text) - characters + head :]}"


def _last(path: str) -> str:
    """The last key of a path, with what stands behind it in brackets."""
    parts = parse_path(path)
    at = max((at for at, part in enumerate(parts) if isinstance(part, str)), default=0)
    return format_path(parts[at:])
