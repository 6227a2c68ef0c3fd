"""What is live of two apps, compared object by object."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import ClusterSpec, KindRef, Live, Masked, Problem, Remedy, Snapshot
from core.model.answers.comparisons import Comparison, Turn
from core.reconcile.memory.commands import CompareLive
from core.reconcile.memory.inputs import ClusterFound, KindListed, KindLost, SchemaRead, SourceRead
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import initial
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SECRET,
    SPEC,
    World,
    commit,
    document,
    live,
    ref,
)

Objects = dict[tuple[KindRef, str], Live]


def a_map(name: str, value: str, version: int = 1) -> Objects:
    meta = {"uid": f"u-{version}", "resourceVersion": str(version)}
    made = live(CONFIG_MAP, name, version, uid=f"u-{version}", data={"a": value}, status=meta)
    return {(CONFIG_MAP, name): made}


def a_secret(value: str) -> Objects:
    return {(SECRET, "s"): live(SECRET, "s", 1, data={"password": value})}


def world(prod: Objects, lab: Objects, *, lost: tuple[str, ...] = ()) -> World:
    """An app on each of two clusters; both state three maps and a Secret."""
    specs = (replace(SPEC, name="one"), replace(SPEC, name="two", cluster="lab"))
    clusters = (ClusterSpec(name="prod"), ClusterSpec(name="lab"))
    keys: Any = {"digest_key": b"d", "mask_key": b"m"}
    made = World(initial(specs, clusters, healing=False, writing=False, **keys))
    documents = tuple(document(CONFIG_MAP, name, data={"a": "1"}) for name in "abc")
    documents += (document(SECRET, "s"),)
    for app in ("one", "two"):
        made.feed(SourceRead(app, commit(1), documents, ()), InventoryRead(app, ()))
    for name, objects in (("prod", prod), ("lab", lab)):
        place = f"https://{name}"
        made.feed(ClusterFound(name, "ctx", place, "v1", "default", RESOURCES, "ann", f"u{name}"))
        made.feed(*(SchemaRead(name, kind, SCHEMAS[kind]) for kind in PLURALS))
        for kind in (CONFIG_MAP, SECRET):
            found = {ref(kind, each): one for (of, each), one in objects.items() if of == kind}
            if name in lost and kind == CONFIG_MAP:
                made.feed(KindLost(name, kind, Problem(Remedy.GRANT, "forbidden: list configmaps")))
            else:
                made.feed(KindListed(name, kind, found))
    return made


def compared(made: World, *, whole: bool = False) -> Comparison:
    made.feed(CompareLive(1, "one", "two", whole=whole))
    found = snapshot(made.state, Snapshot()).comparison_for(1)
    assert found is not None
    return found


def test_objects_are_compared_as_they_are_whatever_git_says() -> None:
    made = world(
        {**a_map("a", "1"), **a_map("b", "1"), **a_map("c", "7", 3)},
        {**a_map("a", "2", 9), **a_map("c", "7", 8)},
    )
    found = compared(made)
    assert [(row.key.ref.name, row.turn) for row in found.objects] == [
        ("a", Turn.CHANGED),
        ("b", Turn.REMOVED),
    ]
    (change,) = found.objects[0].changes
    assert (change.path, change.live, change.git) == ("data.a", "1", "2")
    assert (found.same, found.problems, found.title) == (1, (), "one..two")
    assert [end.live for end in (found.before, found.after)] == [
        "prod (context ctx, user ann)",
        "lab (context ctx, user ann)",
    ]


def test_secrets_are_compared_by_value_and_shown_as_hashes() -> None:
    (row,) = compared(world(a_secret("b25l"), a_secret("dHdv"))).objects
    (change,) = row.changes
    assert isinstance(change.live, Masked)
    assert change.live != change.git
    assert compared(world(a_secret("b25l"), a_secret("b25l"))).objects == ()
    (row,) = compared(world(a_secret("b25l"), a_secret("dHdv")), whole=True).objects
    assert row.sides is not None
    assert "b25l" not in str(row.sides)
    assert "secret, sha256" in str(row.sides.live)


@pytest.mark.parametrize("lost", ["prod", "lab"])
def test_nothing_is_concluded_from_what_cannot_be_read(lost: str) -> None:
    objects = {**a_map("a", "1"), **a_secret("b25l")}
    found = compared(world(objects, objects, lost=(lost,)))
    assert found.objects == ()
    assert found.same == 1
    assert [one.words for one in found.problems] == ["forbidden: list configmaps"]


def test_what_was_applied_and_git_dropped_is_live_all_the_same() -> None:
    made = world({**a_map("a", "1"), **a_map("old", "1")}, a_map("a", "1"))
    made.feed(InventoryRead("one", (InventoryRow(ref(CONFIG_MAP, "old"), "u-1", "0" * 16),)))
    (row,) = compared(made).objects
    assert (row.key.ref.name, row.turn) == ("old", Turn.REMOVED)


def test_namespaces_of_their_own_are_the_same_place() -> None:
    made = world(a_map("a", "1"), {})
    elsewhere = document(CONFIG_MAP, "a", data={"a": "1"})
    body = elsewhere.body.replace(b'"web"', b'"shop"')
    stated = replace(elsewhere, namespace="shop", body=body)
    made.feed(SourceRead("two", commit(2), (stated,), ()))
    there = ref(CONFIG_MAP, "a")._replace(namespace="shop")
    found = live(CONFIG_MAP, "a", 5, data={"a": "2"})
    moved = replace(found, body=found.body.replace(b'"web"', b'"shop"'))
    made.feed(KindListed("lab", CONFIG_MAP, {there: moved}))
    (row,) = compared(made).objects
    assert [change.path for change in row.changes] == ["data.a"]
    assert row.key.ref.namespace == "shop"


def test_an_app_that_was_not_read_is_told_and_nothing_is_missing_of_it() -> None:
    specs = (replace(SPEC, name="one"), replace(SPEC, name="two"))
    keys: Any = {"digest_key": b"d", "mask_key": b"m"}
    clusters = (ClusterSpec(name="prod"),)
    made = World(initial(specs, clusters, healing=False, writing=False, **keys))
    found = compared(made)
    assert found.objects == ()
    assert [one.words for one in found.problems] == ["one was not read yet", "two was not read yet"]
