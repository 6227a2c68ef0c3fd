"""The header row: which cluster, may it be written, how fresh, does it heal.

Parts that steer decisions are never dropped; where room ends, branch, namespace and title go
first, then context and user, and long cluster names lose their middle (k9s #3240: the header
showed another context).
"""

from dataclasses import dataclass, replace
from typing import Final

from core.model import AppView, ClusterView, HeldBy
from core.telling import controllers
from core.telling.moments import age, aged
from core.telling.spans import Line, Role, Span, say
from tui.text.spans import cut_middle, width_of

STOPPED: Final = {HeldBy.BREAKER: "mass drift", HeldBy.WINDOW: "window"}
STALE_AFTER_S = 120.0  # bookmarks come about every minute


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header is about."""

    cluster: ClusterView | None = None
    app: AppView | None = None
    now: float = 0.0
    writing: bool = False
    write_until: float | None = None  # None: without an end
    heal_by_flag: bool = False
    heal_until: float | None = None  # None: it does not end by itself
    title: str = ""
    ascii_only: bool = False
    beside: bool = True  # whether it says what a controller in the cluster does


def header_line(heading: Heading, width: int) -> Line:
    """The fullest version that fits into *width* cells."""
    for facts, dropped in _FULLEST_FIRST:
        line = _line(heading, dropped, facts=facts, name_cells=60)
        if width_of(line) <= width:
            return line
    for alone in (heading, replace(heading, beside=False)):
        for name_cells in range(40, 5, -2):
            line = _line(alone, 4, facts=False, name_cells=name_cells)
            if width_of(line) <= width:
                return line
    return line


# With the context and the user, and without them, what goes next: title, branch, namespace.
_FULLEST_FIRST: Final = (*((True, n) for n in range(4)), *((False, n) for n in range(1, 4)))


def _line(heading: Heading, dropped: int, *, facts: bool, name_cells: int) -> Line:
    spans: list[Span] = []
    if heading.title and dropped < 1:
        spans.append(say(f" {heading.title} ", Role.TITLE))
    cluster, app = heading.cluster, heading.app
    if cluster is not None and cluster.spec.protected:
        spans += [(" ", Role.TEXT), (" PROD ", Role.PROTECTED)]
    dot = " - " if heading.ascii_only else " · "
    name = say(cluster.called.short)[0] if cluster else "no cluster"
    spans.append((f" {cut_middle(name, name_cells)}", Role.STRONG))
    if cluster is not None and cluster.called.facts and facts:
        spans.append(say(f" ({cluster.called.facts})", Role.MUTED))
    if app is not None and app.spec.namespace and dropped < 3:  # noqa: PLR2004 - the third to go
        spans.append(say(f"{dot}ns {app.spec.namespace}", Role.MUTED))
    tight = dropped >= 4  # noqa: PLR2004 - nothing else is left to drop
    gap = " " if tight else "   "
    spans += [(" " if tight else dot, Role.MUTED), _mode(heading), (gap, Role.TEXT)]
    spans += _live(heading)
    spans.append((" " if tight else dot, Role.MUTED))
    spans += _git(heading, branch=dropped < 2)  # noqa: PLR2004 - the second to go
    spans.append((" " if tight else dot, Role.MUTED))
    spans += _heal(heading, tight=tight)
    return (*spans, *_controller(heading, " " if tight else dot))


def _controller(heading: Heading, dot: str) -> tuple[Span, ...]:
    """What a controller in the cluster does for the app; two that heal are one too many."""
    told = heading.app.told if heading.app is not None and heading.beside else None
    if told is None:
        return ()
    word, role = controllers.beside(told, heading.now)
    assert heading.app is not None
    both = heading.app.healing and bool(controllers.warning(told, heading.now))
    return ((dot, Role.MUTED), (word, Role.WARNING if both else role))


def _mode(heading: Heading) -> Span:
    kept = heading.cluster is not None and heading.cluster.spec.read_only
    if kept or not heading.writing:
        return ("READ-ONLY", Role.STRONG)
    if heading.write_until is None:
        return (" WRITE ", Role.BADGE)
    return (f" WRITE {age(heading.write_until - heading.now + 59)} ", Role.BADGE)


def _live(heading: Heading) -> tuple[Span, ...]:
    cluster = heading.cluster
    if cluster is None or not cluster.seen_at:
        word = "live down" if cluster is not None and cluster.problem else "live reading"
        return ((word, Role.ERROR if word == "live down" else Role.MUTED),)
    old = heading.now - cluster.seen_at
    if not cluster.connected:
        return ((f"live lost {age(old)}", Role.ERROR),)
    if old > STALE_AFTER_S:
        return ((f"live {age(old)} stale", Role.WARNING),)
    return ((f"live {age(old)}", Role.LIVE),)


def _git(heading: Heading, *, branch: bool) -> tuple[Span, ...]:
    """The age is the commit's: Git is read whenever it moves, so only a failure makes it stale."""
    app = heading.app
    if app is None:
        return (("Git none", Role.MUTED),)
    if app.revision is None:
        word = "Git down" if app.git_lost else "Git reading"
        return ((word, Role.ERROR if app.git_lost else Role.MUTED),)
    where = f" {app.spec.revision}@{app.revision.id[:7]}" if branch else ""
    told = f"Git{where} {aged(app.revision.date, heading.now)}"
    return (say(f"{told} stale", Role.WARNING) if app.git_lost else say(told, Role.GIT),)


def _heal(heading: Heading, *, tight: bool) -> tuple[Span, ...]:
    app = heading.app
    held = app.held if app is not None else None
    stopped = "STOPPED" if app is not None and app.healing else "OFF"
    if held is not None and held.pause is not None:
        left = "" if tight else f" {age(held.pause.until - heading.now)}"
        return ((f"heal {stopped} paused{left}", Role.WARNING),)
    if app is None or not app.healing:
        return (("heal OFF", Role.TEXT),)
    if held is not None:
        why = "" if tight else f" {STOPPED[held.by]}"
        return ((f"heal STOPPED{why}", Role.WARNING),)
    if heading.heal_until is not None:
        return ((f"heal ON {age(heading.heal_until - heading.now + 59)}", Role.HEALING),)
    return (("heal ON (flag)" if heading.heal_by_flag else "heal ON", Role.HEALING),)
