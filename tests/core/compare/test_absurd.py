"""Whatever managedFields hold, a verdict comes out: they are evidence, never a condition."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compare import judge
from core.model import Live, Verdict
from tests.core.compare.world import SCHEMAS, desired, live_of, obj

GIT = desired(obj("Deployment", "spec: {replicas: 2}"))
FOUND: Any = json.loads(live_of(obj("Deployment", "spec: {replicas: 5}")).body)
ENTRY: Any = {"manager": "m", "operation": "Update", "fieldsType": "FieldsV1"}


def verdict(managed: Any) -> Verdict:
    body = {**FOUND, "metadata": {**FOUND["metadata"], "managedFields": managed}}
    return judge(GIT, Live("u", "1", json.dumps(body).encode()), SCHEMAS[GIT.kind]).verdict


def nested(levels: int) -> Any:
    here: Any = {}
    for _ in range(levels):
        here = {"f:spec": here}
    return here


@pytest.mark.parametrize(
    "managed",
    [
        None,
        "text",
        {},
        [{}],
        [[]],
        [None, 3],
        [{**ENTRY, "fieldsV1": []}],
        [{**ENTRY, "fieldsV1": {"f:spec": [1]}}],
        [{**ENTRY, "fieldsV1": {"f:spec": {"f:replicas": "x"}}}],
        [{**ENTRY, "manager": 3, "operation": [], "time": {}, "fieldsV1": {"f:spec": None}}],
        [{**ENTRY, "fieldsV1": {"k:{": {}, "v:": {}, "i:x": {}, "": {}, "f:": {}}}],
        [{**ENTRY, "fieldsV1": nested(200)}],
        [{**ENTRY, "fieldsV1": {f"f:x{n}": {} for n in range(50_000)}}],
        [{**ENTRY, "manager": f"m{n}", "fieldsV1": {}} for n in range(5_000)],
    ],
)
def test_absurd_managed_fields_never_break_a_verdict(managed: Any) -> None:
    assert verdict(managed) is Verdict.DRIFTED


def test_managed_fields_nested_beyond_reading_are_that_object_alone() -> None:
    text = b'{"f:a":' * 100_000 + b"{}" + b"}" * 100_000
    body = json.dumps({**FOUND, "x": "HERE"}).encode().replace(b'"HERE"', text)
    assert judge(GIT, Live("u", "1", body), SCHEMAS[GIT.kind]).reason == "compare-failed"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["f:spec", "f:replicas", ".", "k:{}", "v:1"]), inner)
    ),
    max_leaves=8,
)


_entries = st.fixed_dictionaries({"manager": _json, "operation": _json, "fieldsV1": _json})


@given(st.lists(_entries, max_size=3))
def test_nonsense_in_managed_fields_never_breaks_a_verdict(managed: Any) -> None:
    assert verdict(managed) in {Verdict.DRIFTED, Verdict.CONTESTED}
