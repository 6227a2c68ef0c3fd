"""Who set a live value, and when: the person first, and no surer than the evidence is."""

import re
from collections.abc import Callable
from typing import Final

from core.model import DELETIONS, Absent, Actor, Confidence, FieldChange, Operation, Seen, epoch_of
from core.telling.moments import ago, written
from core.telling.spans import Line, Role, say
from core.telling.values import GLANCE, secret_word, text_of
from core.telling.values import story as value_story

_WAS_CHARACTERS: Final = 24  # of the value before a step, where a line has little room
# kubectl names the command in its field manager, and runs a plugin kubectl-x as `kubectl x`.
_KUBECTL: Final = re.compile(r"kubectl-([a-z]+)")
_COMMANDS: Final = {"kubectl-client-side-apply": "kubectl apply"}


def story(actor: Actor | None, now: float, seen: Seen | None = None) -> Line:
    """Say it on a page, with times written out: `jane, 49s ago (2026-…), kubectl edit (audit)`.

    Of whom nothing is known at all, nothing is said.
    """
    if actor is None or not (_known(actor) or actor.time or seen or actor.observed_at):
        return ()
    was = f"was {_before(seen)}" if seen is not None else ""
    return _told(actor, seen, lambda stamp: written(stamp, now), was)


def brief(actor: Actor, now: float, change: FieldChange | None = None) -> Line:
    """Say it in a pane, with ages: `jane, 49s ago, kubectl edit (audit)`.

    Of a *change* also what our own watch saw of it.
    """
    seen = change.seen if change is not None else None
    was = ""
    if change is not None and seen is not None and not secret_word(change):
        was = f"was {text_of(seen.before)[:_WAS_CHARACTERS]}"
    return _told(actor, seen, lambda stamp: ago(stamp, now), was)


def began(actor: Actor, seen: Seen | None = None) -> tuple[str, bool] | None:
    """When it was done (RFC 3339), and whether just then or then at the latest; None: unknown."""
    if actor.confidence is Confidence.AUDIT and actor.time:
        return actor.time, True
    if seen is not None and seen.since:
        return seen.at, False
    if actor.observed_at:
        return actor.observed_at, True
    return (actor.time, False) if actor.time and epoch_of(actor.time) else None


def tool(actor: Actor) -> str:
    """Name what it was done with as one would type it; "" where that is not known."""
    manager = actor.manager or ""
    command = _KUBECTL.fullmatch(manager)
    named = _COMMANDS.get(manager, f"kubectl {command[1]}" if command else manager)
    if actor.operation is Operation.APPLY:
        named += " apply --server-side" if named == "kubectl" else " apply" if named else ""
    deed = "delete" if actor.verb in DELETIONS else ""
    return " ".join(filter(None, (named, actor.subresource, deed)))


def _told(actor: Actor, seen: Seen | None, said: Callable[[str], str], was: str) -> Line:
    who, *rest = _parts(actor, _when(actor, seen, said))
    told = "".join(f", {part}" for part in rest if part) + f" ({actor.confidence})"
    return (say(who, Role.LIVE), say(told + (f", {was}" if was else ""), Role.MUTED))


def _parts(actor: Actor, when: str) -> tuple[str, ...]:
    """Who, when and with what; where no person is known, the program stands for one."""
    with_what = tool(actor)
    if actor.user:
        return actor.user, when, with_what
    if actor.suspects:
        return f"perhaps {' or '.join(actor.suspects)}", when, with_what
    return (with_what, when, "user unknown") if with_what else ("user unknown", when)


def _known(actor: Actor) -> bool:
    return bool(actor.manager or actor.user or actor.suspects)


def _before(seen: Seen) -> str:
    if isinstance(seen.before, Absent):
        return "not there"
    before = value_story(seen.before)
    return before if len(before) <= GLANCE else f"{before[:GLANCE]}…"


def _when(actor: Actor, seen: Seen | None, said: Callable[[str], str]) -> str:
    found = began(actor, seen)
    if found is None:
        return "time unknown"
    stamp, just_then = found
    if just_then:
        watched = actor.confidence is not Confidence.AUDIT
        return f"seen {said(stamp)}" if watched else said(stamp)
    if seen is not None and seen.since:
        return f"between {said(seen.since)} and {said(seen.at)}"
    return f"at least {said(stamp)}"
