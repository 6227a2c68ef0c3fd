"""One object: its verdict in words, who confirmed it, and what a sync would do about it."""

from collections.abc import Iterator

from core.model import Cause, ConfirmedBy, Drift, ObjectRef, Verdict, cause_words
from core.telling import actors, origins
from core.telling.changes import is_noise
from core.telling.moments import age
from core.telling.spans import Line, Role, say
from core.telling.verdicts import ROLES, WORDS

_ON_ONE_SIDE = frozenset({Verdict.UNKNOWN, Verdict.MISSING, Verdict.EXTRA})


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


def story(drift: Drift) -> Iterator[Line]:
    """Yield the sentences about the whole object: where it stands, who did it, what is wrong."""
    if drift.verdict is Verdict.MISSING:
        place = origins.story(drift.origin) or (say(f"{drift.file}:{drift.line}"),)
        yield (("Git states it at ", Role.TEXT), *place)
        if drift.actor is not None:
            yield (("deleted ", Role.TEXT), *actors.story(drift.actor))
    if drift.verdict is Verdict.EXTRA:
        if drift.origin is not None:
            yield (("Git stated it at ", Role.TEXT), *origins.story(drift.origin))
        who = actors.story(drift.actor)
        yield (("made ", Role.TEXT), *who) if who else (("nothing tells who made it", Role.TEXT),)
        yield (("a sync leaves it alone: nothing is ever deleted", Role.TEXT),)
    for reason in (drift.reason, drift.problem):
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
        case Verdict.DRIFTED:
            return ""


def facts(drift: Drift, now: float) -> tuple[str, ...]:
    """How long it has differed, which side moved, and who says so."""
    since = f"for {age(now - drift.since)}" if drift.since else ""
    return tuple(filter(None, (since, cause_of(drift), confirmation(drift))))


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
