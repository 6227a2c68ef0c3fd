"""A kind that cannot be read in one namespace: there nothing is known, elsewhere all goes on."""

import json
from dataclasses import replace
from typing import Any

from core.model import Document, Key, Live, ObjectRef, Problem, Remedy, Snapshot, Verdict
from core.reconcile.memory.commands import PreparePlan
from core.reconcile.memory.effects import CheckAccess
from core.reconcile.memory.inputs import KindListed, KindLost
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    document,
    key,
    live,
    ref,
    world,
    written,
)

GOOD: dict[str, Any] = {"data": {"a": "1"}}
FORBIDDEN = Problem(Remedy.GRANT, "list configmaps in closed: forbidden")
CLOSED = {"closed": FORBIDDEN}
THERE = Key(SPEC.name, ObjectRef("", "ConfigMap", "closed", "a"))
HERE = key(CONFIG_MAP, "a")


def in_closed(made: Document) -> Document:
    """The same document, in the namespace that cannot be read."""
    body = json.loads(made.body)
    body["metadata"]["namespace"] = "closed"
    return replace(made, namespace="closed", body=json.dumps(body).encode(), file="closed.yaml")


def both(*, healing: bool = False) -> World:
    """One ConfigMap in each of two namespaces; both were applied."""
    made = world(healing=healing)
    one = document(CONFIG_MAP, "a", **GOOD)
    made.read(one, in_closed(one))
    rows = tuple(InventoryRow(each.ref, "u1", each.digest) for each in desired(made))
    made.feed(InventoryRead(SPEC.name, rows))
    return made


def desired(made: World) -> Any:
    return made.state.apps[SPEC.name].desired.values()


def listed(made: World, *found: tuple[ObjectRef, Live], closed: bool = True) -> list[Any]:
    unread = CLOSED if closed else {}
    return made.feed(KindListed("prod", CONFIG_MAP, dict(found), unread))


def verdicts(made: World) -> tuple[str, str]:
    return made.state.rows[HERE].verdict.value, made.state.rows[THERE].verdict.value


def test_what_cannot_be_listed_in_one_namespace_is_unknown_there_and_nowhere_else() -> None:
    made = both()
    listed(made, (ref(CONFIG_MAP, "a"), live(CONFIG_MAP, "a", 5, **GOOD)))
    assert verdicts(made) == ("in_sync", "unknown")
    assert made.state.rows[THERE].reason == f"live-unreadable: {FORBIDDEN}"
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.problem == FORBIDDEN
    assert view.complete


def test_what_is_gone_is_put_back_beside_a_namespace_that_cannot_be_read() -> None:
    made = both(healing=True)
    made.recorded(made.effects)
    effects = listed(made)
    effects += made.recorded(effects)
    assert verdicts(made) == ("missing", "unknown")
    assert written(effects) == [HERE]


def test_nothing_is_missing_after_a_namespace_was_closed_and_seen_when_it_opens() -> None:
    made = both()
    here = (ref(CONFIG_MAP, "a"), live(CONFIG_MAP, "a", 5, **GOOD))
    there = (THERE.ref, in_closed_live(6))
    listed(made, here, there, closed=False)
    assert verdicts(made) == ("in_sync", "in_sync")
    listed(made, here)
    assert verdicts(made) == ("in_sync", "unknown")
    assert made.state.rows[HERE].judged_at == made.now
    listed(made, here, there, closed=False)
    assert verdicts(made) == ("in_sync", "in_sync")
    listed(made, here, closed=False)
    assert verdicts(made) == ("in_sync", "missing")


def in_closed_live(version: int) -> Live:
    found = live(CONFIG_MAP, "a", version, **GOOD)
    body = json.loads(found.body)
    body["metadata"]["namespace"] = "closed"
    return replace(found, body=json.dumps(body).encode())


