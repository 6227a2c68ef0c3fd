"""Stages: what waits for what, forwards for writes and backwards for deletes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Coming, Key, KindRef, ObjectRef, Plan, Step, Verb
from core.reconcile.acting.order.ranks import rank_of
from core.reconcile.acting.order.stages import staged, staged_back, stages

NAMESPACE = KindRef("v1", "Namespace")
DEFINITION = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")
ROLE = KindRef("rbac.authorization.k8s.io/v1", "Role")
CONFIG_MAP = KindRef("v1", "ConfigMap")
DEPLOYMENT = KindRef("apps/v1", "Deployment")
WIDGET = KindRef("example.com/v1", "Widget")
HOOK = KindRef("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
KINDS = (NAMESPACE, DEFINITION, ROLE, CONFIG_MAP, DEPLOYMENT, WIDGET, HOOK)
WHOLE = frozenset({NAMESPACE, DEFINITION, HOOK})  # kinds without a namespace


def step(
    kind: KindRef, name: str = "a", *, app: str = "shop", wave: int = 0, within: str = "web"
) -> Step:
    ref = ObjectRef(kind.group, kind.kind, "" if kind in WHOLE else within, name)
    return Step(Key(app, ref), kind, Verb.CREATE, Coming(), wave=wave)


def in_stages(steps: Sequence[Step]) -> list[list[str]]:
    return [
        [f"{s.kind.kind} {s.key.ref.name}" for s in stage]
        for stage in stages(Plan("", tuple(steps)))
    ]


def test_all_ranks_follow_each_other_whatever_the_order_they_came_in() -> None:
    expected = [[f"{kind.kind} a"] for kind in KINDS]
    for given_order in (KINDS, KINDS[::-1]):
        assert in_stages(staged(step(kind) for kind in given_order)) == expected


def test_one_stage_holds_all_of_a_rank_by_name() -> None:
    made = staged([step(CONFIG_MAP, "b"), step(DEPLOYMENT, "c"), step(CONFIG_MAP, "a")])
    assert in_stages(made) == [["ConfigMap a", "ConfigMap b"], ["Deployment c"]]


def test_what_cannot_be_done_leaves_no_empty_stage() -> None:
    made = staged([step(NAMESPACE, "web"), step(ROLE), step(CONFIG_MAP)])
    made = tuple(replace(s, problem="no" if s.kind == ROLE else "") for s in made)
    assert in_stages(made) == [["Namespace web"], ["ConfigMap a"]]


def test_a_wave_counts_more_than_the_kind() -> None:
    made = staged(
        [step(DEPLOYMENT, "db", wave=-1), step(CONFIG_MAP, "late", wave=2), step(DEPLOYMENT, "web")]
    )
    assert in_stages(made) == [["Deployment db"], ["Deployment web"], ["ConfigMap late"]]


def test_within_a_wave_kinds_have_their_order() -> None:
    made = staged([step(DEPLOYMENT, wave=1), step(CONFIG_MAP, wave=1), step(HOOK)])
    assert in_stages(made) == [
        ["ValidatingWebhookConfiguration a"],
        ["ConfigMap a"],
        ["Deployment a"],
    ]


def test_nothing_comes_before_its_namespace_whatever_the_waves_say() -> None:
    made = staged(
        [
            step(NAMESPACE, "web", wave=3),
            step(CONFIG_MAP, wave=-1),
            step(CONFIG_MAP, "o", within="other"),
        ]
    )
    assert in_stages(made) == [["ConfigMap o"], ["Namespace web"], ["ConfigMap a"]]


def test_nothing_comes_before_the_definition_of_its_kind_whatever_the_waves_say() -> None:
    made = staged([step(DEFINITION, "widgets.example.com", wave=1), step(WIDGET), step(CONFIG_MAP)])
    assert in_stages(made) == [
        ["ConfigMap a"],
        ["CustomResourceDefinition widgets.example.com"],
        ["Widget a"],
    ]


def test_an_app_comes_after_those_it_depends_on() -> None:
    made = staged([step(NAMESPACE, "web", app="b"), step(HOOK, app="a")], {"b": 1})
    assert in_stages(made) == [["ValidatingWebhookConfiguration a"], ["Namespace web"]]


def test_a_namespace_of_an_app_that_comes_later_is_waited_for() -> None:
    made = staged([step(NAMESPACE, "web", app="b"), step(CONFIG_MAP, app="a")], {"b": 1})
    assert in_stages(made) == [["Namespace web"], ["ConfigMap a"]]


def test_deletes_go_the_other_way_round() -> None:
    made = staged_back([step(kind) for kind in KINDS])
    assert in_stages(made) == [[f"{kind.kind} a"] for kind in reversed(KINDS)]


def test_deletes_come_after_the_writes() -> None:
    writes = staged([step(NAMESPACE, "web"), step(CONFIG_MAP)])
    deletes = staged_back([step(CONFIG_MAP, "old"), step(DEPLOYMENT, "old")], after=writes)
    assert in_stages((*writes, *deletes)) == [
        ["Namespace web"],
        ["ConfigMap a"],
        ["Deployment old"],
        ["ConfigMap old"],
    ]


@pytest.mark.parametrize("put", [staged, staged_back])
def test_nothing_to_do_has_no_stages(put: object) -> None:
    assert callable(put)
    assert put([]) == ()


STEPS = st.lists(
    st.builds(
        step,
        st.sampled_from(KINDS),
        st.sampled_from(["a", "web", "widgets.example.com"]),
        app=st.sampled_from(["shop", "blog"]),
        wave=st.integers(-2, 2),
        within=st.sampled_from(["web", "a"]),
    ),
    unique_by=lambda each: each.key,
    max_size=12,
)


@given(STEPS, st.dictionaries(st.sampled_from(["shop", "blog"]), st.integers(0, 2)))
def test_containers_are_earlier_than_contents_and_apps_keep_their_waves(
    steps: list[Step], depths: dict[str, int]
) -> None:
    made = staged(steps, depths)
    assert {each.key for each in made} == {each.key for each in steps}
    assert [each.stage for each in made] == sorted(each.stage for each in made)
    for one in made:
        for other in made:
            if one.kind == NAMESPACE and one.key.ref.name == other.key.ref.namespace:
                assert one.stage < other.stage
            if one.kind == DEFINITION and other.kind == WIDGET and "." in one.key.ref.name:
                assert one.stage < other.stage
            same = one.key.app == other.key.app and one.wave == other.wave
            if same and one.stage == other.stage:
                assert rank_of(one.kind) == rank_of(other.kind)
    back = staged_back(steps, depths)
    assert [each.key for each in back] == [each.key for each in made][::-1]
