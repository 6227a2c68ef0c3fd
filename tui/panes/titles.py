"""What the borders and the breadcrumb say: tabs, both sides in words, what a filter leaves."""

from collections.abc import Mapping
from typing import Final

from rich.style import Style
from textual.content import Content
from textual.widget import Widget

from core.model import Commit, Drift, Event
from core.telling.spans import Line, Role, Span, say
from tui.model.filters import Filter
from tui.model.focus import TABS, Pane
from tui.model.subject import Subject
from tui.model.view import View
from tui.text.header import Heading
from tui.text.rows import AppRow

TAB_WORDS: Final = {
    Pane.RESOURCES: "2 Resources",
    Pane.COMMITS: "3 Commits",
    Pane.TIMELINE: "4 Timeline",
}
_FLEET: Final = "2 Fleet"


class Titles:
    """Sets titles where they changed; setting one paints its whole pane."""

    def __init__(self, role_styles: Mapping[Role, Style]) -> None:
        """Write with these styles."""
        self._role_styles = role_styles
        self._shown: dict[Pane, tuple[Line, Line]] = {}

    def show(
        self, panes: Mapping[Pane, Widget], view: View, subject: Subject, heading: Heading
    ) -> None:
        """Bring the titles of all *panes* up to *view*."""
        counts = view.counts()
        titles = {name: tabs_title(name, fleet=view.fleet) for name in TABS}
        titles[Pane.APPS] = apps_title(view)
        titles[Pane.CHANGES] = changes_title(subject, heading, text=view.text)
        for name, pane in panes.items():
            shown, total = counts.get(name, (0, 0))
            said = (titles[name], subtitle(shown, total, view.filter_of(name)))
            if self._shown.get(name) != said:
                self._shown[name] = said
                pane.border_title = self._content(said[0])
                pane.border_subtitle = self._content(said[1])

    def _content(self, line: Line) -> Content:
        """A line with its styles, and never markup."""
        pairs = ((text, str(self._role_styles[role])) for text, role in line)
        return Content.assemble(
            *((text, "" if style == "none" else style) for text, style in pairs)
        )


def apps_title(view: View) -> Line:
    """`1 Apps  2 of 5 drifted`."""
    drifted = sum(bool(row.drifted) for row in view.all_apps)
    total = len(view.all_apps)
    tail = f"  {drifted} of {total} drifted" if drifted else ""
    return (("1 Apps", Role.TITLE), (tail, Role.DRIFTED))


def tabs_title(active: Pane, *, fleet: bool = False) -> Line:
    """The three tabs of one column; the open one is bold, the others dimmed."""
    spans: list[Span] = []
    for name, words in TAB_WORDS.items():
        spans += [("  ", Role.TEXT)] if spans else []
        told = _FLEET if fleet and name is Pane.RESOURCES else words
        spans.append((told, Role.TITLE if name == active else Role.MUTED))
    return tuple(spans)


def changes_title(subject: Subject, heading: Heading, *, text: bool) -> Line:
    """What pane 0 shows; for an object both sides in words."""
    if subject.sheet is not None:
        return (("0 ", Role.TITLE), *subject.sheet.title)
    if isinstance(subject.of, AppRow):
        return (("0 App", Role.TITLE),)
    if isinstance(subject.of, Commit):
        return (("0 Commit", Role.TITLE),)
    if isinstance(subject.of, Event):
        return (("0 Event", Role.TITLE),)
    title: Span = ("0 Text" if text else "0 Changes", Role.TITLE)
    if not isinstance(subject.of, Drift):
        return (title,)
    return (title, *_sides(heading))


def _sides(heading: Heading) -> Line:
    cluster, app = heading.cluster, heading.app
    live = say(f"- live {cluster.called.short}" if cluster else "- live", Role.LIVE)
    revision = f" {app.spec.revision}@{app.revision.id[:7]}" if app and app.revision else ""
    return (("  ", Role.TEXT), live, ("  ", Role.TEXT), say(f"+ Git{revision}", Role.GIT))


def subtitle(shown: int, total: int, wanted: Filter) -> Line:
    """How much of a list the filter leaves; what is hidden is counted."""
    if not wanted.source.strip():
        return ()
    bad = "".join(f"  no effect: {term}" for term in wanted.bad)
    counted = (f"  {shown} of {total}", Role.MUTED)
    return (say(f"/{wanted.source}", Role.KEY), counted, say(bad, Role.WARNING))


def breadcrumb(view: View, subject: Subject) -> Line:
    """Where one pane alone is: `Apps > payments > Deployment api`."""
    pane = view.focus.pane
    steps = ["Apps"]
    if pane is not Pane.APPS and view.app is not None:
        steps.append(say(view.app)[0])
    if pane in {Pane.COMMITS, Pane.TIMELINE}:
        steps.append(TAB_WORDS[pane].partition(" ")[2])
    if pane is Pane.CHANGES:
        steps += _crumbs(subject)
    lead = "".join(f"{step} > " for step in steps[:-1])
    return ((f" {lead}", Role.MUTED), (steps[-1], Role.STRONG))


def _crumbs(subject: Subject) -> list[str]:
    """What pane 0 shows, and the list it is from where that is not the middle one."""
    if subject.sheet is not None:
        return [subject.sheet.name]
    match subject.of:
        case Drift(key=key):
            return [say(f"{key.ref.kind} {key.ref.name}")[0]]
        case Commit(id=id_):
            return ["Commits", say(id_[:7])[0]]
        case Event(name=name):
            return ["Timeline", say(name.replace("_", " "))[0]]
        case _:
            return []
