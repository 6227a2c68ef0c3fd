"""The three patch forms that change a stored object: JSON patch, merge patch, strategic merge."""

import copy
from collections.abc import Sequence
from typing import cast

from core.sandbox.schema import ListType, Type
from core.sandbox.statuses import StatusError, bad_request
from core.sandbox.typed import child_type

Object = dict[str, object]


def merge_patch(target: object, patch: object) -> object:
    """Apply an RFC 7386 patch."""
    if not isinstance(patch, dict):
        return patch
    out = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = merge_patch(out.get(name), value)
    return out


# --- RFC 6902 ---------------------------------------------------------------------------------


def _refused(message: str) -> StatusError:
    return StatusError(422, "Invalid", message)


def _tokens(pointer: object) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise bad_request(f"invalid JSON pointer: {pointer!r}")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _missing(op: str, pointer: object) -> StatusError:
    return _refused(f"{op} operation does not apply: doc is missing path: {pointer}: missing value")


def _index(items: Sequence[object], token: str, *, adding: bool) -> int:
    if adding and token == "-":  # noqa: S105 - RFC 6902's word for "after the last"
        return len(items)
    if not token.lstrip("-").isdigit():
        raise _refused(f"strconv.Atoi: parsing {token!r}: invalid syntax")
    index = int(token)
    if not 0 <= index < len(items) + (1 if adding else 0):
        raise _refused(f"Unable to access invalid index: {index}: invalid index referenced")
    return index


def _parent(document: object, tokens: list[str], op: str, pointer: object) -> object:
    node = document
    for token in tokens[:-1]:
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list):
            node = node[_index(node, token, adding=False)]
        else:
            raise _missing(op, pointer)
    return node


def _look(document: object, pointer: object, op: str) -> object:
    tokens = _tokens(pointer)
    if not tokens:
        return document
    node = _parent(document, tokens, op, pointer)
    if isinstance(node, dict) and tokens[-1] in node:
        return node[tokens[-1]]
    if isinstance(node, list):
        return node[_index(node, tokens[-1], adding=False)]
    raise _missing(op, pointer)


def _add(document: object, pointer: object, value: object) -> object:
    tokens = _tokens(pointer)
    if not tokens:
        return value
    node = _parent(document, tokens, "add", pointer)
    if isinstance(node, dict):
        node[tokens[-1]] = value
    elif isinstance(node, list):
        node.insert(_index(node, tokens[-1], adding=True), value)
    else:
        raise _missing("add", pointer)
    return document


def _remove(document: object, pointer: object, op: str = "remove") -> object:
    _look(document, pointer, op)
    tokens = _tokens(pointer)
    node = _parent(document, tokens, op, pointer)
    if isinstance(node, dict):
        del node[tokens[-1]]
    elif isinstance(node, list):
        del node[_index(node, tokens[-1], adding=False)]
    return document


def _replace(document: object, pointer: object, value: object) -> object:
    _look(document, pointer, "replace")
    tokens = _tokens(pointer)
    if not tokens:
        return value
    node = _parent(document, tokens, "replace", pointer)
    if isinstance(node, dict):
        node[tokens[-1]] = value
    elif isinstance(node, list):
        node[_index(node, tokens[-1], adding=False)] = value
    return document


def json_patch(target: Object, operations: object) -> Object:
    """Apply an RFC 6902 patch.

    Raises:
        StatusError: It is no patch (400), or does not fit the object (422).
    """
    if not isinstance(operations, list):
        raise bad_request("error decoding patch: json: cannot unmarshal object into Go value")
    document: object = copy.deepcopy(target)
    for step in operations:
        op, path = step.get("op"), step.get("path")
        if op == "add":
            document = _add(document, path, step.get("value"))
        elif op == "remove":
            document = _remove(document, path)
        elif op == "replace":
            document = _replace(document, path, step.get("value"))
        elif op == "test":
            if _look(document, path, "test") != step.get("value"):
                raise _refused(f"testing value {path} failed: test failed")
        elif op in ("move", "copy"):
            value = copy.deepcopy(_look(document, step.get("from"), op))
            if op == "move":
                document = _remove(document, step.get("from"), op)
            document = _add(document, path, value)
        else:
            raise bad_request(f"Unexpected kind: {op}")
    return cast("Object", document)


