"""Surveys: pictures of owned namespaces that hold metadata alone, and which of them still count."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.model import KindRef, Live, ObjectRef, Resource
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Follow
from core.reconcile.memory.inputs import ClusterFound, SurveyChanged, SurveyListed, SurveyLost
from core.reconcile.memory.results import InventoryRead
from core.reconcile.memory.state import ClusterState, KindState, Survey
from core.reconcile.memory.tables import Map
from core.reconcile.sides.surveys import keep_wanted, surveyed_kinds, with_change
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SECRET,
    SPEC,
    World,
    beginning,
    document,
    live,
    ref,
    world,
)

ALL = frozenset({"list", "watch", "get"})
INGRESS = KindRef("networking.k8s.io/v1", "Ingress")
OLD_INGRESS = KindRef("extensions/v1beta1", "Ingress")
OLD_ALONE = KindRef("extensions/v1beta1", "PodSecurity")
WIDGET_1, WIDGET_2 = KindRef("acme.example/v1", "Widget"), KindRef("acme.example/v2", "Widget")
GOOD: dict[str, Any] = {"data": {"a": "1"}}


def resource(kind: KindRef, *, namespaced: bool = True, verbs: frozenset[str] = ALL) -> Resource:
    return Resource(kind, f"{kind.kind.lower()}s", namespaced, has_status=False, verbs=verbs)


# Which kinds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("served", "chosen"),
    [
        (resource(SECRET), {SECRET}),
        (resource(SECRET, namespaced=False), set()),
        (resource(SECRET, verbs=ALL - {"watch"}), set()),
        (resource(SECRET, verbs=ALL - {"list"}), set()),
        (resource(SECRET, verbs=ALL - {"get"}), {SECRET}),
        (resource(KindRef("v1", "Event")), set()),
        (resource(KindRef("events.k8s.io/v1", "Event")), set()),
        (resource(CONFIG_MAP), set()),
    ],
)
def test_a_kind_is_surveyed_where_it_can_be_and_is_not_followed_whole(
    served: Resource, chosen: set[KindRef]
) -> None:
    assert surveyed_kinds([served], [CONFIG_MAP]) == chosen


def test_of_several_versions_the_first_is_surveyed() -> None:
    served = [resource(WIDGET_2), resource(WIDGET_1)]
    assert surveyed_kinds(served, []) == {WIDGET_2}
    assert surveyed_kinds(served[::-1], []) == {WIDGET_1}


def test_a_kind_that_is_followed_at_any_version_is_not_surveyed_at_another() -> None:
    assert surveyed_kinds([resource(WIDGET_2), resource(WIDGET_1)], [WIDGET_1]) == set()


def test_the_old_group_counts_only_for_what_no_other_serves() -> None:
    served = [resource(OLD_INGRESS), resource(OLD_ALONE), resource(INGRESS)]
    assert surveyed_kinds(served, []) == {INGRESS, OLD_ALONE}


def test_a_picture_takes_in_what_comes_and_gives_up_what_goes() -> None:
    one, other = ref(SECRET, "s"), ref(SECRET, "t")
    found = live(SECRET, "s", 3)
    empty: Map[ObjectRef, Live] = Map()
    filled = with_change(empty, one, found)
    assert dict(filled) == {one: found}
    assert with_change(filled, other, None) is filled
    assert dict(with_change(filled, one, None)) == {}
    assert dict(empty) == {}


# Pictures -----------------------------------------------------------------------------------------


def owning(*namespaces: str) -> World:
    served = {kind: resource(kind) for kind in (CONFIG_MAP, SECRET, INGRESS)}
    made = world(owns=namespaces)
    made.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served))
    made.read(document(CONFIG_MAP, "a", **GOOD))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, **GOOD))])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def meta(name: str, version: int = 3, namespace: str = "web") -> tuple[ObjectRef, Live]:
    managed = [{"manager": "kubectl-create", "operation": "Update", "fieldsV1": {"f:data": {}}}]
    body = {"metadata": {"name": name, "namespace": namespace, "managedFields": managed}}
    made = Live(f"u-{name}", str(version), json.dumps(body).encode())
    return ObjectRef("", "Secret", namespace, name), made


def cluster(made: World) -> ClusterState:
    return made.state.clusters["prod"]


def names(made: World, namespace: str = "web") -> list[str] | None:
    survey = cluster(made).surveys.get((SECRET, namespace))
    if survey is None or survey.objects is None:
        return None
    return sorted(each.name for each in survey.objects)


def extras(made: World) -> list[str]:
    rows = made.state.rows.items()
    return sorted(key.ref.name for key, row in rows if row.verdict.value == "extra")


def test_a_listing_replaces_the_picture_of_its_kind_and_namespace() -> None:
    made = owning("web", "tools")
    made.feed(
        SurveyListed("prod", SECRET, "web", dict([meta("s"), meta("t")])),
        SurveyListed("prod", SECRET, "tools", dict([meta("x", namespace="tools")])),
    )
    assert (names(made), names(made, "tools")) == (["s", "t"], ["x"])
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("t"), meta("u")])))
    assert (names(made), names(made, "tools")) == (["t", "u"], ["x"])
    assert extras(made) == ["t", "u", "x"]


def test_events_change_the_picture_in_their_order() -> None:
    made = owning("web")
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("s")])))
    (one, _), (two, newest) = meta("s"), meta("t")
    made.feed(SurveyChanged("prod", SECRET, "web", ((two, newest), (one, None), (two, None))))
    assert names(made) == []
    made.feed(SurveyChanged("prod", SECRET, "web", ((two, None), (two, newest))))
    assert (names(made), extras(made)) == (["t"], ["t"])


def test_events_before_the_listing_say_nothing() -> None:
    made = owning("web")
    made.feed(SurveyChanged("prod", SECRET, "web", (meta("s"),)))
    assert names(made) is None
    assert extras(made) == []


@pytest.mark.parametrize(("kind", "namespace"), [(CONFIG_MAP, "web"), (SECRET, "elsewhere")])
def test_what_was_not_asked_for_is_not_looked_at(kind: KindRef, namespace: str) -> None:
    made = owning("web")
    before = made.state.clusters["prod"].surveys
    about, found = meta("s", namespace=namespace)
    made.feed(
        SurveyListed("prod", kind, namespace, {about: found}),
        SurveyLost("prod", kind, namespace, "you may not list"),
        SurveyChanged("prod", kind, namespace, ((about, found),)),
    )
    assert made.state.clusters["prod"].surveys is before


def test_a_survey_that_is_lost_says_of_which_kind_nothing_can_be_seen() -> None:
    made = owning("web")
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("s")])))
    assert extras(made) == ["s"]
    made.feed(SurveyLost("prod", SECRET, "web", "you may not list secrets"))
    assert (names(made), extras(made)) == (None, [])
    made.feed(SurveyChanged("prod", SECRET, "web", (meta("s", 4),)))
    assert names(made) is None
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("s", 5)])))
    assert extras(made) == ["s"]


def test_a_kind_that_git_begins_to_name_is_surveyed_no_longer() -> None:
    made = owning("web")
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("s")])))
    effects = made.read(document(CONFIG_MAP, "a", **GOOD), document(SECRET, "b"), number=2)
    (wanted,) = [each for each in effects if isinstance(each, Follow)]
    assert (SECRET in wanted.kinds, SECRET in wanted.surveyed) == (True, False)
    assert (SECRET, "web") not in cluster(made).surveys
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("s")])))  # a late one
    assert (SECRET, "web") not in cluster(made).surveys


def test_a_survey_before_anything_is_followed_says_nothing() -> None:
    made = World(beginning())
    made.feed(SurveyListed("prod", SECRET, "web", dict([meta("s")])))
    assert cluster(made).surveys == {}


def test_only_pictures_that_are_still_asked_for_are_kept() -> None:
    surveys = {
        (kind, place): Survey(Map()) for kind in (SECRET, INGRESS) for place in ("web", "old")
    }
    kinds = {kind: KindState() for kind in (CONFIG_MAP, WIDGET_1, WIDGET_2)}
    before = Follow("prod", frozenset({CONFIG_MAP, WIDGET_1}), frozenset({"web", "old"}))
    wanted = Follow(
        "prod",
        frozenset({CONFIG_MAP}),
        frozenset({"web"}),
        surveyed=frozenset({SECRET}),
        owned=frozenset({"web"}),
    )
    for following, left in (
        (before, {CONFIG_MAP, WIDGET_2}),  # of the last nothing was asked, it came by itself
        (None, {CONFIG_MAP, WIDGET_1, WIDGET_2}),
    ):
        draft = Draft(beginning(), 1000.0)
        cluster = replace(draft.cluster("prod"), surveys=surveys, kinds=kinds, following=following)
        draft.put_cluster(cluster)
        keep_wanted(draft, "prod", wanted)
        assert draft.cluster("prod").surveys.keys() == {(SECRET, "web")}
        assert draft.cluster("prod").kinds.keys() == left
