"""Who set a live value, and when: no surer than the evidence is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.model import Absent, Actor, Confidence, FieldChange, Seen
from core.telling.moments import ago, moment
from core.telling.spans import Line, Role, say
from core.telling.values import GLANCE, secret_word, text_of
from core.telling.values import story as value_story

_WAS_CHARACTERS: Final = 24  # of the value before a step, where a line has little room


def story(actor: Actor | None, seen: Seen | None = None) -> Line:
    """Say it as a sentence: by whom with what, when, and what was there before."""
    if actor is None:
        return ()
    told = [_who(actor), _suspects(actor), _when(actor, seen, _WRITTEN_OUT)]
    if seen is not None:
        told[-1] += f" (was {_before(seen)})"
    if seen is not None and not (actor.manager or actor.user):
        told.append("by whom is not known")
    sentence = ", ".join(filter(None, told))
    return (say(sentence),) if sentence else ()


def brief(actor: Actor, now: float, change: FieldChange | None = None) -> Line:
    """Say it in one row: manager, operation, age, user, and how sure that is.

    Of a *change* also what our own watch saw of it.
    """
    seen = change.seen if change is not None else None
    words = []
    if actor.operation:
        detail = f"/{actor.subresource}" if actor.subresource else ""
        words.append(f"{actor.operation}{detail}")
    words.append(_when(actor, seen, _as_ages(now)))
    if change is not None and seen is not None and not secret_word(change):
        words.append(f"(was {text_of(seen.before)[:_WAS_CHARACTERS]})")
    user = f"user {actor.user}" if actor.user else "user unknown"
    words.append(f"user {_suspects(actor)}" if actor.suspects else user)
    words.append(f"({actor.confidence})")
    manager = say(actor.manager or "manager unknown", Role.LIVE)
    return (manager, say(f" {' '.join(words)}", Role.MUTED))


def _who(actor: Actor) -> str:
    tool = " ".join(part for part in (actor.manager, actor.subresource) if part)
    if actor.user:
        return f"by {actor.user} with {tool}" if tool else f"by {actor.user}"
    if actor.observed_at and actor.confidence is Confidence.OWNED:  # that step shows nobody
        return f"owned by {tool}"
    return f"by {tool}" if tool else ""


def _suspects(actor: Actor) -> str:
    return f"perhaps {' or '.join(actor.suspects)}" if actor.suspects else ""


def _before(seen: Seen) -> str:
    if isinstance(seen.before, Absent):
        return "not there"
    before = value_story(seen.before)
    return before if len(before) <= GLANCE else f"{before[:GLANCE]}…"


# When --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Times:
    """How a moment is said."""

    moment: Callable[[str], str]
    latest: Callable[[str], str]  # one that managedFields tells: it was then, or before
    unknown: str


_WRITTEN_OUT: Final = _Times(moment, lambda stamp: f"at or before {moment(stamp)}", "")


def _as_ages(now: float) -> _Times:
    def said(stamp: str) -> str:
        return ago(stamp, now)

    return _Times(said, lambda stamp: f"{said(stamp)} or before", "time unknown")


def _when(actor: Actor, seen: Seen | None, times: _Times) -> str:
    if actor.confidence is Confidence.AUDIT and actor.time:
        return times.moment(actor.time)
    if seen is not None and seen.since:
        return f"between {times.moment(seen.since)} and {times.moment(seen.at)}"
    if actor.observed_at:
        return f"seen {times.moment(actor.observed_at)}"
    return times.latest(actor.time) if actor.time else times.unknown
