"""One field that differs: what kind of difference it is, where to look, who is behind each side."""

from collections.abc import Iterator

from core.clean import clean
from core.model import Absent, Cause, FieldChange, FieldVerdict, Value
from core.telling import actors, origins, values
from core.telling.sides.hunks import pieces
from core.telling.spans import Line, Role, Span, say

_NOISE = frozenset({FieldVerdict.INFO, FieldVerdict.WARN})


def is_noise(change: FieldChange) -> bool:
    """Whether *change* is bookkeeping or a remark, which readers may hide."""
    return change.verdict in _NOISE


def title(change: FieldChange) -> Line:
    """The path, and what a reader should know at once; what does not count says what it is."""
    said = note(change)
    if change.verdict is not FieldVerdict.DRIFT:
        said = ": ".join(filter(None, (change.verdict, said)))
    role = Role.MUTED if change.verdict is FieldVerdict.INFO else Role.STRONG
    return (say(change.path + (f"  ({said})" if said else ""), role),)


def note(change: FieldChange) -> str:
    """The class of a harmless difference, and the reason that the comparison gave."""
    return ": ".join(filter(None, (change.info, change.note)))


def sentence(change: FieldChange) -> str:
    """Say a change in one clause, for a log."""
    who = f" ({change.actor.manager})" if change.actor and change.actor.manager else ""
    live, git = values.story(change.live), values.story(change.git)
    return f"{change.path} is {live}{who}, Git says {git}"


def needs_detail(change: FieldChange) -> bool:
    """Tell whether what a page shows of the two values does not say where they differ."""
    inside = pieces(change)
    if inside:
        return any(_deceives(each.live, each.git) for each in inside)
    single = not (isinstance(change.live, dict | list) or isinstance(change.git, dict | list))
    longest = max(len(values.story(side)) for side in (change.live, change.git))
    return single or longest > values.GLANCE or _deceives(change.live, change.git)


def _deceives(live: Value | Absent, git: Value | Absent) -> bool:
    """Tell whether an eye may take two values for the same."""
    texts = values.story(live), values.story(git)
    return not all(map(str.isascii, texts)) or clean(texts[0]) == clean(texts[1])


def differences(change: FieldChange) -> Iterator[Span]:
    """Yield what the two values do not show by themselves."""
    alike = values.look_alike(change.live, change.git)
    if alike:
        yield say(alike, Role.WARNING)
    yield from (say(line) for line in change.detail)
    hashes = values.hashes(change)
    if hashes:
        yield say(hashes, Role.MUTED)


def began(change: FieldChange) -> tuple[str, bool] | None:
    """When the two sides parted (RFC 3339), and whether just then or then at the latest."""
    if change.cause is Cause.GIT_AHEAD:
        return origins.began(change.origin)
    return actors.began(change.actor, change.seen) if change.actor is not None else None


def provenance(change: FieldChange, now: float, *, explained: bool) -> tuple[Line, Line]:
    """Who set the live value, and what in Git states the other, each in one row."""
    who: Line = () if explained else (("looking up who", Role.MUTED),)
    if change.actor is not None:
        who = actors.brief(change.actor, now, change)
    return who, origins.brief(change.origin, now)


def remarks(change: FieldChange) -> Iterator[Span]:
    """Yield how far the commit can be trusted, the note, and what a sync cannot do."""
    if change.origin is not None and change.origin.note:
        yield say(change.origin.note, Role.MUTED)
    said = note(change)
    if said:
        yield say(said, Role.MUTED)
    if not change.healable and change.verdict is FieldVerdict.DRIFT:
        yield ("a sync cannot put this back", Role.WARNING)
