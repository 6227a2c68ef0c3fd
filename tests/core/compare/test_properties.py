"""What holds for every object."""

import random
from collections.abc import Mapping

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compare import Policy, judge
from core.compare.evidence.evidence import Evidence
from core.compare.rules.ignoring import spared
from core.model import Absent, IgnoreRule, Json, JsonObject, Verdict
from core.model.paths import Parts, parse_path, value_at
from core.remedy import payload
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


ELSEWHERE = {"kubectl-label": "metadata.labels.x"}  # who owns nothing that matters here


@settings(max_examples=50)
@given(pairs)
def test_a_field_neither_stated_nor_owned_never_counts(both: tuple[JsonObject, JsonObject]) -> None:
    git, live = both
    bare = desired({**git, "spec": {}})
    judgement = judge(bare, live_of(live, ELSEWHERE), SCHEMAS[bare.kind])
    assert judgement.verdict is Verdict.IN_SYNC


@settings(max_examples=50)
@given(pairs)
def test_what_an_apply_predicts_unchanged_is_in_sync(both: tuple[JsonObject, JsonObject]) -> None:
    git, live = both
    wanted, found = desired(git), live_of(live, ELSEWHERE)
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


# Ignore rules -----------------------------------------------------------------------------------

pointers = st.sampled_from(
    [
        f"/spec/template/spec/{rest}"
        for rest in (
            "containers",
            "containers/0",
            "containers/1/image",
            "containers/0/args/1",
            "containers/0/env/0/value",
            "containers/0/resources/limits/cpu",
            "initContainers/0",
            "nodeSelector",
            "nodeSelector/a",
            "tolerations/0/key",
        )
    ]
)
owners = st.sampled_from(["driftdeck:Apply", "other:Apply", "kubectl-edit", "operator"])


def _deployment(pod: JsonObject) -> JsonObject:
    return obj("Deployment", {"spec": {"template": {"spec": pod}}})


def _is_inside(path: str, parts: Parts) -> bool:
    found = parse_path(path)
    return found[: len(parts)] == parts or parts[: len(found)] == found


@settings(max_examples=150, deadline=None)
@given(pods, pods, pointers, owners)
def test_a_rule_hides_nothing_outside_its_subtree(
    git: JsonObject, live: JsonObject, pointer: str, owner: str
) -> None:
    """What differs outside is found with the rule as without it, and what is sent is compared."""
    wanted = desired(_deployment(git))
    schema = SCHEMAS[wanted.kind]
    owned = " ".join(f"spec.template.spec.{key}" for key in live)
    found = live_of(_deployment(live), {owner: owned})
    policy = Policy(rules=(IgnoreRule(pointer=pointer),))
    plain_ = judge(wanted, found, schema)
    ruled = judge(wanted, found, schema, policy=policy)
    stated, there = (msgspec.json.decode(each.body) for each in (wanted, found))
    evidence = Evidence(there, {})
    hidden = [place.parts for place in spared(policy.rules, wanted, stated, evidence, schema.root)]
    outside = {
        path: verdict
        for path, verdict in shown(plain_).items()
        if not any(_is_inside(path, parts) for parts in hidden)
    }
    replaced = {change.note.removeprefix("replaces ") for change in ruled.changes}
    told = {path: v for path, v in outside.items() if path not in replaced}  # told as one drift
    assert told.items() <= shown(ruled).items()
    assert all(any(_is_inside(c.path, parts) for parts in hidden) for c in ruled.ignored)
    if not hidden:
        assert (ruled.changes, ruled.ignored) == (plain_.changes, ())
    sent = msgspec.json.decode(payload(wanted, found, schema, policy).body)
    for parts in hidden:
        theirs = value_at(there, parts)
        if not isinstance(theirs, Absent):
            _never_gits_own(value_at(sent, parts), theirs)


def _never_gits_own(sent: Json | Absent, live: Json) -> None:
    """Every leaf that is sent of an ignored place is the live one, or has no live one at all."""
    if isinstance(sent, dict) and isinstance(live, dict):
        for key, item in sent.items():
            assert key in live
            _never_gits_own(item, live[key])
    elif isinstance(sent, list) and sent and isinstance(sent[0], dict) and isinstance(live, list):
        for item in sent:
            assert isinstance(item, dict)
            twin = next(
                one
                for one in live
                if isinstance(one, dict)
                and all(one.get(key) == item.get(key) for key in ("name", "key") if key in item)
            )
            _never_gits_own(item, twin)
    else:
        assert isinstance(sent, Absent) or sent == live
