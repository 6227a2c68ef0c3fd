"""Pane 0 for an app, a commit or an event: what is known about it, in words."""

from collections.abc import Iterable, Iterator

from core.model import AppView, ClusterView, Commit, CommitShown, Event, HeldBy
from core.telling import controllers, events, origins
from core.telling.moments import age, ago
from core.telling.spans import Line, Role, Span, say
from core.telling.verdicts import no_manifests
from tui.text.changes import field_lines
from tui.text.plans import diff_lines
from tui.text.rows import AppRow, Looks, clock_of
from tui.text.signs import IGNORED, SIGNS
from tui.text.spans import flow, fold, width_of, wrap


def _fact(name: str, *spans: Span) -> Line:
    return ((f"{name:<11}", Role.MUTED), *spans)


def _told(text: str, width: int, role: Role) -> list[Line]:
    return [((part, role),) for part in wrap(say(text)[0], max(8, width))]


def _fitted(lines: Iterable[Line], width: int) -> list[Line]:
    """Facts that are too long go on below; nothing is cut."""
    broken = ([line] if width_of(line) <= width else flow(line, width, indent=11) for line in lines)
    return [part for parts in broken for part in parts]


def app_lines(row: AppRow, cluster: ClusterView | None, width: int, looks: Looks) -> list[Line]:
    """What an app is, what stops it, and its counts."""
    view, spec = row.view, row.view.spec
    lines: list[Line] = [(*_sign(row, looks), say(spec.name, Role.STRONG))]
    for problem in dict.fromkeys((str(view.problem or ""), row.problem)):
        lines += _told(problem, width, Role.ERROR) if problem else []
    lines += [(), *_places(row, cluster, looks), ()]
    lines += [
        _fact(
            sign.word,
            (f"{sign.mark(ascii_only=looks.ascii_only)} ", sign.role),
            (str(view.counts[verdict]), sign.role),
        )
        for verdict, sign in SIGNS.items()
        if view.counts.get(verdict)
    ]
    if view.ignored:
        mark = f"{IGNORED.mark(ascii_only=looks.ascii_only)} "
        count = f"{view.ignored} (not counted above)"
        lines.append(_fact(IGNORED.word, (mark, IGNORED.role), (count, IGNORED.role)))
    for words in _amiss(view, cluster):
        lines += [(), *_told(words, width, Role.WARNING)] if words else []
    if view.file_problems:
        lines += [(), ((f"{len(view.file_problems)} left out of Git's side:", Role.WARNING),)]
        for problem in view.file_problems:
            lines += _told(problem, width, Role.TEXT)
    if view.others:
        lines += [(), ((f"{no_manifests(view.others)}:", Role.MUTED),)]
        for other in view.others:
            lines += _told(other, width, Role.MUTED)
    for gap in view.unseen:
        lines += [(), *_told(gap, width, Role.WARNING)]
    if view.inventory:
        lines += [(), *_told(f"inventory: {view.inventory}", width, Role.WARNING)]
    return _fitted(lines, width)


def _amiss(view: AppView, cluster: ClusterView | None) -> Iterator[str]:
    """Yield what is amiss with the cluster, and why nothing is healed."""
    if cluster is not None:
        yield from (cluster.asks, *cluster.notices)
    if view.held is not None:
        yield view.held.words


def _sign(row: AppRow, looks: Looks) -> Line:
    mark = row.sign.mark(ascii_only=looks.ascii_only)
    return ((f"{mark} {row.sign.word}  ", row.sign.role),)


