"""Comparing: two revisions or two apps by what Git states, two apps or clusters by what is live.

The answer stands in pane 0.  Where a cluster is not heard it says so; once it is, it is asked anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from core.model import Remedy, Snapshot
from core.model.answers.comparisons import Comparison
from core.reconcile.memory.commands import StateOfGit
from core.telling.spans import Line, Role, say
from tui.actions.places import to_sheet
from tui.dialogs.command.line import CommandLine
from tui.model.comparing import LIVE, NOW, Pairs, meant, of_git, request_of
from tui.model.focus import Pane
from tui.surface import Action, Group, Offer, Surface
from tui.text.rows import Looks, clock_of
from tui.text.sheets.comparison import report_lines
from tui.text.sheets.sheet import Sheet

NAME: Final = "compare"
AGAIN_S: Final = 2.0  # what cannot be read now is asked for so often


@dataclass(slots=True)
class _Comparing:
    """Asks for one pair after the other; what was told stays in sight until all is told anew."""

    on: Surface
    pairs: Pairs
    told: list[Comparison] = field(default_factory=list)  # of the last time that all was
    coming: list[Comparison] = field(default_factory=list)
    whole: dict[int, tuple[Comparison, float]] = field(default_factory=dict)  # the last, and when
    request: int | None = None
    heard: frozenset[str] = frozenset()  # clusters, when it was asked
    ended_at: float = 0.0

    def begin(self, snapshot: Snapshot) -> Sheet:
        """Ask from the first pair on."""
        self.coming, self.heard = [], self._heard(snapshot)
        self._ask()
        return self.sheet

    def news(self, snapshot: Snapshot) -> Sheet | None:
        """Take an answer, and ask for the next; ask anew once there is something new to say."""
        if self.request is None:
            if self._is_outdated(snapshot):
                self.begin(snapshot)
            return None
        found = snapshot.comparison_for(self.request)
        if found is None:
            return None
        self.coming.append(self._as_last_seen(found))
        self._ask()
        if self.request is None:
            self.told, self.ended_at = self.coming, self.on.looks().now
        return self.sheet

    def _ask(self) -> None:
        self.request = None
        if len(self.coming) < len(self.pairs.asked):
            self.request = next(self.on.session.numbers)
            self.on.submit(request_of(self.pairs.asked[len(self.coming)], self.request))

    def _is_outdated(self, snapshot: Snapshot) -> bool:
        """Whether a cluster was lost or found since then, or what could not be read may be now."""
        waits = any(one.remedy is Remedy.WAIT for each in self.told for one in each.problems)
        due = waits and self.on.looks().now >= self.ended_at + AGAIN_S
        return due or self._heard(snapshot) != self.heard

    def _as_last_seen(self, found: Comparison) -> Comparison:
        """Where one side is not heard, what was apart when both were stays in sight."""
        at, now = len(self.coming), self.on.looks().now
        if not found.problems:
            self.whole[at] = (found, now)
            return found
        if at not in self.whole:
            return found
        before, then = self.whole[at]
        note = f"below is how it was at {clock_of(then)}"
        return replace(before, problems=found.problems, notes=(*before.notes, note))

    def _heard(self, snapshot: Snapshot) -> frozenset[str]:
        """Which clusters that are compared are heard; of Git's states it does not matter."""
        apps = (app.spec for app in snapshot.apps if app.spec.name in self.pairs.apps)
        wanted = {spec.cluster for spec in apps}
        views = (view for view in snapshot.clusters if view.spec.name in wanted)
        return frozenset(view.spec.name for view in views if view.connected)

    @property
    def sheet(self) -> Sheet:
        """What is known so far; both sides in words."""
        first, second = self.pairs.sides
        title = (say(f"- {first}", Role.LIVE), ("  ", Role.TEXT), say(f"+ {second}", Role.GIT))
        shown = tuple(self.told or self.coming)
        left = len(self.pairs.asked) - len(shown)
        return Sheet("Compare", title, partial(_lines, shown, self.pairs.notes, left))


def _lines(
    told: Sequence[Comparison], notes: Sequence[str], left: int, width: int, looks: Looks
) -> list[Line]:
    lines = report_lines(told, notes, width, looks)
    waiting = f"comparing, {left} to come" if left > 1 else "comparing"
    return [*lines, ((waiting, Role.MUTED),)] if left else lines


def show(on: Surface, pairs: Pairs) -> None:
    """Compare, and show it in pane 0."""
    comparing = _Comparing(on, pairs)
    to_sheet(on, comparing.begin(on.view.snapshot), comparing.news)


def say_compare(on: Surface, text: str) -> str:
    """Do `:compare A B`."""
    found = meant(on.view, text)
    if isinstance(found, str):
        return found
    show(on, found)
    return ""


def offers(on: Surface, text: str) -> Iterable[Offer]:
    """Yield what there is to compare with what: apps, clusters, commits of this app."""
    view = on.view
    first = next(iter(text.rpartition(" ")[0].split()), "")  # the one that is typed already
    lead = f"{first} " if first else ""
    apps = {app.spec.name: app for app in view.snapshot.apps}
    clusters = {cluster.spec.name: cluster.called.short for cluster in view.snapshot.clusters}
    for name, app in apps.items():
        if name != first and (not first or first in apps or "@" in first):
            yield Offer(f"{lead}{name}", f"Git {app.spec.revision}")
            if first in apps:
                where = view.snapshot.called(app.spec.cluster).short
                yield Offer(f"{lead}{name} {LIVE}", f"what is live, in {where}")
    for name, called in clusters.items():
        if name != first and len(clusters) > 1 and (not first or first in clusters):
            yield Offer(f"{lead}{name}", f"what is live in {called}")
    if first in apps and first != view.app:
        return
    for commit in view.history_of(view.app or ""):
        if commit.id[:7] != first and (not first or first not in clusters):
            yield Offer(f"{lead}{commit.id[:7]}", commit.subject)
    if first not in {"", NOW, *clusters}:
        yield Offer(f"{lead}{NOW}", "the commit that is followed")


def _why_not(on: Surface) -> str:
    app = on.view.app_view
    if app is None:
        return "there is no app"
    if on.view.focus.last_list is Pane.COMMITS:
        if on.selected is None:
            return "there is no commit"
        if app.revision is not None and app.revision.id == on.selected:
            return "this commit is the one that is followed: choose another"
    return ""


def _compare(on: Surface) -> None:
    """A commit with the one that is followed; else this app with what is chosen."""
    app = on.view.app
    assert app is not None
    if on.view.focus.last_list is Pane.COMMITS:
        show(on, of_git(StateOfGit(app, str(on.selected)), StateOfGit(app)))
    else:
        on.show(CommandLine(on, f"{NAME} {app} "))


COMPARE: Final = Action(
    id="compare",
    keys=("V",),
    words="compare",
    group=Group.LOOK,
    priority=22,
    opens_input=True,
    does="this commit and now (3); else this app with another one, by Git or live",
    why_not=_why_not,
    do=_compare,
)
ACTIONS: Final = (COMPARE,)