# --- strategic merge --------------------------------------------------------------------------

_DIRECTIVES = ("$patch", "$retainKeys")
_PREFIXES = ("$setElementOrder/", "$deleteFromPrimitiveList/", "$retainKeys")


def strategic(target: object, patch: Object, kind: Type | None) -> Object:
    """Apply a strategic merge patch: lists merge by the key their type names."""
    live = dict(target) if isinstance(target, dict) else {}
    if patch.get("$patch") == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    retained = patch.get("$retainKeys")
    if isinstance(retained, list):
        live = {name: value for name, value in live.items() if name in retained}
    shape = kind.map if kind is not None else None
    for name, value in patch.items():
        if name in _DIRECTIVES or name.startswith(_PREFIXES):
            continue
        below = child_type(shape, name) if shape is not None else None
        if value is None:
            live.pop(name, None)
        elif isinstance(value, dict):
            live[name] = strategic(live.get(name), value, below)
        elif isinstance(value, list):
            live[name] = _strategic_list(live.get(name), value, below)
        else:
            live[name] = value
    _special_lists(live, patch, shape)
    return live


def _special_lists(live: Object, patch: Object, shape: object) -> None:
    for name, value in patch.items():
        if name.startswith("$deleteFromPrimitiveList/") and isinstance(value, list):
            target = name.split("/", 1)[1]
            kept = [one for one in cast("list[object]", live.get(target) or []) if one not in value]
            live[target] = kept
    for name, order in patch.items():
        if not name.startswith("$setElementOrder/") or not isinstance(order, list):
            continue
        target = name.split("/", 1)[1]
        items = cast("list[object]", live.get(target) or [])
        live[target] = _ordered(items, order)


def _ordered(items: list[object], order: list[object]) -> list[object]:
    """Put the listed elements in the order given, the others after them where they stood."""

    def rank(item: object) -> int:
        for index, wanted in enumerate(order):
            if item == wanted or (
                isinstance(item, dict)
                and isinstance(wanted, dict)
                and all(item.get(k) == v for k, v in wanted.items())
            ):
                return index
        return -1

    listed = sorted((item for item in items if rank(item) >= 0), key=rank)
    out: list[object] = []
    for item in items:
        out.append(listed.pop(0) if rank(item) >= 0 else item)
    return out


def _strategic_list(live: object, patch: list[object], kind: Type | None) -> list[object]:
    merges = kind is not None and kind.patch_strategy.split(",")[0] == "merge"
    if not merges or kind is None:
        return patch
    items = list(live) if isinstance(live, list) else []
    if any(isinstance(one, dict) and one.get("$patch") == "replace" for one in patch):
        return [one for one in patch if not (isinstance(one, dict) and "$patch" in one)]
    if not kind.patch_key:
        return [*items, *(one for one in patch if one not in items)]
    element = kind.list.element if isinstance(kind.list, ListType) else None
    for one in patch:
        items = _merged_element(items, cast("Object", one), kind.patch_key, element)
    return items


def _merged_element(
    items: list[object], one: Object, key: str, element: Type | None
) -> list[object]:
    if key not in one:
        raise bad_request(f"map: {one} does not contain declared merge key: {key}")
    matches = [i for i, it in enumerate(items) if isinstance(it, dict) and it.get(key) == one[key]]
    if one.get("$patch") == "delete":
        return [item for index, item in enumerate(items) if index not in matches]
    if not matches:
        return [*items, strategic({}, one, element)]
    out = list(items)
    out[matches[0]] = strategic(items[matches[0]], one, element)
    return out
