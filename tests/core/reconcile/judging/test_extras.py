"""Objects that Git does not state, in namespaces that an app says are its own."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    AppSpec,
    ClusterSpec,
    Commit,
    EventName,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Plan,
    Problem,
    Remedy,
    Resource,
    Snapshot,
)
from core.reconcile.judging.extras import told_apart
from core.reconcile.memory.commands import PreparePlan
from core.reconcile.memory.effects import Confirm, Follow, Perform
from core.reconcile.memory.inputs import (
    ClusterFound,
    KindListed,
    KindLost,
    SchemaRead,
    SourceLost,
    SourceRead,
    SurveyChanged,
    SurveyListed,
    SurveyLost,
)
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import NO_ROWS, NO_SUBJECTS, initial
from core.reconcile.sides.surveys import surveyed_kinds
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    live,
    ref,
)

SECRET = KindRef("v1", "Secret")
EVENT = KindRef("v1", "Event")
POD = KindRef("v1", "Pod")
CLAIM = KindRef("v1", "PersistentVolumeClaim")
STATEFUL_SET = KindRef("apps/v1", "StatefulSet")
METRICS = KindRef("metrics.k8s.io/v1beta1", "PodMetrics")
FOLLOWED = frozenset({"get", "list", "watch"})
GIT = document(CONFIG_MAP, "a", data={"a": "1"})
SAME = live(CONFIG_MAP, "a", 5, data={"a": "1"})
BY_HAND = {
    "manager": "kubectl-create",
    "operation": "Update",
    "time": "2026-11-01T10:00:00Z",
    "fieldsType": "FieldsV1",
    "fieldsV1": {"f:data": {}},
}
BY_CLUSTER = {**BY_HAND, "manager": "kube-controller-manager"}
OTHER = replace(SPEC, name="other", namespace="")


def served(*kinds: KindRef, namespaced: bool = True) -> dict[KindRef, Resource]:
    """Kinds as discovery tells of them."""
    return {
        kind: Resource(
            kind,
            f"{kind.kind.lower()}s",
            namespaced=namespaced,
            has_status=False,
            verbs=FOLLOWED - {"watch"} if kind == METRICS else FOLLOWED,
        )
        for kind in kinds
    }


SERVED = {
    **RESOURCES,
    **served(CONFIG_MAP, SECRET, EVENT, POD, CLAIM, STATEFUL_SET, METRICS),
    **served(KindRef("v1", "Namespace"), namespaced=False),
}


def metadata(
    kind: KindRef, name: str, version: int = 7, *, uid: str = "", **more: Any
) -> tuple[ObjectRef, Live]:
    """One object of a survey."""
    managed = more.pop("managed", [BY_HAND])
    meta = {"name": name, "namespace": "web", "managedFields": managed, **more}
    body = {"kind": "PartialObjectMetadata", "metadata": meta}
    return ref(kind, name), Live(uid or f"u-{name}", str(version), json.dumps(body).encode())


def owning(*others: AppSpec, **spec: Any) -> World:
    """An app that owns its namespace; its ConfigMap "a" is in Git and in sync."""
    apps = (replace(SPEC, **{"owns": ("web",), **spec}), *others)
    made = World(
        initial(
            apps,
            (ClusterSpec(name="prod"), ClusterSpec(name="test")),
            healing=False,
            writing=True,
            digest_key=b"d",
            mask_key=b"m",
        )
    )
    made.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", SERVED),
        SchemaRead("prod", CONFIG_MAP, SCHEMAS[CONFIG_MAP]),
    )
    made.read(GIT)
    made.listing(CONFIG_MAP, [("a", SAME)])
    made.feed(InventoryRead(SPEC.name, ()))
    return made


def survey(made: World, kind: KindRef, *objects: tuple[ObjectRef, Live]) -> None:
    made.feed(SurveyListed("prod", kind, "web", dict(objects)))


def survey_rest(made: World, *but: KindRef) -> None:
    """Every other survey is empty."""
    for kind in following(made).surveyed - frozenset(but):
        survey(made, kind)


def following(made: World) -> Follow:
    return [effect for effect in made.effects if isinstance(effect, Follow)][-1]


def row_of(made: World, kind: KindRef, name: str, app: str = SPEC.name) -> Any:
    return made.state.rows.get(Key(app, ref(kind, name)))


def verdicts(made: World) -> dict[str, str]:
    return {key.ref.name: row.verdict.value for key, row in made.state.rows.items()}


# Which kinds, where -----------------------------------------------------------------------------


def test_every_kind_that_can_be_watched_is_surveyed_and_no_other() -> None:
    wanted = following(owning())
    assert wanted.surveyed == {SECRET, POD, CLAIM, STATEFUL_SET}
    assert wanted.owned == {"web"}
    assert CONFIG_MAP in wanted.kinds
    assert wanted.namespaces == frozenset({"web"})


def test_without_an_owned_namespace_nothing_is_surveyed() -> None:
    wanted = following(owning(owns=()))
    assert (wanted.surveyed, wanted.owned) == (frozenset(), frozenset())


def test_of_two_versions_the_preferred_one_is_surveyed_unless_git_names_the_kind() -> None:
    v2, v1 = (KindRef(f"autoscaling/{v}", "HorizontalPodAutoscaler") for v in ("v2", "v1"))
    resources = served(v2, v1).values()
    assert surveyed_kinds(resources, ()) == {v2}
    assert surveyed_kinds(resources, [v1]) == frozenset()


def test_objects_that_two_groups_serve_are_surveyed_in_one() -> None:
    old = KindRef("extensions/v1beta1", "Ingress")
    new = KindRef("networking.k8s.io/v1", "Ingress")
    assert surveyed_kinds(served(old, new).values(), ()) == {new}
    assert surveyed_kinds(served(old, new).values(), [new]) == frozenset()
    assert surveyed_kinds(served(old).values(), ()) == {old}


def test_a_kind_that_git_begins_to_name_is_compared_by_its_whole_objects_alone() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b"))
    assert row_of(made, SECRET, "b").verdict.value == "extra"
    made.read(GIT, document(SECRET, "b", data={"x": "eA=="}), number=2)
    assert SECRET in following(made).kinds
    assert SECRET not in following(made).surveyed
    made.feed(SchemaRead("prod", SECRET, None))
    survey(made, SECRET, metadata(SECRET, "b", 8))  # late, of the survey that was stopped
    made.feed(SurveyChanged("prod", SECRET, "web", (metadata(SECRET, "b", 9),)))
    assert row_of(made, SECRET, "b").verdict.value == "unknown"
    assert row_of(made, SECRET, "b").reason == "not-read-yet"
    made.listing(SECRET, [("b", live(SECRET, "b", 9, data={"x": "eA=="}))])
    assert row_of(made, SECRET, "b").verdict.value == "in_sync"
    assert "drift_gone" in made.events()


# EXTRA ------------------------------------------------------------------------------------------


def test_what_git_lacks_in_an_owned_namespace_is_extra_with_its_maker() -> None:
    made = owning()
    made.listing(CONFIG_MAP, [("a", SAME), ("b", live(CONFIG_MAP, "b", 6, managed=[BY_HAND]))])
    survey(made, SECRET, metadata(SECRET, "c"))
    for kind, name in ((CONFIG_MAP, "b"), (SECRET, "c")):
        row = row_of(made, kind, name)
        assert (row.verdict.value, row.cause.value, row.confirmed_by.value) == (
            "extra",
            "live_changed",
            "server",
        )
        assert (row.actor.manager, row.actor.time, row.actor.confidence) == (
            "kubectl-create",
            "2026-11-01T10:00:00Z",
            "owned",
        )
    assert made.told(EventName.DRIFT_DETECTED) == ["not in Git, made by kubectl-create"] * 2
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"
    assert [effect for effect in made.effects if isinstance(effect, Confirm)] == []


def test_the_noise_of_a_namespace_is_not_extra() -> None:
    made = owning()
    record = live(CONFIG_MAP, "driftdeck-shop-0", 6, uid="u9")
    body = json.loads(record.body)
    body["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "driftdeck"}
    ours = replace(record, body=json.dumps(body).encode())
    root = live(CONFIG_MAP, "kube-root-ca.crt", 6)
    made.listing(CONFIG_MAP, [("a", SAME), ("driftdeck-shop-0", ours), ("kube-root-ca.crt", root)])
    survey(made, POD, metadata(POD, "web-1", ownerReferences=[{"kind": "ReplicaSet"}]))
    assert verdicts(made) == {"a": "in_sync"}


def test_an_object_in_a_namespace_that_nobody_owns_is_not_extra() -> None:
    made = owning()
    elsewhere = ref(CONFIG_MAP, "b")._replace(namespace="elsewhere")
    found = {ref(CONFIG_MAP, "a"): SAME, elsewhere: live(CONFIG_MAP, "b", 6)}
    made.feed(KindListed("prod", CONFIG_MAP, found))
    assert verdicts(made) == {"a": "in_sync"}


def test_extra_comes_and_goes_with_the_watch_and_is_told() -> None:
    made = owning()
    survey(made, SECRET)
    made.feed(SurveyChanged("prod", SECRET, "web", (metadata(SECRET, "b"),)))
    assert verdicts(made)["b"] == "extra"
    assert made.events()[-1] == "drift_detected"
    made.feed(SurveyChanged("prod", SECRET, "web", ((ref(SECRET, "b"), None),)))
    assert verdicts(made) == {"a": "in_sync"}
    assert made.events()[-1] == "drift_gone"


def test_an_object_that_goes_away_is_terminating() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b", deletionTimestamp="2026-11-01T10:00:00Z"))
    row = row_of(made, SECRET, "b")
    assert (row.verdict.value, row.reason) == ("unknown", "terminating")


def test_what_was_applied_and_dropped_by_git_is_git_ahead() -> None:
    made = owning()
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(CONFIG_MAP, "a"), "u1", "d"),)))
    made.read(number=2)
    row = row_of(made, CONFIG_MAP, "a")
    assert (row.verdict.value, row.cause.value) == ("extra", "git_ahead")
    assert made.told(EventName.DRIFT_DETECTED) == ["no longer in Git"]


def test_a_plan_never_holds_what_is_extra() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b"))
    made.feed(PreparePlan(1, frozenset({Key(SPEC.name, ref(SECRET, "b"))})))
    assert made.state.answers == {1: Plan("prod", ())}
    assert [effect for effect in made.effects if isinstance(effect, Perform)] == []


def test_a_claim_is_extra_only_where_its_stateful_set_is_not_there() -> None:
    made = owning()
    claim = metadata(CLAIM, "data-db-0", managed=[BY_CLUSTER])
    survey(made, CLAIM, claim)
    assert "data-db-0" not in verdicts(made)  # the StatefulSets were not listed yet
    survey(made, STATEFUL_SET, metadata(STATEFUL_SET, "db", ownerReferences=[{"kind": "Db"}]))
    assert "data-db-0" not in verdicts(made)
    made.feed(SurveyChanged("prod", STATEFUL_SET, "web", ((ref(STATEFUL_SET, "db"), None),)))
    assert verdicts(made)["data-db-0"] == "extra"


# Never before both sides were read --------------------------------------------------------------


def test_nothing_is_extra_before_git_was_read() -> None:
    made = owning()
    app = replace(made.state.apps[SPEC.name], source=None, stated=frozenset(), desired={})
    made.state = replace(made.state, apps={SPEC.name: app}, rows=NO_ROWS, subjects=NO_SUBJECTS)
    survey(made, SECRET, metadata(SECRET, "b"))
    assert verdicts(made) == {}


def test_while_a_file_cannot_be_read_nothing_is_extra() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b"))
    made.feed(SourceRead(SPEC.name, commit(2), (GIT,), ("b.yaml:1: broken",)))
    row = row_of(made, SECRET, "b")
    assert (row.verdict.value, row.reason) == ("unknown", "git-unreadable")
    made.read(GIT, number=3)
    assert row_of(made, SECRET, "b").verdict.value == "extra"


def test_an_app_is_complete_once_its_namespaces_were_looked_through() -> None:
    made = owning()
    assert not made.complete()
    assert "cluster_synced" not in made.events()
    survey_rest(made, SECRET)
    assert not made.complete()
    survey(made, SECRET, metadata(SECRET, "b"))
    assert made.complete()
    assert made.events().count("cluster_synced") == 1


def test_a_kind_that_may_not_be_listed_stops_nothing_and_is_named() -> None:
    made = owning()
    survey_rest(made, SECRET)
    made.feed(SurveyLost("prod", SECRET, "web", "list secrets in web: forbidden"))
    view = snapshot(made.state, Snapshot()).apps[0]
    assert view.complete
    assert (view.problem, view.file_problems) == (None, ())
    assert view.unseen == (
        "objects of kind Secret that Git lacks cannot be seen: list secrets in web: forbidden",
    )
    survey(made, SECRET)
    assert snapshot(made.state, Snapshot()).apps[0].unseen == ()


def test_an_extra_of_a_kind_that_can_no_longer_be_listed_is_unknown() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b"))
    made.feed(SurveyLost("prod", SECRET, "web", "forbidden"))
    row = row_of(made, SECRET, "b")
    assert (row.verdict.value, row.reason) == ("unknown", "live-unreadable: forbidden")
    survey(made, SECRET, metadata(SECRET, "b"))
    assert row_of(made, SECRET, "b").verdict.value == "extra"
    made.feed(SurveyLost("prod", SECRET, "web", "forbidden"))
    survey(made, SECRET)
    assert row_of(made, SECRET, "b") is None


def test_so_is_one_of_a_kind_that_git_names() -> None:
    made = owning()
    made.listing(CONFIG_MAP, [("a", SAME), ("b", live(CONFIG_MAP, "b", 6))])
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "forbidden")))
    row = row_of(made, CONFIG_MAP, "b")
    assert (row.verdict.value, row.reason) == ("unknown", "live-unreadable: forbidden")


# Other apps of the cluster ----------------------------------------------------------------------


def other_read(made: World, *names: str, problems: tuple[str, ...] = ()) -> None:
    documents = tuple(document(SECRET, name, data={}) for name in names)
    made.feed(SourceRead(OTHER.name, Commit("f" * 40, "A", "d", "s"), documents, problems))
    made.feed(InventoryRead(OTHER.name, ()))


def test_what_another_app_states_is_not_extra() -> None:
    made = owning(OTHER)
    survey(made, SECRET, metadata(SECRET, "b"), metadata(SECRET, "c"))
    assert "b" not in verdicts(made)  # the other app was not read yet
    assert "c" not in verdicts(made)
    other_read(made, "b")
    made.listing(SECRET, [("b", live(SECRET, "b", 7)), ("c", live(SECRET, "c", 7))])
    assert row_of(made, SECRET, "b") is None
    assert row_of(made, SECRET, "c").verdict.value == "extra"
    other_read(made)
    survey(made, SECRET, metadata(SECRET, "b"), metadata(SECRET, "c"))
    assert row_of(made, SECRET, "b").verdict.value == "extra"


def test_what_another_app_tracks_is_extra_there_and_not_here() -> None:
    made = owning(OTHER)
    other_read(made)
    made.feed(InventoryRead(OTHER.name, (InventoryRow(ref(SECRET, "b"), "u-b", "d"),)))
    made.listing(SECRET, [("b", live(SECRET, "b", 7, uid="u-b"))])
    assert row_of(made, SECRET, "b") is None
    assert row_of(made, SECRET, "b", OTHER.name).verdict.value == "extra"


def test_what_moved_to_another_app_is_extra_in_neither() -> None:
    made = owning(OTHER)
    rows = (InventoryRow(ref(SECRET, "b"), "u-b", "d"),)
    made.feed(InventoryRead(SPEC.name, rows))
    other_read(made, "b")
    made.listing(SECRET, [("b", live(SECRET, "b", 7, uid="u-b"))])
    assert row_of(made, SECRET, "b") is None


@pytest.mark.parametrize("lost", [True, False])
def test_what_another_app_may_state_in_an_unreadable_file_is_unknown(*, lost: bool) -> None:
    made = owning(OTHER)
    survey(made, SECRET, metadata(SECRET, "b"))
    if lost:
        made.feed(SourceLost(OTHER.name, Problem(Remedy.WAIT, "no such repository")))
    else:
        other_read(made, problems=("x.yaml:1: broken",))
    row = row_of(made, SECRET, "b")
    assert row.verdict.value == "unknown"
    assert row.reason == "git-unreadable: app other may state it"


def test_what_an_app_applied_is_judged_anew_once_another_was_read() -> None:
    made = owning(OTHER, owns=())
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(CONFIG_MAP, "b"), "u-b", "d"),)))
    applied = live(CONFIG_MAP, "b", 7, uid="u-b")
    made.listing(CONFIG_MAP, [("a", SAME), ("b", applied)])
    assert row_of(made, CONFIG_MAP, "b").reason == "git-unreadable: app other may state it"
    other_read(made)
    assert row_of(made, CONFIG_MAP, "b").verdict.value == "extra"


def test_an_app_that_may_not_touch_the_namespace_does_not_matter() -> None:
    made = owning(replace(OTHER, namespaces=("elsewhere",)))
    survey(made, SECRET, metadata(SECRET, "b"))
    assert row_of(made, SECRET, "b").verdict.value == "extra"


# Apps that are not shown --------------------------------------------------------------------------


def test_a_neighbour_is_asked_what_is_its_own_and_never_judged_or_shown() -> None:
    made = owning(OTHER)
    hidden = replace(made.state.apps[OTHER.name], shown=False)
    made.state = replace(made.state, apps={**made.state.apps, OTHER.name: hidden})
    survey(made, SECRET, metadata(SECRET, "b"), metadata(SECRET, "c"))
    survey_rest(made, SECRET)
    assert not made.complete()
    other_read(made, "b")
    assert SECRET in following(made).surveyed
    assert verdicts(made) == {"a": "in_sync", "c": "extra"}
    assert made.complete()
    shown = snapshot(made.state, Snapshot())
    assert [view.spec.name for view in shown.apps] == [SPEC.name]
    assert OTHER.name not in {event.app for event in made.state.events}


def test_an_extra_object_that_changes_keeps_its_age() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b"))
    since = row_of(made, SECRET, "b").since
    made.now += 50
    made.feed(SurveyChanged("prod", SECRET, "web", (metadata(SECRET, "b", 8),)))
    assert row_of(made, SECRET, "b").stamp.version == "8"
    assert row_of(made, SECRET, "b").since == since == 1000.0
    assert made.events().count("drift_detected") == 1


def test_an_extra_object_whose_maker_is_not_known_is_told_without_one() -> None:
    made = owning()
    survey(made, SECRET, metadata(SECRET, "b", managed=[]))
    assert made.told(EventName.DRIFT_DETECTED) == ["not in Git"]


def test_what_an_app_of_another_cluster_has_says_nothing_of_this_one() -> None:
    elsewhere = replace(OTHER, cluster="test")
    made = owning(elsewhere)
    survey(made, SECRET, metadata(SECRET, "b"))
    assert row_of(made, SECRET, "b").verdict.value == "extra"
    other_read(made, problems=("x.yaml:1: broken",))
    made.feed(InventoryRead(OTHER.name, (InventoryRow(ref(SECRET, "b"), "u-b", "d"),)))
    survey(made, SECRET, metadata(SECRET, "b", 8))
    assert row_of(made, SECRET, "b").verdict.value == "extra"


def test_an_app_does_not_wait_for_what_it_tracks_itself() -> None:
    made = owning(OTHER)
    own, other = made.state.apps[SPEC.name], made.state.apps[OTHER.name]
    unread = replace(own, inventory=None)
    assert told_apart(unread, [unread])
    assert not told_apart(unread, [unread, other])


def test_an_extra_of_a_kind_that_is_surveyed_elsewhere_alone_is_dropped_with_its_tracking() -> None:
    made = owning(owns=("elsewhere",))
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(SECRET, "b"), "u1", "d"),)))
    made.feed(SchemaRead("prod", SECRET, None))
    made.listing(SECRET, [("b", live(SECRET, "b", 7))])
    assert row_of(made, SECRET, "b").verdict.value == "extra"
    made.feed(InventoryRead(SPEC.name, ()))
    assert SECRET in following(made).surveyed
    assert row_of(made, SECRET, "b") is None
