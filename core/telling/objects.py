"""One object: its verdict in words, who confirmed it, what a sync would do, whether it works."""

from collections.abc import Iterator, Mapping
from typing import Final

from core.model import (
    Cause,
    ConfirmedBy,
    Drift,
    Health,
    HealthState,
    ObjectRef,
    Verdict,
    cause_words,
    epoch_of,
)
from core.telling import actors, changes, origins
from core.telling.changes import is_noise
from core.telling.moments import age
from core.telling.spans import Line, Role, Span, say
from core.telling.verdicts import ROLES, WORDS

_ON_ONE_SIDE = frozenset({Verdict.UNKNOWN, Verdict.MISSING, Verdict.EXTRA})


_HEALTH: Final[Mapping[HealthState, tuple[str, Role]]] = {
    HealthState.CURRENT: ("works", Role.MUTED),
    HealthState.IN_PROGRESS: ("not ready", Role.WARNING),
    HealthState.FAILED: ("failed", Role.ERROR),
    HealthState.TERMINATING: ("terminating", Role.WARNING),
    HealthState.UNKNOWN: ("unknown", Role.UNKNOWN),
}


def name_of(ref: ObjectRef) -> str:
    """Name an object as people do: kind, namespace and name."""
    return str(ref).replace("/", " ", 1)


def cause_of(drift: Drift) -> str:
    """Which side moved, in words; "" where that is not known."""
    return cause_words(drift.verdict, drift.cause) if drift.cause is not None else ""


def title(drift: Drift) -> Line:
    """`Deployment shop/web: drifted, changed in the cluster`."""
    words = ", ".join(filter(None, (WORDS[drift.verdict], cause_of(drift))))
    return (say(f"{name_of(drift.key.ref)}: {words}", ROLES[drift.verdict]),)


def story(drift: Drift, now: float) -> Iterator[Line]:
    """Yield the sentences about the whole object: where it stands, who did it, what is wrong."""
    if drift.verdict is Verdict.MISSING:
        place = say(f"{drift.file}:{drift.line}", Role.PLACE)
        yield (("in Git: ", Role.TEXT), *(origins.story(drift.origin, now) or (place,)))
        who = actors.story(drift.actor, now)
        if who:
            yield (("deleted by ", Role.TEXT), *who)
    if drift.verdict is Verdict.EXTRA:
        if drift.origin is not None:
            yield (("was in Git: ", Role.TEXT), *origins.story(drift.origin, now))
        who = actors.story(drift.actor, now)
        yield (
            (("made by ", Role.TEXT), *who) if who else (("nothing tells who made it", Role.TEXT),)
        )
        unless = ", unless it is told to prune" if drift.cause is Cause.GIT_AHEAD else ""
        yield ((f"a sync leaves it alone{unless}", Role.TEXT),)
    kept = sentence(drift) if drift.tracked_by else ""
    held = drift.held.words if drift.held is not None else ""
    for reason in (kept, drift.reason, held, drift.problem):
        if reason:
            yield (say(reason),)


def sentence(drift: Drift) -> str:
    """Say what the verdict means; "" where the fields say it."""
    match drift.verdict:
        case Verdict.MISSING:
            return "Git states this object; the cluster does not have it. A sync creates it."
        case Verdict.EXTRA:
            lacks = "no longer states" if drift.cause is Cause.GIT_AHEAD else "does not state"
            return f"The cluster has this object; Git {lacks} it. A sync leaves it alone."
        case Verdict.UNKNOWN:
            return "This object cannot be judged."
        case Verdict.CONTESTED:
            return (
                "Git states fields that a controller owns, or dropped some that another applies;"
                " a sync would start a fight."
            )
        case Verdict.IN_SYNC if drift.ignored:
            return "The cluster differs from Git only where a rule says to leave it alone."
        case Verdict.IN_SYNC:
            return "The cluster has what Git states."
        case Verdict.DRIFTED if drift.tracked_by:
            return (
                f"{drift.tracked_by} keeps this object: it is healed by a person's sync"
                " or under take_over: true alone."
            )
        case Verdict.DRIFTED:
            return ""


def facts(drift: Drift, now: float) -> tuple[str, ...]:
    """How long it has differed, which side moved, and who says so."""
    found = began(drift)
    since = ""
    if found is not None:
        epoch, just_then = found
        since = f"for {'' if just_then else 'at least '}{age(now - epoch)}"
    return tuple(filter(None, (since, cause_of(drift), confirmation(drift))))


def began(drift: Drift) -> tuple[float, bool] | None:
    """When it began to differ, and whether just then or then at the latest; None while in sync.

    The oldest of its changes tells, else that we have seen it since.
    """
    if drift.verdict is Verdict.IN_SYNC or not drift.since:
        return None
    counted = (change for change in drift.changes if not is_noise(change))
    told = [changes.began(change) for change in counted]
    if drift.verdict in {Verdict.MISSING, Verdict.EXTRA}:
        told.append(_moved(drift))
    known = [(epoch, sure) for stamp, sure in filter(None, told) if (epoch := epoch_of(stamp))]
    return min([*known, (drift.since, False)], key=lambda found: found[0])


def _moved(drift: Drift) -> tuple[str, bool] | None:
    """Tell when the object as a whole came, or went."""
    if drift.cause is Cause.GIT_AHEAD:
        return origins.began(drift.origin)
    return actors.began(drift.actor) if drift.actor is not None else None


def confirmation(drift: Drift) -> str:
    """Who says so: the API server, our comparison alone, or nobody needed to be asked."""
    if drift.verdict in _ON_ONE_SIDE:
        return ""
    if drift.confirming:
        return "asking the API server"
    if drift.verdict is Verdict.IN_SYNC and drift.confirmed_by is ConfirmedBy.LOCAL:
        return ""  # equal here: there was nothing to ask
    if drift.confirmed_by is ConfirmedBy.SERVER:
        return "confirmed by the server"
    return "compared here, not confirmed by the server"


def maker(drift: Drift, now: float) -> Line:
    """Who made or deleted the object as a whole, in one row; () where nobody is known."""
    if drift.actor is None:
        return ()
    did = "deleted by  " if drift.verdict is Verdict.MISSING else "made by  "
    return ((did, Role.MUTED), *actors.brief(drift.actor, now))


def hidden(drift: Drift) -> str:
    """Count what a reader may hide; hidden must not read as absent."""
    noise = sum(is_noise(change) for change in drift.changes)
    counted = [f"{_fields(noise)} of bookkeeping and remarks"] if noise else []
    if drift.ignored:
        rules = len({change.note for change in drift.ignored})
        by = f"{rules} rule{'s' if rules > 1 else ''}"
        counted.append(f"{_fields(len(drift.ignored))} ignored by {by}")
    return " and ".join(counted)


def _fields(count: int) -> str:
    return f"{count} field{'s' if count > 1 else ''}"


def works(health: Health) -> Span:
    """Say whether it works: `not ready: 1 of 3 pods available`."""
    word, role = _HEALTH[health.state]
    return say(": ".join(filter(None, (word, health.words))), role)
