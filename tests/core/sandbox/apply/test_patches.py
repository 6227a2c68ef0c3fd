from typing import Any

import pytest

from core.sandbox.apply import patches
from core.sandbox.types.schema import Types
from core.sandbox.types.statuses import StatusError

Json = dict[str, Any]
_LIST = {
    "type": "array",
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": "name",
    "items": {"type": "object", "properties": {"name": {"type": "string"}, "v": {}}},
}
_PLAIN = {"type": "array", "x-kubernetes-patch-strategy": "merge", "items": {"type": "string"}}
_KIND = Types(
    {"thing": {"type": "object", "properties": {"l": _LIST, "p": _PLAIN, "a": {"type": "array"}}}}
).named("thing")


def _names(live: list[str], patch: Json) -> list[str]:
    merged = patches.strategic({"l": [{"name": name} for name in live]}, patch, _KIND)
    return [one["name"] for one in merged["l"]]  # type: ignore[attr-defined]  # a list of maps


def test_a_new_element_stands_before_what_the_patch_does_not_name() -> None:
    assert _names(["a", "b"], {"l": [{"name": "n"}]}) == ["n", "a", "b"]


def test_a_given_order_is_kept_and_the_rest_is_laid_between() -> None:
    order = [{"name": "c"}, {"name": "a"}]
    assert _names(["a", "b", "c"], {"$setElementOrder/l": order}) == ["b", "c", "a"]


def test_a_list_is_replaced_by_directive() -> None:
    assert _names(["a", "b"], {"l": [{"name": "n"}, {"$patch": "replace"}]}) == ["n"]


def test_members_are_added_and_taken_from_a_plain_list() -> None:
    patch: Json = {"p": ["c"], "$deleteFromPrimitiveList/p": ["a"]}
    assert patches.strategic({"p": ["a", "b"]}, patch, _KIND)["p"] == ["c", "b"]


def test_a_list_that_does_not_merge_is_replaced() -> None:
    assert patches.strategic({"a": [1, 2]}, {"a": [3]}, _KIND) == {"a": [3]}


def test_a_merge_patch_leaves_its_input_alone() -> None:
    live: Json = {"a": {"b": 1}}
    assert patches.merge_patch(live, {"a": {"b": None, "c": 2}}) == {"a": {"c": 2}}
    assert live == {"a": {"b": 1}}


@pytest.mark.parametrize(
    "step",
    [
        {"op": "remove", "path": "/none"},
        {"op": "replace", "path": "/none", "value": 1},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "add", "path": "/l/9", "value": 1},
        {"op": "copy", "from": "/none", "path": "/b"},
    ],
)
def test_a_json_patch_that_does_not_fit_is_refused(step: Json) -> None:
    with pytest.raises(StatusError) as refused:
        patches.json_patch({"a": 1, "l": []}, [step])
    assert refused.value.code == 422
