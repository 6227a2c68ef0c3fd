"""Selecting, sorting and filtering, without a screen."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.model import Drift, Key, Stamp, Verdict
from core.telling.spans import plain
from tests.tui import samples
from tui.model.filters import Facts, facts_of_commit, facts_of_drift, facts_of_event, parse
from tui.model.focus import Focus, Pane
from tui.model.ordering import grouped, next_drift
from tui.model.view import View, why_not_sync
from tui.panes.titles import apps_title
from tui.text.rows import Looks, app_line


def _view() -> View:
    view = View()
    view.take(samples.world())
    return view


def _names(source: str) -> set[str]:
    wanted = parse(source)
    rows = samples.rows().values()
    return {row.key.ref.name for row in rows if wanted.holds(facts_of_drift(row))}


def test_all_terms_must_hold() -> None:
    assert _names("payments secret") == {"card-gateway"}
    assert _names("kind:conf !settings !web") == {"flags"}
    assert _names("ns:checkout verdict:drifted") == {"web"}
    assert _names("verdict:insync kind:deploy") == {f"search-{n}" for n in range(4)}


def test_kinds_have_their_short_names_and_mean_no_other_kind_then() -> None:
    assert _names("kind:svc") == {"api"}
    assert _names("kind:ing") == {"old-front"}
    assert _names("kind:cm !settings !web") == {"flags"}
    assert parse("kind:ns").holds(Facts("", kind="namespace"))
    assert not parse("kind:sa").holds(Facts("", kind="usage"))


def test_clusters_tell_the_short_names_of_their_own_kinds_also_to_a_filter_that_stands() -> None:
    view = View()
    view.take(samples.world())
    view.filter_by("kind:gw")
    assert view.filter_of(view.focus.last_list).holds(Facts("", kind="gwpolicy"))
    first, second = samples.world().clusters
    told = (
        replace(first, short_kinds={"gw": frozenset({"gateway"})}),
        replace(second, short_kinds={"gw": frozenset({"apigateway"}), "po": frozenset({"pod"})}),
    )
    view.take(replace(samples.world(), clusters=told))
    wanted = view.filter_of(view.focus.last_list)
    assert [wanted.holds(Facts("", kind=kind)) for kind in ("gateway", "apigateway")] == [True] * 2
    assert not wanted.holds(Facts("", kind="gwpolicy"))
    assert not wanted.holds(Facts("", kind="gatewayclass"))
    assert view.filter_by("kind:svc").holds(Facts("", kind="service"))


def test_people_and_programs_are_found_by_actor() -> None:
    assert _names("actor:dana") == {"api", "flags", "web"}
    assert _names("actor:kubectl-edit !actor:dana") == set()
    event = samples.events()[2]
    assert parse("actor:dana").holds(facts_of_event(event))
    assert not parse("actor:erin").holds(facts_of_event(event))
    assert parse("actor:ana").holds(facts_of_commit(samples.HISTORY[1]))


@pytest.mark.parametrize("bad", ["verdict:maybe", "kind:", "!", "owner:jane", "!owner:jane"])
def test_a_term_that_makes_no_sense_is_named_and_has_no_effect(bad: str) -> None:
    wanted = parse(f"{bad} card")
    assert len(wanted.bad) == 1
    assert wanted.bad[0].startswith(bad)
    assert _names(f"{bad} card") == {"card-gateway"}


def test_worst_first_then_oldest() -> None:
    order = [drift.key for drift in _view().resources()][:6]
    assert order == [
        samples.FLAGS,
        samples.API,
        samples.SECRET,
        samples.SERVICE,
        samples.OLD,
        samples.HPA,
    ]


def test_apps_are_worst_first() -> None:
    rows = _view().apps()
    assert [row.view.spec.name for row in rows] == ["payments", "checkout", "ledger", "search"]
    assert [row.drifted for row in rows] == [5, 1, 0, 0]  # a contested one does not count


def test_an_app_whose_rows_did_not_change_keeps_its_list() -> None:
    rows = samples.rows()
    before = grouped(None, rows)
    changed = {**rows, samples.WEB: replace(rows[samples.WEB], stamp=Stamp("d9", "9", "u1"))}
    after = grouped(before, changed)
    assert after.by_app["payments"] is before.by_app["payments"]
    assert after.by_app["checkout"] is not before.by_app["checkout"]
    assert grouped(after, changed) is after


def test_a_deleted_row_leaves_its_app() -> None:
    rows = samples.rows()
    without = {key: row for key, row in rows.items() if key != samples.OLD}
    after = grouped(grouped(None, rows), without)
    assert samples.OLD not in [row.key for row in after.by_app["payments"]]


def test_the_next_drift_wraps_around() -> None:
    order = _view().drift_order()
    assert next_drift(order, samples.WEB, 1) is order[0]
    first = next_drift(order, samples.FLAGS, -1)
    assert first is not None
    assert first.key == samples.WEB
    assert next_drift([], "payments", 1) is None


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.IN_SYNC, "in sync"),
        (Verdict.EXTRA, "nobody applied it here"),
        (Verdict.UNKNOWN, "cannot be judged"),
        (Verdict.CONTESTED, "others own"),
        (Verdict.DRIFTED, ""),
        (Verdict.MISSING, ""),
    ],
)
def test_sync_says_why_it_does_nothing(verdict: Verdict, words: str) -> None:
    why = why_not_sync(samples.drift(samples.API, verdict))
    assert words in why
    assert bool(words) == bool(why)


def test_an_empty_selection_syncs_nothing() -> None:
    view = _view()
    view.focus = Focus().on(Pane.RESOURCES)
    assert view.to_sync(None) == (frozenset(), "choose an app (1) or an object (2) first")


def test_marks_of_objects_that_are_gone_are_dropped() -> None:
    view = _view()
    view.marks = frozenset({samples.API, samples.WEB})
    rows: Mapping[Key, Drift] = {samples.API: samples.rows()[samples.API]}
    view.take(replace(samples.world(), rows=rows))
    assert view.marks == {samples.API}


def test_rows_that_change_one_by_one_end_in_the_order_of_a_full_sort() -> None:
    rows = dict(samples.rows())
    groups = grouped(None, rows)
    for number, key in enumerate(tuple(rows) * 3):
        verdict = tuple(Verdict)[number % len(Verdict)]
        changed = replace(rows[key], verdict=verdict, since=float(number % 7))
        rows = {**rows, key: changed}
        groups = grouped(groups, rows)
        assert groups.by_app == grouped(None, rows).by_app
    fewer = dict(list(rows.items())[1:])
    assert grouped(groups, fewer).by_app == grouped(None, fewer).by_app


def test_an_app_with_nothing_but_contested_objects_is_not_counted_as_drifted() -> None:
    world = samples.world()
    view = replace(samples.app("payments"), counts={Verdict.CONTESTED: 2})
    rows = {key: row for key, row in world.rows.items() if key == samples.HPA}
    made = View()
    made.take(replace(world, apps=(view,), rows=rows))
    (row,) = made.all_apps
    assert (row.drifted, row.verdict) == (0, Verdict.CONTESTED)
    assert "drifted" not in plain(apps_title(made))
    assert "2" in plain(app_line(row, 60, Looks()))
