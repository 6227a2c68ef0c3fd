"""Whose an object is that is as Git states it: ours, to be taken over, or another engine's."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.model import Desired, Drift, Live, Verdict
from core.reconcile.judging.judging import policy_of
from core.reconcile.judging.taking import complete_row, with_taking
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import WriteInventory
from core.reconcile.memory.inventory import take_records
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import NOTHING_APPLIED, AppState
from tests.core.reconcile.world import CONFIG_MAP, SPEC, document, key, live, world

A = key(CONFIG_MAP, "a")
GOOD: dict[str, Any] = {"data": {"a": "1"}}
HELM = {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "web"}


def owned(manager: str, *names: str, operation: str = "Apply", version: str = "v1") -> Any:
    fields: dict[str, Any] = {"f:data": {f"f:{name}": {} for name in names}}
    entry = {"manager": manager, "operation": operation, "apiVersion": version}
    return entry | {"fieldsType": "FieldsV1", "fieldsV1": fields}


OURS = owned("driftdeck", "a")


def there(*managed: Any, **metadata: Any) -> Live:
    made = live(CONFIG_MAP, "a", 5, managed=[*managed], **GOOD)
    body = json.loads(made.body)
    body["metadata"] |= metadata
    return Live(made.uid, made.resource_version, json.dumps(body).encode())


def drafted(*rows: InventoryRow, writing: bool = True, **spec: Any) -> Draft:
    made = world(writing=writing, **spec)
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP)
    made.feed(InventoryRead(SPEC.name, rows))
    return Draft(made.state, made.now)


def put(draft: Draft, **more: Any) -> None:
    draft.put_app(replace(draft.app(SPEC.name), **more))


def sides(draft: Draft) -> tuple[AppState, Desired]:
    app = draft.app(SPEC.name)
    return app, app.desired[A.ref]


def standing(draft: Draft, found: Live, **more: Any) -> tuple[bool, str]:
    """What is said of an object that is in sync, but for what is said otherwise."""
    app, desired = sides(draft)
    row = Drift(A, "prod", CONFIG_MAP, **({"verdict": Verdict.IN_SYNC} | more))
    told = with_taking(draft, app, desired, found, row, policy_of(app.spec))
    return told.untaken, told.tracked_by


def recorded(draft: Draft) -> list[tuple[str | None, str | None]]:
    take_records(draft)
    inventory = draft.app(SPEC.name).inventory or NOTHING_APPLIED
    return [(row.uid, row.digest) for row in inventory.values()]


def stored(draft: Draft) -> int:
    return sum(isinstance(effect, WriteInventory) for effect in draft.effects)


def test_what_is_in_sync_and_not_recorded_is_taken_over() -> None:
    draft = drafted()
    assert standing(draft, there()) == (True, "")
    assert recorded(draft) == []


@pytest.mark.parametrize(
    "row", [{"verdict": Verdict.DRIFTED}, {"verdict": Verdict.UNKNOWN}, {"confirming": True}]
)
def test_what_is_not_in_sync_for_good_is_not_taken_over_nor_recorded(row: dict[str, Any]) -> None:
    draft = drafted()
    assert standing(draft, there(), **row) == (False, "")
    assert standing(draft, there(OURS), **row) == (False, "")
    assert recorded(draft) == []


@pytest.mark.parametrize("known", [{"inventory_problem": "may not"}, {"claimed": {A.ref: "other"}}])
def test_what_cannot_be_recorded_or_is_for_two_apps_is_left(known: dict[str, Any]) -> None:
    draft = drafted()
    put(draft, **known)
    assert standing(draft, there()) == (False, "")
    assert standing(draft, there(OURS)) == (False, "")
    assert recorded(draft) == []


@pytest.mark.parametrize(
    ("uid", "same", "untaken"),
    [("u1", True, False), ("u1", False, True), ("u0", True, True), (None, True, True)],
)
def test_an_object_is_ours_where_that_very_object_and_statement_are_recorded(
    uid: str | None, *, same: bool, untaken: bool
) -> None:
    digest = sides(drafted())[1].digest if same else "older"
    assert standing(drafted(InventoryRow(A.ref, uid, digest)), there()) == (untaken, "")


def test_what_is_said_before_is_taken_back_and_a_row_that_is_right_is_the_same() -> None:
    draft = drafted()
    app, desired = sides(draft)
    row = Drift(A, "prod", CONFIG_MAP, Verdict.IN_SYNC, untaken=True)
    assert with_taking(draft, app, desired, there(), row, policy_of(app.spec)) is row
    assert standing(draft, there(), verdict=Verdict.DRIFTED, untaken=True) == (False, "")
    assert standing(draft, there(), tracked_by="somebody") == (True, "")


def test_what_another_engine_tracks_is_its_own_unless_the_app_takes_over() -> None:
    tracked = there(owned("helm", "a", operation="Update"), annotations=HELM)
    assert standing(drafted(), tracked) == (False, "Helm release web/web")
    assert standing(drafted(take_over=True), tracked) == (True, "")


@pytest.mark.parametrize("writing", [True, False])
def test_what_our_own_apply_stated_is_recorded_beside_the_rest_and_stored_by_who_writes(
    *, writing: bool
) -> None:
    other = InventoryRow(key(CONFIG_MAP, "b").ref, "u2", "d")
    draft = drafted(other, writing=writing)
    assert standing(draft, there(OURS)) == (False, "")
    digest = sides(draft)[1].digest
    assert sorted(map(str, recorded(draft))) == sorted(map(str, [("u2", "d"), ("u1", digest)]))
    assert stored(draft) == int(writing)


def test_an_inventory_that_was_not_read_yet_holds_what_is_recorded() -> None:
    draft = drafted()
    put(draft, inventory=None)
    assert standing(draft, there(OURS)) == (False, "")
    assert recorded(draft) == [("u1", sides(draft)[1].digest)]


@pytest.mark.parametrize(
    "managed",
    [
        owned("driftdeck", "a", "b"),
        owned("driftdeck"),
        owned("driftdeck", "a", version="v2"),
        owned("driftdeck", "a", operation="Update"),
        owned("helm", "a"),
    ],
)
def test_an_apply_that_was_not_just_this_one_has_to_be_made(managed: Any) -> None:
    draft = drafted()
    assert standing(draft, there(managed)) == (True, "")
    assert recorded(draft) == []


# Rows that say what was meant only --------------------------------------------------------------


@pytest.mark.parametrize(
    ("uid", "managed", "completed"),
    [
        (None, OURS, "u1"),
        (None, owned("driftdeck", version="v2"), "u1"),  # whatever it states: it is ours
        (None, owned("helm", "a"), None),
        (None, owned("driftdeck", "a", operation="Update"), None),
        ("u0", OURS, "u0"),
    ],
)
def test_a_row_without_a_uid_is_completed_where_we_did_apply(
    uid: str | None, managed: Any, completed: str | None
) -> None:
    draft = drafted(InventoryRow(A.ref, uid, "d"))
    app = complete_row(draft, draft.app(SPEC.name), A.ref, there(managed))
    assert recorded(draft) == [(completed, "d")]
    assert app == draft.app(SPEC.name)
    assert stored(draft) == int(completed != uid)


def test_an_object_without_a_row_gets_none_by_being_looked_at() -> None:
    draft = drafted()
    app = draft.app(SPEC.name)
    assert complete_row(draft, app, A.ref, there(OURS)) is app
    assert recorded(draft) == []
