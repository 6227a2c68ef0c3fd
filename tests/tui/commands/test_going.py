"""What is typed to go somewhere, or to see one cluster, namespace or repository alone."""

from dataclasses import replace

import pytest

from core.model import Key, Verdict
from tests.tui import samples
from tests.tui.standin import Standin
from tui.model.focus import Pane
from tui.panes.resources import why_empty
from tui.text.changes import as_text
from tui.text.rows import Looks, fleet_lead, resource_line
from tui.text.spans import width_of


def test_an_app_is_selected_even_behind_a_filter() -> None:
    made = Standin()
    made.set_filter("payments")
    assert made.speak("app search") == ""
    assert (made.view.app, made.view.filter_of(Pane.APPS).source) == ("search", "")
    assert made.rows(Pane.APPS).cursor_id == "search"
    assert made.speak("app nobody") == 'there is no app "nobody"'


@pytest.mark.parametrize(
    ("line", "pane", "left"),
    [
        ("cluster lab", Pane.APPS, ["search"]),
        ("ctx lab", Pane.APPS, ["search"]),
        ("repo /srv/git/platform", Pane.APPS, ["payments", "checkout", "ledger", "search"]),
    ],
)
def test_apps_of_one_are_left_until_all_are_wanted(line: str, pane: Pane, left: list[str]) -> None:
    made = Standin()
    assert made.speak(line) == ""
    assert made.view.focus.pane is pane
    assert list(made.rows(pane).ids) == left
    made.speak(line.partition(" ")[0])
    assert len(made.rows(pane).ids) == 4


def test_objects_of_one_namespace_are_left() -> None:
    made = Standin()
    made.view.fleet = True
    made.speak("ns checkout")
    assert made.rows(Pane.RESOURCES).ids == [samples.WEB]


@pytest.mark.parametrize("line", ["cluster nobody", "ns nobody", "repo nobody"])
def test_what_is_not_there_is_said(line: str) -> None:
    made = Standin()
    assert made.speak(line) == 'there is no "nobody" here'
    assert made.view.filters == {}


def test_names_that_are_there_are_offered() -> None:
    made = Standin()
    offered = {
        phrase.name: [offer.text for offer in phrase.offers(made, "")] for phrase in made.phrases
    }
    assert offered["cluster"] == ["prod-eu-1", "lab"]
    assert set(offered["app"]) == {"payments", "checkout", "search", "ledger"}
    assert offered["ns"] == ["payments"]


def test_q_quits() -> None:
    made = Standin()
    made.speak("q")
    assert made.left


def test_a_theme_is_one_of_those_there_are() -> None:
    made = Standin()
    assert made.speak("theme pink").startswith("write one of: dark, light")
    assert made.speak("theme light") == ""
    assert made.theme == "light"


# The fleet --------------------------------------------------------------------------------------


def test_the_fleet_is_what_differs_of_every_app_worst_first_and_keeps_its_list() -> None:
    made = Standin()
    made.do("fleet")
    rows = made.view.resources()
    assert rows[0].verdict is Verdict.DRIFTED
    assert {row.key.app for row in rows} == {"payments", "checkout"}
    assert all(row.verdict is not Verdict.IN_SYNC for row in rows)
    made.view.take(replace(made.world, sequence=2))
    assert made.view.resources() is rows
    fewer = {key: row for key, row in made.world.rows.items() if key != samples.WEB}
    made.view.take(replace(made.world, rows=fewer))
    assert samples.WEB not in {row.key for row in made.view.resources()}
    made.go(made.view.focus.on(Pane.APPS))
    made.do("back")
    assert made.view.fleet  # only in its own pane Esc ends it
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.do("back")
    assert not made.view.fleet
    assert len(made.view.resources()) > len(rows)


def test_an_empty_fleet_says_whether_all_was_read() -> None:
    world = replace(samples.world(), rows={})
    *read, ledger = world.apps
    apps = (*read, replace(ledger, blocked=True))
    words = [
        (replace(world, apps=apps), "nothing differs as far as it can be read (1)"),
        (replace(world, apps=apps[:3]), "nothing differs anywhere"),
        (replace(world, apps=(replace(apps[0], complete=False),)), "reading Git and the clusters"),
    ]
    for each, said in words:
        made = Standin(each)
        made.view.fleet = True
        assert why_empty(made.view) == said


def test_the_next_drift_stays_in_the_fleet_and_choosing_an_app_leaves_it() -> None:
    made = Standin()
    made.do("fleet")
    made.refresh()
    made.do("next_drift")
    assert made.view.fleet
    made.select_app("search")
    assert not made.view.fleet


def test_marks_and_sync_work_across_the_fleet() -> None:
    made = Standin()
    made.do("fleet")
    made.view.marks = frozenset({samples.API, samples.WEB})
    keys, why = made.view.to_sync(samples.API)
    assert (keys, why) == (frozenset({samples.API, samples.WEB}), "")


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_row_of_the_fleet_names_its_app_in_the_width_it_is_given(width: int) -> None:
    row = samples.rows()[samples.API]
    lead = fleet_lead(row, width)
    line = (*lead, *resource_line(row, width - width_of(lead), Looks(samples.NOW)))
    text = as_text([line])
    assert text.startswith("payments ")
    assert len("".join(part for part, _ in line)) == width
    assert ("prod-eu-1" in text) == (width >= 80)
    assert isinstance(row.key, Key)
