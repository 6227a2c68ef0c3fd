"""What holds for every object."""

import random
from collections.abc import Mapping

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compare import judge
from core.model import Json, JsonObject, Verdict
from tests.core.compare.world import SCHEMAS, desired, live_of, obj, shown

names = st.sampled_from(["a", "b", "c", "d"])
texts = st.sampled_from(["", "x", "y", "1", "0", "$(a)"])
quantities = st.sampled_from(["1", "1000m", "0.5", "500m", "1Gi", "1024Mi", "2"])


def plain(value: Mapping[str, object]) -> JsonObject:
    """Tell the type checker what hypothesis' dictionaries are."""
    document: JsonObject = msgspec.json.decode(msgspec.json.encode(value))
    return document


def keyed(fields: dict[str, st.SearchStrategy[Json]]) -> st.SearchStrategy[list[Json]]:
    entries = st.fixed_dictionaries({"name": names}, optional=fields)
    return st.lists(entries, max_size=4, unique_by=lambda item: str(item["name"])).map(list)


containers = keyed(
    {
        "image": texts.map(str),
        "args": st.lists(texts, max_size=3).map(list),
        "env": keyed({"value": texts.map(str)}).map(list),
        "resources": st.fixed_dictionaries(
            {}, optional={"limits": st.dictionaries(st.sampled_from(["cpu", "memory"]), quantities)}
        ).map(plain),
    }
)
pods: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        "containers": containers,
        "initContainers": containers,
        "hostNetwork": st.booleans(),
        "terminationGracePeriodSeconds": st.integers(0, 60),
        "nodeSelector": st.none() | st.dictionaries(names, texts),
        "tolerations": st.lists(st.fixed_dictionaries({"key": texts}), max_size=2),
    },
).map(plain)
widgets: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        "count": st.integers(0, 2),
        "maybe": st.none() | texts,
        "tags": st.lists(names, unique=True, max_size=4),
        "free": st.recursive(
            st.none() | st.booleans() | st.integers(0, 2) | texts,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
            max_leaves=6,
        ),
        "backends": keyed({"weight": st.integers(0, 2)}),
    },
).map(plain)
objects = st.builds(lambda spec: obj("Pod", {"spec": spec}), pods) | st.builds(
    lambda spec: obj("Widget", {"spec": spec}), widgets
)
pairs = st.tuples(pods, pods).map(
    lambda both: (obj("Pod", {"spec": both[0]}), obj("Pod", {"spec": both[1]}))
) | st.tuples(widgets, widgets).map(
    lambda both: (obj("Widget", {"spec": both[0]}), obj("Widget", {"spec": both[1]}))
)


def shuffled(value: Json, dice: random.Random) -> Json:
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value


@settings(max_examples=50)
@given(objects)
def test_an_object_is_in_sync_with_itself(stated: JsonObject) -> None:
    wanted = desired(stated)
    assert judge(wanted, live_of(stated), SCHEMAS[wanted.kind]).changes == ()


@settings(max_examples=50)
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(
    both: tuple[JsonObject, JsonObject], dice: random.Random
) -> None:
    git, live = both
    wanted = desired(git)
    moved = shuffled(git, dice), shuffled(live, dice)
    assert isinstance(moved[0], dict)
    assert isinstance(moved[1], dict)
    schema = SCHEMAS[wanted.kind]
    one = judge(wanted, live_of(live), schema)
    other = judge(desired(moved[0]), live_of(moved[1]), schema)
    assert shown(one) == shown(other)


@settings(max_examples=50)
@given(pairs)
def test_a_field_neither_stated_nor_owned_never_counts(both: tuple[JsonObject, JsonObject]) -> None:
    git, live = both
    bare = desired({**git, "spec": {}})
    judgement = judge(bare, live_of(live, {}), SCHEMAS[bare.kind])
    assert judgement.verdict is Verdict.IN_SYNC


@settings(max_examples=50)
@given(pairs)
def test_what_an_apply_predicts_unchanged_is_in_sync(both: tuple[JsonObject, JsonObject]) -> None:
    git, live = both
    wanted, found = desired(git), live_of(live, {})
    judgement = judge(wanted, found, SCHEMAS[wanted.kind], predicted=found.body)
    assert judgement.verdict is Verdict.IN_SYNC


@settings(max_examples=50)
@given(pairs, st.binary(max_size=200))
def test_no_object_is_odd_enough_to_raise(
    both: tuple[JsonObject, JsonObject], noise: bytes
) -> None:
    wanted = desired(both[0])
    schema = SCHEMAS[wanted.kind]
    found = live_of(both[1])
    for body in (noise, b"{}", b'{"metadata": null, "spec": 1}', b'{"spec": []}', b"null"):
        judge(wanted, type(found)("u", "1", body), schema)
        judge(wanted, found, schema, predicted=body)
