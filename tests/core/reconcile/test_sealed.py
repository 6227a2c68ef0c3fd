"""Objects whose files are encrypted: every value is hidden, and what stays closed is unknown."""

from dataclasses import replace
from typing import Any

from core.model import Document, FieldVerdict, Snapshot, Verdict
from core.model.requests import Apply
from core.reconcile.memory.commands import ShowSides
from core.reconcile.memory.inputs import SourceRead
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    HUMAN,
    SPEC,
    World,
    commit,
    document,
    key,
    live,
    questions,
    ref,
    world,
    writes,
)

A = key(CONFIG_MAP, "a")
WORD = "k4n4ry"


def sealed(**data: str) -> Document:
    return replace(document(CONFIG_MAP, "a", data=data), sealed=True)


def in_sync() -> World:
    made = world()
    made.read(sealed(a=WORD))
    managed = [{"manager": "driftdeck", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}}]
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": WORD}, managed=managed))])
    desired = made.state.apps[SPEC.name].desired[A.ref]
    made.feed(InventoryRead(SPEC.name, (InventoryRow(A.ref, "u1", desired.digest),)))
    return made


def closed(made: World, why: str = "a.yaml:1: no key opens it", number: int = 2) -> None:
    named = replace(document(CONFIG_MAP, "a"), body=b"", sealed=True)
    read = SourceRead(SPEC.name, commit(number), (), (why,), (("a.yaml", why),), ((named, why),))
    made.feed(read)


def said(made: World) -> str:
    """Everything that a front end is given."""
    made.feed(ShowSides(7, frozenset({A})))
    shown = snapshot(made.state, Snapshot())
    return repr((shown.rows, shown.events, shown.answers, shown.sides_for(7)))


def edit(made: World, version: int, **data: str) -> None:
    fields: Any = {"f:data": {f"f:{name}": {} for name in data}}
    made.drift("a", version, data=data, managed=[HUMAN | {"fieldsV1": fields}])


def test_an_edit_of_a_sealed_object_is_drift_and_no_value_of_either_side_is_shown() -> None:
    made = in_sync()
    edit(made, 6, a=f"{WORD}2", more=f"{WORD}3")
    row = made.row("a")
    assert row.verdict is Verdict.DRIFTED
    drift = {each.path for each in row.changes if each.verdict is FieldVerdict.DRIFT}
    assert drift == {"data.a", "data.more"}
    assert WORD not in said(made)
    assert WORD not in repr(made.plan("a"))


def test_its_digest_is_keyed_and_marked_so_that_it_is_hidden_after_git_dropped_it() -> None:
    made = in_sync()
    (row,) = made.state.apps[SPEC.name].inventory.values()  # type: ignore[union-attr]  # was read
    plain = world()
    plain.read(document(CONFIG_MAP, "a", data={"a": WORD}))
    unkeyed = plain.state.apps[SPEC.name].desired[A.ref].digest
    assert row.digest is not None
    assert row.digest.startswith("enc-")
    assert unkeyed not in row.digest
    made.read(number=2)
    assert made.row("a").verdict is Verdict.EXTRA
    assert WORD not in said(made)


def test_what_replaces_it_in_plain_is_shown_once_it_was_applied_and_not_before() -> None:
    made = in_sync()
    made.read(document(CONFIG_MAP, "a", data={"a": "plain"}), number=2)
    assert made.row("a").verdict is Verdict.DRIFTED
    assert WORD not in said(made)


def test_what_stays_closed_is_unknown_with_the_reason_and_hidden_and_nothing_is_sent() -> None:
    made = in_sync()
    effects = made.feed()
    closed(made)
    row = made.row("a")
    assert row.verdict is Verdict.UNKNOWN
    assert row.reason == "encrypted: a.yaml:1: no key opens it"
    assert (row.file, row.line) == ("a.yaml", 1)
    assert WORD not in said(made)
    assert writes(effects) == []
    assert made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "other"})) == []
    assert made.row("a").verdict is Verdict.UNKNOWN
    made.read(sealed(a=WORD), number=3)
    assert made.row("a").verdict is Verdict.DRIFTED


def test_an_object_that_was_never_opened_is_listed_though_the_cluster_has_none() -> None:
    made = world()
    closed(made, number=1)
    made.feed(InventoryRead(SPEC.name, ()))
    assert made.row("a").verdict is Verdict.UNKNOWN
    assert made.row("a").reason.startswith("encrypted: ")


def test_requests_for_a_sealed_object_say_so_to_whoever_repeats_the_servers_words() -> None:
    made = in_sync()
    effects = made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "other"}))
    (asked,) = questions(effects)
    assert isinstance(asked.request, Apply)
    assert asked.request.sealed
    made.agree(asked)
    (step,) = made.plan("a").steps
    assert [each.sealed for each in step.requests if isinstance(each, Apply)] == [True]


def test_a_ref_nobody_states_is_not_sealed() -> None:
    assert not in_sync().state.apps[SPEC.name].is_sealed(ref(CONFIG_MAP, "b"))


def test_what_the_cluster_lacks_is_hidden_in_the_plan_that_makes_it() -> None:
    made = world()
    made.read(sealed(a=WORD))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, ()))
    assert made.row("a").verdict is Verdict.MISSING
    assert WORD not in said(made)
    (step,) = made.plan("a").steps
    assert step.creates is not None
    assert WORD not in repr(step)


def test_an_object_of_a_kind_that_is_still_to_come_is_sealed_too() -> None:
    app = replace(in_sync().state.apps[SPEC.name], desired={}, inventory=None)
    assert not app.is_sealed(A.ref)
    assert replace(app, unserved={A.ref: sealed(a=WORD)}).is_sealed(A.ref)