def _places(row: AppRow, cluster: ClusterView | None, looks: Looks) -> list[Line]:
    view, spec = row.view, row.view.spec
    asked = f"  (last read {age(looks.now - view.read_at)} ago)" if view.git_lost else ""
    lines = [
        _fact("repository", say(spec.repo), (asked if view.read_at else "", Role.WARNING)),
        _fact("folder", say(spec.path or "/")),
        _fact("revision", say(spec.revision)),
    ]
    if view.revision is not None:
        lines.append(_fact("commit", *origins.commit_brief(view.revision, looks.now)))
    if cluster is not None:
        heard = f", last heard {age(looks.now - cluster.seen_at)} ago" if cluster.seen_at else ""
        state = "" if cluster.connected else f" (not connected{heard})"
        lines.append(_fact("cluster", say(f"{cluster.called} {cluster.version}{state}")))
        if cluster.server:
            lines.append(_fact("server", say(cluster.server)))
    word = "on: drift is put back without asking" if view.healing else "off"
    lines.append(_fact("heal", (word, Role.HEALING if view.healing else Role.TEXT)))
    return [*lines, *_controller(view, cluster, looks)]


def _controller(view: AppView, cluster: ClusterView | None, looks: Looks) -> Iterator[Line]:
    """What a controller in the cluster tells of the app, or why nobody knows."""
    told = view.told
    if told is None:
        if cluster is not None and cluster.unheard:
            yield _fact("controller", say(f"not known: {cluster.unheard}", Role.MUTED))
        return
    state, role = controllers.heal(told.app, looks.now)
    heard = f"  {told.holder}, heard {age(looks.now - told.at)} ago"
    yield _fact("controller", (state, role), say(heard, Role.MUTED))
    if told.app.last_heal is not None:
        yield _fact("its heal", say(controllers.last(told.app.last_heal, looks.now)))
    if told.app.held is not None and told.app.held.by != HeldBy.PAUSE:
        yield _fact("it is held", say(told.app.held.words, Role.WARNING))


def commit_lines(commit: Commit, shown: CommitShown | None, width: int, looks: Looks) -> list[Line]:
    """One commit of the history: who, when, its message, its files and what it changes in them."""
    lines: list[Line] = [
        (say(f"commit {commit.id}", Role.GIT),),
        _fact("author", say(commit.author)),
        _fact("date", say(commit.date), (f"  {ago(commit.date, looks.now)}", Role.MUTED)),
        _fact("parents", say(" ".join(parent[:7] for parent in commit.parents) or "none")),
        (),
        *_told(commit.subject, width, Role.STRONG),
        (),
    ]
    if shown is None:
        lines += [(("reading what it changes", Role.MUTED),), ()]
    else:
        lines += _shown_lines(shown, width)
    lines.append((("t", Role.KEY), (" shows what reverting this commit would do", Role.MUTED)))
    return _fitted(lines, width)


def _shown_lines(shown: CommitShown, width: int) -> list[Line]:
    lines: list[Line] = []
    for text in shown.body.split("\n") if shown.body else ():
        lines += _told(text, width, Role.TEXT) or [()]
    lines += [()] if shown.body else []
    if shown.problem is not None:
        lines += [*_told(shown.problem.words, width, Role.WARNING), ()]
    for place, file in enumerate(shown.files):
        named: Line = (("files  " if place == 0 else " " * 7, Role.MUTED), say(file))
        lines += fold(named, width, indent=7)
    lines += [()] if shown.files else []
    return [*lines, *diff_lines(shown.diff, width), ()] if shown.diff else lines


def event_lines(event: Event, width: int, looks: Looks) -> list[Line]:
    """One event, with every field it names."""
    lines: list[Line] = [
        (
            events.word(event),
            (f"  {clock_of(event.time)}", Role.MUTED),
            (f"  {age(looks.now - event.time)} ago", Role.MUTED),
        ),
        (),
    ]
    if event.ref is not None:
        lines.append(_fact("object", say(str(event.ref))))
    for name, value in (
        ("app", event.app),
        ("cluster", str(event.called)),
        ("revision", event.revision[:12]),
    ):
        lines += [_fact(name, say(value))] if value else []
    lines += [(), *_told(event.message, width, Role.TEXT)] if event.message else []
    for change in event.changes:
        lines += [(), *field_lines(change, width, looks, explained=True)]
    if event.ref is not None:
        lines += [(), (("Enter", Role.KEY), (" goes to the object", Role.MUTED))]
    return _fitted(lines, width)
