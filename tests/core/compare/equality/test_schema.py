"""core.compare.equality.schema: OpenAPI documents, including those that nobody should publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compare import schemas
from core.compare.equality.scalars import Flavour
from core.compare.equality.schema import UNKNOWN, Node
from core.model import Json, JsonObject, KindRef
from tests.core.compare.world import OPENAPI, SCHEMAS

REF = "#/components/schemas/"
THING = KindRef("x.io/v1", "Thing")


def thing(**components: Json) -> Node:
    """Return the root of kind Thing, described by component `Thing`, among *components*."""
    kinds: JsonObject = {
        "x-kubernetes-group-version-kind": [{"group": "x.io", "version": "v1", "kind": "Thing"}]
    }
    raw = components.get("Thing")
    assert isinstance(raw, dict)
    document: JsonObject = {"components": {"schemas": {**components, "Thing": {**raw, **kinds}}}}
    return schemas(document)[THING].root


def at(node: Node, *path: str) -> Node:
    for step in path:
        node = node.items if step == "[]" else node.fields[step]
    return node


def test_a_built_in_kind_is_found_with_all_it_says() -> None:
    root = SCHEMAS[KindRef("apps/v1", "Deployment")].root
    pod = at(root, "spec", "template", "spec")
    assert pod.component == "core.PodSpec"
    assert at(pod, "containers").keys == ("name",)
    assert at(pod, "containers", "[]", "ports").keys == ("containerPort", "protocol")
    assert at(pod, "containers", "[]", "ports", "[]").defaults["protocol"] == "TCP"
    assert at(pod, "containers", "[]", "resources", "limits", "cpu").flavour is Flavour.QUANTITY
    probe = at(pod, "containers", "[]", "livenessProbe", "httpGet")
    assert probe.fields["port"].flavour is Flavour.INT_OR_STRING
    assert at(root, "spec", "selector").atomic
    assert at(root, "metadata", "finalizers").unique


def test_lists_and_helpers_are_no_kinds() -> None:
    kinds = {kind.kind for kind in SCHEMAS}
    assert "DeploymentList" not in kinds
    assert "DeleteOptions" not in kinds
    assert len(SCHEMAS) == len(list(SCHEMAS))


def test_a_kind_may_be_named_like_a_list() -> None:
    components: JsonObject = {
        "AllowList": {
            "properties": {"spec": {"type": "object"}},
            "x-kubernetes-group-version-kind": [
                {"group": "x.io", "version": "v1", "kind": "AllowList"}
            ],
        }
    }
    assert list(schemas({"components": {"schemas": components}})) == [
        KindRef("x.io/v1", "AllowList")
    ]


@pytest.mark.parametrize(
    "entry",
    [None, 5, {"group": 1, "version": "v1", "kind": "Thing"}, {"group": "x.io", "version": "v1"}],
)
def test_a_component_that_names_its_kind_oddly_is_none(entry: Json) -> None:
    raw: JsonObject = {"properties": {}, "x-kubernetes-group-version-kind": [entry]}
    assert list(schemas({"components": {"schemas": {"Thing": raw}}})) == []


def test_only_a_lone_all_of_is_followed() -> None:
    parts: list[Json] = [{"$ref": f"{REF}A"}, {"$ref": f"{REF}B"}]
    root = thing(
        Thing={"properties": {"lone": {"allOf": parts[:1]}, "two": {"allOf": parts}}},
        A={"type": "object", "properties": {"a": {"type": "string", "default": "x"}}},
        B={"type": "object"},
    )
    assert root.fields["lone"].defaults == {"a": "x"}
    assert root.fields["two"].defaults == {}


def test_a_schema_may_contain_itself() -> None:
    kind = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    props = at(SCHEMAS[kind].root, "spec", "versions", "[]", "schema", "openAPIV3Schema")
    assert at(props, "properties", "any name", "properties", "any other") is props


def test_a_reference_that_leads_to_itself_is_no_schema() -> None:
    components: JsonObject = {
        "Thing": {"properties": {"a": {"$ref": f"{REF}A"}, "i": {"$ref": f"{REF}I"}}},
        "A": {"$ref": f"{REF}B"},
        "B": {"allOf": [{"$ref": f"{REF}A"}]},
        "I": {"type": "array", "items": {"$ref": f"{REF}I"}},
    }
    root = thing(**components)
    assert not at(root, "a").known
    assert at(root, "i", "[]", "[]", "[]").known


def test_what_stands_beside_a_reference_wins() -> None:
    root = thing(
        Thing={"properties": {"a": {"allOf": [{"$ref": f"{REF}A"}], "nullable": True}}},
        A={"type": "object", "properties": {"x": {"type": "string"}}},
    )
    assert at(root, "a").nullable
    assert at(root, "a").declared


@pytest.mark.parametrize("keys", [None, [], [1], "name", {"name": 1}, [None, "name"]])
def test_a_keyed_list_with_odd_keys_is_an_ordinary_list(keys: Json) -> None:
    listed: JsonObject = {
        "type": "array",
        "items": {"type": "object"},
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": keys,
    }
    assert at(thing(Thing={"properties": {"a": listed}}), "a").keys == ()


@pytest.mark.parametrize("missing", ["x-kubernetes-list-type", "items"])
def test_a_list_is_keyed_only_if_its_type_says_so_and_its_entries_are_known(missing: str) -> None:
    listed: JsonObject = {
        "type": "array",
        "items": {"type": "object"},
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    }
    assert at(thing(Thing={"properties": {"a": listed}}), "a").keys == ("name",)
    del listed[missing]
    assert at(thing(Thing={"properties": {"a": listed}}), "a").keys == ()


def test_a_map_is_atomic_if_its_type_says_so() -> None:
    maps: JsonObject = {
        kind: {"type": "object", "x-kubernetes-map-type": kind} for kind in ("atomic", "granular")
    }
    root = thing(Thing={"properties": {**maps, "plain": {"type": "object"}}})
    assert [at(root, name).atomic for name in ("atomic", "granular", "plain")] == [
        True,
        False,
        False,
    ]


def test_only_declared_fields_are_remembered() -> None:
    labels = at(SCHEMAS[KindRef("v1", "ConfigMap")].root, "metadata", "labels")
    for number in range(100):
        assert labels.fields[str(number)].known
    assert len(labels.fields) == 0


def test_the_unknown_leads_only_to_the_unknown() -> None:
    assert at(UNKNOWN, "a", "[]", "b") is UNKNOWN


def test_a_field_that_is_described_by_nothing_is_the_unknown() -> None:
    assert at(thing(Thing={"properties": {"a": {}}}), "a") is UNKNOWN


json_values: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([f"{REF}Thing", "map", "set", "x.io", "v1", "Thing"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [
                "$ref", "allOf", "properties", "items", "additionalProperties", "default", "a",
                "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "nullable", "group",
                "x-kubernetes-group-version-kind", "version", "kind", "components", "schemas",
            ]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["Thing", "A"]), json_values))
def test_no_document_is_odd_enough_to_raise(components: dict[str, Json]) -> None:
    for schema in schemas({"components": {"schemas": components}}).values():
        at(schema.root, "a", "[]", "a", "a", "[]", "[]")


@pytest.mark.parametrize("document", [{}, {"components": None}, {"components": {"schemas": []}}])
def test_an_empty_document_has_no_kinds(document: JsonObject) -> None:
    assert len(schemas(document)) == 0


def test_every_component_of_the_real_document_can_be_read() -> None:
    raw = OPENAPI["components"]
    assert isinstance(raw, dict)
    for schema in SCHEMAS.values():
        _visit(schema.root, depth=6)


def _visit(node: Node, depth: int) -> None:
    if depth:
        for name in list(node.defaults):
            _visit(node.fields[name], depth - 1)
        _visit(node.items, depth - 1) if node.items.known else None
