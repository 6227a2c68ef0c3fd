"""The report of `driftdeck diff` in words: what, from, to, who, when, and which commit."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from core.clean import clean
from core.cli.forms import problems_of
from core.cli.ink import WIDTH, Ink, value_text, wrapped
from core.model import (
    Absent,
    Actor,
    AppView,
    Cause,
    Commit,
    Confidence,
    Drift,
    FieldChange,
    FieldVerdict,
    Origin,
    Seen,
    Snapshot,
    Verdict,
)

_CAUSE_WORDS: Final = {
    Cause.LIVE_CHANGED: "changed in the cluster",
    Cause.GIT_AHEAD: "Git moved on, not applied yet",
    Cause.BOTH: "Git and the cluster both moved",
}
_VERDICT_WORDS: Final = {
    Verdict.IN_SYNC: "in sync",
    Verdict.DRIFTED: "drifted",
    Verdict.MISSING: "missing",
    Verdict.EXTRA: "extra",
    Verdict.CONTESTED: "contested",
    Verdict.UNKNOWN: "unknown",
}
_WORST_FIRST: Final = (
    Verdict.DRIFTED,
    Verdict.MISSING,
    Verdict.EXTRA,
    Verdict.CONTESTED,
    Verdict.UNKNOWN,
    Verdict.IN_SYNC,
)
_GLANCE: Final = 60  # longer values are not compared by eye
_CHANGE_ORDER: Final = (
    FieldVerdict.DRIFT,
    FieldVerdict.CONTESTED,
    FieldVerdict.WARN,
    FieldVerdict.INFO,
)


def report_lines(snapshot: Snapshot, ink: Ink, *, everything: bool) -> Iterator[str]:
    """Yield the report line by line, an app after the other, worst rows first."""
    for i, app in enumerate(snapshot.apps):
        if i:
            yield ""
        rows = [row for key, row in snapshot.rows.items() if key.app == app.spec.name]
        yield from _app_lines(app, rows, ink, everything=everything)


def identity(row: Drift) -> str:
    """Name an object as people do: kind, namespace and name."""
    return clean(str(row.key.ref).replace("/", " ", 1))


def change_lines(change: FieldChange, ink: Ink, *, indent: int) -> Iterator[str]:
    """Yield one field: its path, both values, and what is known about how they came."""
    paint = ink.faint if change.verdict is FieldVerdict.INFO else ink.title
    yield from _change_lines(change, ink, paint, indent=indent)


def ignored_lines(change: FieldChange, ink: Ink, *, indent: int) -> Iterator[str]:
    """Yield one field that a rule hides, with the rule."""
    if not change.path and isinstance(change.live, Absent) and isinstance(change.git, Absent):
        yield from (ink.faint(line) for line in wrapped("", change.note, indent=indent))
        return
    yield from _change_lines(change, ink, ink.faint, indent=indent)


def _change_lines(
    change: FieldChange, ink: Ink, paint: Callable[[str], str], *, indent: int
) -> Iterator[str]:
    said = change.note
    if change.verdict is not FieldVerdict.DRIFT:  # what does not count says what it is
        said = ": ".join(filter(None, (change.verdict, change.info, change.note)))
    note = f"  ({said})" if said else ""
    lines = list(wrapped("", change.path + note, indent=indent))
    yield from (paint(line) for line in lines)
    story = actor_text(change.actor, change.seen)
    yield from _side("live", value_text(change.live), story, ink.bad, indent)
    yield from _side("Git", value_text(change.git), origin_text(change.origin), ink.git, indent)
    if _needs_detail(change):
        for line in change.detail:
            yield from (ink.faint(part) for part in wrapped("", line, indent=indent + 2))


def _needs_detail(change: FieldChange) -> bool:
    """Tell whether the two values alone do not show a reader where they differ."""
    live, git = value_text(change.live), value_text(change.git)
    single = not (isinstance(change.live, dict | list) or isinstance(change.git, dict | list))
    plain = live.isascii() and git.isascii()
    return single or not plain or clean(live) == clean(git) or max(len(live), len(git)) > _GLANCE


def actor_text(actor: Actor | None, seen: Seen | None = None) -> str:
    """Say who set a live value, and when, no surer than the evidence is."""
    if actor is None:
        return ""
    said = [_who(actor), _suspects(actor), _when(actor, seen)]
    if seen is not None:
        said[-1] += f" (was {_before(seen)})"
    if seen is not None and not (actor.manager or actor.user):
        said.append("by whom is not known")
    return ", ".join(filter(None, said))


def _before(seen: Seen) -> str:
    if isinstance(seen.before, Absent):
        return "not there"
    before = value_text(seen.before)
    return before if len(before) <= _GLANCE else f"{before[:_GLANCE]}…"


def _who(actor: Actor) -> str:
    tool = " ".join(part for part in (actor.manager, actor.subresource) if part)
    if actor.user:
        return f"by {actor.user} with {tool}" if tool else f"by {actor.user}"
    if actor.observed_at and actor.confidence is Confidence.OWNED:  # that step shows nobody
        return f"owned by {tool}"
    return f"by {tool}" if tool else ""


def _suspects(actor: Actor) -> str:
    return f"perhaps {' or '.join(actor.suspects)}" if actor.suspects else ""


def _when(actor: Actor, seen: Seen | None) -> str:
    if actor.confidence is Confidence.AUDIT and actor.time:
        return moment_text(actor.time)
    if seen is not None and seen.since:
        return f"between {moment_text(seen.since)} and {moment_text(seen.at)}"
    if actor.observed_at:
        return f"seen {moment_text(actor.observed_at)}"
    if actor.time:
        return f"at or before {moment_text(actor.time)}"
    return ""


def origin_text(origin: Origin | None) -> str:
    """Say which line and which commit state a value."""
    if origin is None:
        return ""
    place = f"{origin.file}:{origin.line}"
    if not origin.commit:
        return place
    author = origin.author.partition(" <")[0]
    said = f'{origin.commit[:7]} "{origin.subject}" by {author}, {moment_text(origin.date)}'
    note = f" ({origin.note})" if origin.note else ""
    return f"{place}, {said}{note}"


def moment_text(rfc3339: str) -> str:
    """Shorten a time in UTC to what people read: 2026-07-01 12:00:03 UTC."""
    day, _, clock = rfc3339.partition("T")
    return f"{day} {clock[:8]} UTC" if clock else day


def commit_text(commit: Commit | None) -> str:
    """Name a commit by id, subject, author and date."""
    if commit is None:
        return "not read"
    author = commit.author.partition(" <")[0]
    return f'{commit.id[:7]} "{commit.subject}" by {author}, {moment_text(commit.date)}'


def totals(counts: Iterable[tuple[Verdict, int]], ignored: int = 0) -> str:
    """Count rows by verdict, worst first, and apart from them the differences that rules hide."""
    known = dict(counts)
    parts = [f"{known[v]} {_VERDICT_WORDS[v]}" for v in _WORST_FIRST if known.get(v)]
    return (", ".join(parts) or "no objects") + (f" ({ignored} ignored)" if ignored else "")


def _app_lines(app: AppView, rows: list[Drift], ink: Ink, *, everything: bool) -> Iterator[str]:
    where = f" path {app.spec.path}" if app.spec.path else ""
    yield ink.title(clean(f"{app.spec.name} on {app.spec.cluster}"))
    yield from wrapped("Git", f"{app.spec.revision}{where}", indent=2, label_width=5)
    yield from wrapped("", commit_text(app.revision), indent=7)
    for problem in problems_of(app):
        yield from (ink.bad(line) for line in wrapped("! ", problem, indent=2))
    for gap in app.unseen:
        yield from (ink.doubtful(line) for line in wrapped("? ", gap, indent=2))
    rows = [row for row in rows if everything or row.verdict is not Verdict.IN_SYNC]
    for row in sorted(rows, key=lambda row: (_WORST_FIRST.index(row.verdict), row.key)):
        yield ""
        yield from _row_lines(row, ink, everything=everything)
    yield ""
    counted = totals(app.counts.items(), app.ignored)
    yield f"  {counted}" + ("" if app.complete else " (not complete)")


def _cause_words(verdict: Verdict, cause: Cause) -> str:
    if verdict is Verdict.MISSING and cause is Cause.GIT_AHEAD:
        return "not applied yet"
    if verdict is Verdict.MISSING and cause is Cause.LIVE_CHANGED:
        return "deleted from the cluster"
    if verdict is Verdict.EXTRA:
        return "no longer in Git" if cause is Cause.GIT_AHEAD else "added in the cluster"
    return _CAUSE_WORDS[cause]


def _row_lines(row: Drift, ink: Ink, *, everything: bool) -> Iterator[str]:
    paint = {Verdict.IN_SYNC: ink.good, Verdict.UNKNOWN: ink.doubtful}.get(row.verdict, ink.bad)
    cause = f", {_cause_words(row.verdict, row.cause)}" if row.cause else ""
    head, *more = wrapped("", f"{identity(row)}: {_VERDICT_WORDS[row.verdict]}{cause}", indent=2)
    yield paint(head)
    yield from more
    if row.verdict is Verdict.MISSING:
        place = origin_text(row.origin) or f"{row.file}:{row.line}"
        yield from wrapped("", f"Git states it at {place}", indent=4)
    if row.verdict is Verdict.EXTRA:
        yield from _extra_lines(row)
    if row.verdict is Verdict.MISSING and row.actor is not None:
        yield from wrapped("", f"deleted {actor_text(row.actor)}", indent=4)
    for reason in (row.reason, row.problem):
        if reason:
            yield from wrapped("", reason, indent=4)
    for change in sorted(row.changes, key=lambda change: _CHANGE_ORDER.index(change.verdict)):
        yield from change_lines(change, ink, indent=4)
    for change in row.ignored if everything else ():
        yield from ignored_lines(change, ink, indent=4)


def _extra_lines(row: Drift) -> Iterator[str]:
    if row.origin is not None:
        yield from wrapped("", f"Git stated it at {origin_text(row.origin)}", indent=4)
    story = actor_text(row.actor)
    yield from wrapped("", f"made {story}" if story else "nothing tells who made it", indent=4)
    yield from wrapped("", "a sync leaves it alone: nothing is ever deleted", indent=4)


def _side(
    label: str, value: str, story: str, paint: Callable[[str], str], indent: int
) -> Iterator[str]:
    """Yield one side of a change: the value in its colour, its story beside it or below."""
    head, *more = wrapped(label, value, indent=indent + 2, label_width=6)
    story = clean(story)
    if story and not more and len(head) + 2 + len(story) <= WIDTH:
        yield f"{paint(head)}  {story}"
        return
    yield paint(head)
    yield from (paint(line) for line in more)
    if story:
        yield from wrapped("", story, indent=indent + 8)