def test_a_plan_of_an_object_whose_namespace_was_closed_since_is_not_carried_out() -> None:
    made = both()
    listed(made, closed=False)
    effects = made.feed(PreparePlan(1, frozenset({HERE, THERE})))
    (plan,) = (each.plan for each in effects if isinstance(each, CheckAccess))
    listed(made)
    made.execute(plan)
    assert ["closed" in each.words for each in made.run(1).problems] == [True]


def test_an_app_with_no_object_in_the_closed_namespace_has_no_problem() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.feed(InventoryRead(SPEC.name, ()))
    listed(made, (ref(CONFIG_MAP, "a"), live(CONFIG_MAP, "a", 5, **GOOD)))
    (view,) = snapshot(made.state, Snapshot()).apps
    assert view.problem is None
    assert view.counts[Verdict.IN_SYNC] == 1
    assert not view.counts.get(Verdict.UNKNOWN)


def test_an_extra_object_of_a_closed_namespace_is_unknown_and_not_gone() -> None:
    made = both()
    listed(made, (THERE.ref, in_closed_live(6)), closed=False)
    made.read(number=2)
    assert made.state.rows[THERE].verdict is Verdict.EXTRA
    listed(made)
    assert made.state.rows[THERE].verdict is Verdict.UNKNOWN


# Namespaces that are followed from now on ---------------------------------------------------------

WEB = frozenset({"web"})
OTHERS = frozenset({"closed"})


def growing(*, healing: bool = False) -> World:
    """One namespace was listed; a commit now states an object in a second one, which is there."""
    made = world(healing=healing)
    one = document(CONFIG_MAP, "a", **GOOD)
    made.read(one)
    made.feed(InventoryRead(SPEC.name, (InventoryRow(HERE.ref, "u1", None),)))
    made.feed(KindListed("prod", CONFIG_MAP, dict([pair(HERE)]), namespaces=WEB))
    made.read(one, in_closed(one), number=2)
    return made


def pair(of: Key) -> tuple[ObjectRef, Live]:
    found = live(CONFIG_MAP, "a", 5, **GOOD)
    return of.ref, replace(found, body=found.body.replace(b"web", of.ref.namespace.encode()))


def enlisted(made: World) -> set[ObjectRef]:
    """What is to be in the inventory, which is written first."""
    return set(made.state.apps[SPEC.name].inventory or ())


def more(made: World, *found: tuple[ObjectRef, Live]) -> list[Any]:
    listing = KindListed("prod", CONFIG_MAP, dict(found), namespaces=OTHERS, beside=True)
    return made.feed(listing)


def test_nothing_is_missing_where_no_listing_has_looked_yet() -> None:
    made = growing()
    assert verdicts(made) == ("in_sync", "unknown")
    assert not snapshot(made.state, Snapshot()).complete


def test_nothing_is_made_where_no_listing_has_looked_yet() -> None:
    made = growing(healing=True)
    assert THERE.ref not in enlisted(made)
    more(made)
    assert THERE.ref in enlisted(made)


def test_a_listing_of_more_namespaces_leaves_what_was_known_of_the_others() -> None:
    made = growing()
    more(made, pair(THERE))
    assert verdicts(made) == ("in_sync", "in_sync")
    assert snapshot(made.state, Snapshot()).complete


def test_only_what_a_listing_of_more_namespaces_is_about_is_judged_by_it() -> None:
    made = growing()
    before = made.state.rows[HERE]
    more(made)
    assert verdicts(made) == ("in_sync", "missing")
    assert made.state.rows[HERE] is before


def test_a_whole_listing_says_anew_which_namespaces_it_is_of() -> None:
    made = growing()
    more(made, pair(THERE))
    made.feed(KindListed("prod", CONFIG_MAP, dict([pair(HERE)]), namespaces=WEB))
    assert verdicts(made) == ("in_sync", "unknown")


def test_a_listing_of_more_namespaces_after_a_kind_was_lost_is_all_that_is_known() -> None:
    made = growing()
    made.feed(KindLost("prod", CONFIG_MAP, FORBIDDEN))
    more(made, pair(THERE))
    assert verdicts(made) == ("unknown", "in_sync")
