"""Which panes fit, and what their titles say.  Pure, so that every width can be tested."""

from core.model import Commit, Drift, Event
from tui.filters import Filter
from tui.palette import Role
from tui.text.header import Heading
from tui.text.rows import AppRow
from tui.text.spans import Line, Span, say
from tui.view import View

LEAST = (60, 15)  # columns, rows
TWO_FROM, THREE_FROM = 100, 160
TABS = {"resources": "2 Resources", "commits": "3 Commits", "timeline": "4 Timeline"}
PANES = ("changes", "apps", *TABS)  # by number


def too_small(width: int, height: int) -> str:
    """What to say where nothing fits; "" where it does."""
    if width >= LEAST[0] and height >= LEAST[1]:
        return ""
    return f"driftdeck needs {LEAST[0]}x{LEAST[1]}, this is {width}x{height}"


def shown_panes(width: int, focused: str, last_list: str, *, full_screen: bool) -> frozenset[str]:
    """The panes that are on the screen."""
    if full_screen or width < TWO_FROM:
        return frozenset({focused})
    if width < THREE_FROM:
        return frozenset({last_list, "changes"})
    tab = last_list if last_list in TABS else "resources"
    return frozenset({"apps", tab, "changes"})


def sideways(pane: str, step: int, tab: str) -> str:
    """The pane to the left (-1) or right (1)."""
    order = ("apps", tab, "changes")
    place = order.index(pane) if pane in order else 1
    return order[min(2, max(0, place + step))]


def cycled(pane: str, step: int) -> str:
    """The pane after (1) or before (-1), around the end."""
    order = ("apps", "resources", "commits", "timeline", "changes")
    return order[(order.index(pane) + step) % len(order)]


def apps_title(view: View) -> Line:
    """`1 Apps  2 of 5 drifted`."""
    drifted = sum(bool(row.drifted) for row in view.all_apps)
    total = len(view.all_apps)
    tail = f"  {drifted} of {total} drifted" if drifted else ""
    return (("1 Apps", Role.TITLE), (tail, Role.DRIFTED))


def tabs_title(active: str) -> Line:
    """The three tabs of one column; the open one is bold, the others dimmed."""
    spans: list[Span] = []
    for name, words in TABS.items():
        spans += [("  ", Role.TEXT)] if spans else []
        spans.append((words, Role.TITLE if name == active else Role.MUTED))
    return tuple(spans)


def changes_title(subject: object, heading: Heading, *, text: bool) -> Line:
    """What pane 0 shows; for an object both sides in words."""
    if isinstance(subject, AppRow):
        return (("0 App", Role.TITLE),)
    if isinstance(subject, Commit):
        return (("0 Commit", Role.TITLE),)
    if isinstance(subject, Event):
        return (("0 Event", Role.TITLE),)
    title: Span = ("0 Text" if text else "0 Changes", Role.TITLE)
    if not isinstance(subject, Drift):
        return (title,)
    return (title, *_sides(heading))


def _sides(heading: Heading) -> Line:
    cluster, app = heading.cluster, heading.app
    live = say(f"- live {cluster.spec.name}" if cluster else "- live", Role.LIVE)
    revision = f" {app.spec.revision}@{app.revision.id[:7]}" if app and app.revision else ""
    return (("  ", Role.TEXT), live, ("  ", Role.TEXT), say(f"+ Git{revision}", Role.GIT))


def subtitle(shown: int, total: int, wanted: Filter) -> Line:
    """How much of a list the filter leaves; what is hidden is counted."""
    if not wanted.source.strip():
        return ()
    return (say(f"/{wanted.source}", Role.KEY), (f"  {shown} of {total}", Role.MUTED))


def breadcrumb(view: View, pane: str, subject: object) -> Line:
    """Where one pane alone is: `Apps > payments > Deployment api`."""
    steps = ["Apps"]
    if pane != "apps" and view.app is not None:
        steps.append(say(view.app)[0])
    if pane in {"commits", "timeline"}:
        steps.append(TABS[pane].partition(" ")[2])
    if pane == "changes" and isinstance(subject, Drift):
        ref = subject.key.ref
        steps.append(say(f"{ref.kind} {ref.name}")[0])
    elif pane == "changes" and isinstance(subject, Commit):
        steps += ["Commits", say(subject.id[:7])[0]]
    elif pane == "changes" and isinstance(subject, Event):
        steps += ["Timeline", say(subject.name.replace("_", " "))[0]]
    lead = "".join(f"{step} > " for step in steps[:-1])
    return ((f" {lead}", Role.MUTED), (steps[-1], Role.STRONG))
