"""Selecting, sorting, filtering and arranging, without a screen."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.model import Drift, Key, Stamp, Verdict
from tests.tui import samples
from tui import arrange, conditions
from tui.filters import facts_of_drift, parse
from tui.ordering import grouped, next_drift
from tui.view import View, why_not_sync


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


@pytest.mark.parametrize("bad", ["verdict:maybe", "kind:", "!"])
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
    assert [row.drifted for row in rows] == [6, 1, 0, 0]


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
    assert next_drift([], None, 1) is None


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.IN_SYNC, "in sync"),
        (Verdict.EXTRA, "sync deletes nothing"),
        (Verdict.UNKNOWN, "cannot be judged"),
        (Verdict.CONTESTED, "a controller owns"),
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
    view.last_list = "resources"
    assert view.to_sync(None) == (frozenset(), "choose an app (1) or an object (2) first")


def test_marks_of_objects_that_are_gone_are_dropped() -> None:
    view = _view()
    view.marks = frozenset({samples.API, samples.WEB})
    rows: Mapping[Key, Drift] = {samples.API: samples.rows()[samples.API]}
    view.take(replace(samples.world(), rows=rows))
    assert view.marks == {samples.API}


def test_the_read_only_flag_disables_write_and_heal() -> None:
    reasons = conditions.disabled(_view(), "payments", read_only=True, subject_has_text=False)
    assert reasons["write"] == reasons["heal"] == "read-only: started with --read-only"


@pytest.mark.parametrize(
    ("width", "focused", "last", "shown"),
    [
        (99, "changes", "resources", {"changes"}),
        (100, "changes", "resources", {"resources", "changes"}),
        (159, "apps", "apps", {"apps", "changes"}),
        (160, "apps", "apps", {"apps", "resources", "changes"}),
        (160, "commits", "commits", {"apps", "commits", "changes"}),
    ],
)
def test_what_fits_is_shown(width: int, focused: str, last: str, shown: set[str]) -> None:
    assert arrange.shown_panes(width, focused, last, full_screen=False) == shown
    assert arrange.shown_panes(width, focused, last, full_screen=True) == {focused}


def test_below_60_by_15_only_a_sentence_fits() -> None:
    assert arrange.too_small(60, 15) == ""
    assert arrange.too_small(58, 12) == "driftdeck needs 60x15, this is 58x12"


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
