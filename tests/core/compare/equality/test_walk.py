"""core.compare.equality.walk: what an empty list that only live has stands for."""

import pytest

from core.compare import schemas
from core.compare.equality.schema import UNKNOWN, Node
from core.compare.equality.walk import How, differences
from core.model import Json, JsonObject, KindRef

CUSTOM, BUILT_IN = "io.example.v1.Thing", "io.k8s.api.core.v1.Thing"
THING = KindRef("example.io/v1", "Thing")


def root(component: str, **field: Json) -> Node:
    """Return the root of a kind that has one field, `list`."""
    kinds: JsonObject = {"group": "example.io", "version": "v1", "kind": "Thing"}
    raw: JsonObject = {
        "properties": {"list": {"type": "array", "items": {"type": "string"}, **field}},
        "x-kubernetes-group-version-kind": [kinds],
    }
    return schemas({"components": {"schemas": {component: raw}}})[THING].root


@pytest.mark.parametrize(
    ("node", "counts"),
    [
        (root(CUSTOM), False),
        (root(CUSTOM, default=[]), False),
        (root(CUSTOM, default=["a"]), True),  # somebody emptied what the server would have filled
        (root(BUILT_IN), False),
        (UNKNOWN, True),
    ],
)
def test_an_empty_list_is_no_list_unless_there_is_a_default_or_no_schema(
    node: Node, *, counts: bool
) -> None:
    found = differences({}, {"list": []}, node)
    assert [(each.how, each.parts) for each in found] == (
        [(How.EXTRA, ("list",))] if counts else []
    )
