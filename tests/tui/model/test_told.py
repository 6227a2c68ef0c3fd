"""What a controller in the cluster tells, beside what is seen here."""

from dataclasses import replace

from core.model import Event, EventName, Snapshot
from core.model.controllers.status import (
    SILENT_S,
    AppTold,
    Heard,
    HeldTold,
    Named,
    PauseTold,
    Status,
    Wrote,
    told_of,
)
from core.telling.spans import Role, plain
from tests.tui import samples
from tests.tui.standin import Standin
from tui.model.focus import Pane
from tui.model.told import merged
from tui.model.view import View
from tui.options import TerminalOptions
from tui.text.changes import as_text
from tui.text.details import app_lines, event_lines
from tui.text.header import Heading, header_line
from tui.text.rows import Looks
from tui.text.sheets.journal import told_lines
from tui.text.spans import width_of

API = Named(api_version="apps/v1", kind="Deployment", namespace="payments", name="api")
HEAL = Wrote(
    ts=samples.stamp(300),
    verb="healed",
    app="payments",
    outcome="done",
    by="standing permission",
    object=API,
    fields=("spec.replicas",),
    overruled=("dana@example.com",),
)
HEALING = AppTold(name="payments", cluster="prod", healing=True, last_heal=HEAL)
ELSE = replace(HEAL, app="not-ours", ts=samples.stamp(10))
LOOKS = Looks(samples.NOW)


def heard(app: AppTold = HEALING, *, ago: float = 5.0) -> Heard:
    status = Status(holder="driftdeck-0_1b2c", apps=(app,), journal=(HEAL, ELSE))
    return Heard(status, samples.NOW - ago)


def beside(app: AppTold = HEALING, *, ago: float = 5.0, healing: bool = False) -> Snapshot:
    """The world, where a controller tells of payments."""
    made, told = samples.world(), heard(app, ago=ago)
    first, *apps = made.apps
    cluster, *clusters = made.clusters
    first = replace(first, told=told_of(told, app, samples.NOW), healing=healing)
    return replace(
        made,
        apps=(first, *apps),
        clusters=(replace(cluster, controllers=(told,)), *clusters),
    )


def view_of(snapshot: Snapshot) -> View:
    view = View()
    view.take(snapshot)
    view.app = "payments"
    return view


def heading(snapshot: Snapshot) -> Heading:
    view = view_of(snapshot)
    return Heading(view.cluster, view.app_view, samples.NOW)


# The header ---------------------------------------------------------------------------------------


def test_the_header_says_what_a_controller_does_for_the_app() -> None:
    mass = HeldTold(by="breaker", words="mass drift: …")
    pause = PauseTold(until=samples.stamp(-7300))
    for app, said in (
        (HEALING, "controller ON"),
        (replace(HEALING, healing=False), "controller OFF"),
        (replace(HEALING, held=mass), "controller STOPPED mass drift"),
        (replace(HEALING, pauses=(pause,)), "controller paused 2h"),
    ):
        line = header_line(heading(beside(app)), 120)
        assert plain(line).endswith(f" · heal OFF · {said}")
    assert "controller" not in plain(header_line(heading(samples.world()), 120))


def test_two_that_heal_are_one_too_many() -> None:
    for healing, role in ((True, Role.WARNING), (False, Role.HEALING)):
        line = header_line(heading(beside(healing=healing)), 120)
        assert line[-1] == ("controller ON", role)


def test_a_controller_that_fell_silent_is_named_as_such() -> None:
    line = plain(header_line(heading(beside(ago=SILENT_S + 120)), 120))
    assert line.endswith(" · controller silent 5m")


def test_the_header_fits_and_says_whether_it_heals_here_wherever_there_is_room() -> None:
    for width in (60, 80, 100):
        line = header_line(heading(beside()), width)
        assert width_of(line) <= width
        assert "heal OFF" in plain(line)
    assert "controller ON" in plain(header_line(heading(beside()), 80))


# Pane 0 and the timeline --------------------------------------------------------------------------


def pane(snapshot: Snapshot) -> str:
    view = view_of(snapshot)
    row = view.app_row
    assert row is not None
    return "\n".join(plain(line) for line in app_lines(row, view.cluster, 90, LOOKS))


def test_an_app_says_who_heals_it_and_what_that_did_last() -> None:
    text = pane(beside())
    assert "controller on  driftdeck-0_1b2c, heard 5s ago" in text
    assert "its heal   5m ago: Deployment/payments/api spec.replicas, over dana@example" in text
    held = HeldTold(by="breaker", words="mass drift: 5 of 6 objects")
    assert "it is held mass drift: 5 of 6 objects" in pane(beside(replace(HEALING, held=held)))


def test_what_cannot_be_read_is_one_quiet_line_and_nothing_where_there_is_none() -> None:
    made = samples.world()
    unheard = replace(made.clusters[0], unheard="list configmaps: forbidden")
    quiet = pane(replace(made, clusters=(unheard, *made.clusters[1:])))
    assert "controller not known: list configmaps: forbidden" in quiet
    assert quiet.count("\n") == pane(made).count("\n") + 1
    assert "controller" not in pane(made)


def test_its_heals_stand_in_the_timeline_at_their_time_marked_as_its_own() -> None:
    view = view_of(beside())
    times = [event.time for event in view.all_events]
    assert times == sorted(times, reverse=True)
    (told,) = (event for event in view.all_events if event.sequence < 0)
    assert (told.name, told.app, told.place) == (EventName.HEALED, "payments", None)
    assert told.message == "by the controller: spec.replicas, over dana@example.com"
    assert view.counts().get(Pane.TIMELINE) is None
    text = "\n".join(plain(line) for line in event_lines(told, 80, LOOKS))
    assert "object     Deployment/payments/api" in text
    again = view_of(beside()).all_events
    assert [event.sequence for event in again] == [event.sequence for event in view.all_events]


def test_events_of_a_later_version_and_of_other_apps_are_left_out() -> None:
    later = replace(HEAL, verb="blessed")
    made = beside()
    cluster, *others = made.clusters
    status = replace(heard().status, journal=(later, ELSE))
    clusters = (replace(cluster, controllers=(Heard(status, 0.0),)), *others)
    assert len(view_of(replace(made, clusters=clusters)).all_events) == len(made.events)


def test_events_are_made_once_while_the_same_is_told() -> None:
    view, made = View(), beside()
    view.take(made)
    (before,) = (event for event in view.all_events if event.sequence < 0)
    view.take(replace(made, sequence=2))
    assert before in view.all_events
    assert any(event is before for event in view.all_events)


def test_both_lists_are_one_newest_first() -> None:
    def at(time: float, number: int) -> Event:
        return Event(number, time, EventName.HEALED)

    own, told = [at(9, 3), at(9, 2), at(4, 1)], [at(10, -1), at(5, -2), at(1, -3)]
    assert [event.sequence for event in merged(own, told)] == [-1, 3, 2, -2, 1, -3]
    assert merged(own, []) is own


def test_the_journal_has_its_writes_below_what_was_written_from_here() -> None:
    view = view_of(beside())
    text = as_text(told_lines(view.told, 80, LOOKS))
    assert text.splitlines()[1] == "By the controller"
    assert "5m ago  healed  Deployment/payments/api  by the controller:\n  spec.rep" in text
    made = Standin(beside(), options=TerminalOptions(records=lambda _: ()))
    assert made.do("journal") == ""
    assert made.view.sheet is not None
    shown = as_text(made.view.sheet.draw(80, LOOKS))
    assert shown.startswith("nothing was written")
    assert shown.endswith(text.strip())
    assert told_lines((), 80, LOOKS) == []
