"""The three patch forms that change a stored object: JSON patch, merge patch, strategic merge."""

import copy
from collections.abc import Sequence
from typing import cast

from core.sandbox.types.schema import Type
from core.sandbox.types.statuses import StatusError, bad_request
from core.sandbox.types.typed import child_type

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


def _refused() -> StatusError:
    message = "the server rejected our request due to an error in our request"
    return StatusError(422, "Invalid", message, details={})


def _tokens(pointer: object) -> list[str]:
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise bad_request(f"invalid JSON pointer: {pointer!r}")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _index(items: Sequence[object], token: str, *, adding: bool) -> int:
    if adding and token == "-":  # noqa: S105 - RFC 6902's word for "after the last"
        return len(items)
    if not token.lstrip("-").isdigit():
        raise _refused()
    index = int(token)
    if not 0 <= index < len(items) + (1 if adding else 0):
        raise _refused()
    return index


def _parent(document: object, tokens: list[str]) -> object:
    node = document
    for token in tokens[:-1]:
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list):
            node = node[_index(node, token, adding=False)]
        else:
            raise _refused()
    return node


def _look(document: object, pointer: object) -> object:
    tokens = _tokens(pointer)
    if not tokens:
        return document
    node = _parent(document, tokens)
    if isinstance(node, dict) and tokens[-1] in node:
        return node[tokens[-1]]
    if isinstance(node, list):
        return node[_index(node, tokens[-1], adding=False)]
    raise _refused()


def _add(document: object, pointer: object, value: object) -> object:
    tokens = _tokens(pointer)
    if not tokens:
        return value
    node = _parent(document, tokens)
    if isinstance(node, dict):
        node[tokens[-1]] = value
    elif isinstance(node, list):
        node.insert(_index(node, tokens[-1], adding=True), value)
    else:
        raise _refused()
    return document


def _remove(document: object, pointer: object) -> object:
    _look(document, pointer)
    tokens = _tokens(pointer)
    node = _parent(document, tokens)
    if isinstance(node, dict):
        del node[tokens[-1]]
    elif isinstance(node, list):
        del node[_index(node, tokens[-1], adding=False)]
    return document


def _replace(document: object, pointer: object, value: object) -> object:
    _look(document, pointer)
    tokens = _tokens(pointer)
    if not tokens:
        return value
    node = _parent(document, tokens)
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
            if _look(document, path) != step.get("value"):
                raise _refused()
        elif op in ("move", "copy"):
            value = copy.deepcopy(_look(document, step.get("from")))
            if op == "move":
                document = _remove(document, step.get("from"))
            document = _add(document, path, value)
        else:
            raise bad_request(f"Unexpected kind: {op}")
    return cast("Object", document)


# --- strategic merge --------------------------------------------------------------------------

_ORDER, _GONE = "$setElementOrder/", "$deleteFromPrimitiveList/"
_PREFIXES = ("$patch", "$retainKeys", _ORDER, _GONE)


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
    for name in _fields_of(patch):
        below = child_type(shape, name) if shape is not None else None
        value = patch.get(name, [])
        if value is None:
            live.pop(name, None)
        elif isinstance(value, dict):
            live[name] = strategic(live.get(name), value, below)
        elif isinstance(value, list):
            gone = patch.get(_GONE + name)
            order = patch.get(_ORDER + name)
            live[name] = _strategic_list(_without(live.get(name), gone), value, below, order)
        else:
            live[name] = value
    return live


def _fields_of(patch: Object) -> list[str]:
    """Name the fields a patch touches, also those it only orders or takes members from."""
    named = [name for name in patch if not name.startswith(_PREFIXES)]
    below = [
        name.removeprefix(start)
        for start in (_ORDER, _GONE)
        for name in patch
        if name.startswith(start)
    ]
    return list(dict.fromkeys([*named, *below]))


def _without(items: object, gone: object) -> list[object]:
    kept = items if isinstance(items, list) else []
    return [one for one in kept if one not in gone] if isinstance(gone, list) else list(kept)


def _strategic_list(
    items: list[object], patch: list[object], kind: Type | None, order: object
) -> list[object]:
    if kind is None or kind.patch_strategy.split(",")[0] != "merge":
        return patch
    if any(isinstance(one, dict) and one.get("$patch") == "replace" for one in patch):
        return [one for one in patch if not (isinstance(one, dict) and "$patch" in one)]
    if not items:
        return [one for one in patch if not (isinstance(one, dict) and "$patch" in one)]
    key = kind.patch_key
    element = kind.list.element if kind.list is not None else None
    merged = list(items)
    for one in patch:
        merged = _with_element(merged, one, key, element)
    wanted = [_identity(one, key) for one in (order if isinstance(order, list) else patch)]
    place = [_identity(one, key) for one in items]
    return _interleaved(merged, wanted, place, key)


def _with_element(merged: list[object], one: object, key: str, kind: Type | None) -> list[object]:
    """Merge one element of a patch into the first that has its key."""
    name = _identity(one, key)
    at = [index for index, item in enumerate(merged) if _identity(item, key) == name]
    if not isinstance(one, dict):
        return merged if at else [*merged, one]
    if key not in one:
        raise bad_request(f"map: {one} does not contain declared merge key: {key}")
    if one.get("$patch") == "delete":
        return [item for index, item in enumerate(merged) if index not in at]
    if not at:
        return [*merged, strategic({}, one, kind)]
    out = list(merged)
    out[at[0]] = strategic(merged[at[0]], one, kind)
    return out


def _identity(item: object, key: str) -> str:
    return repr(item.get(key)) if isinstance(item, dict) else repr(item)


def _interleaved(
    merged: list[object], wanted: list[str], place: list[str], key: str
) -> list[object]:
    """Put what only the server has among the patched, best effort (mergeSortedSlice)."""
    names = [_identity(item, key) for item in merged]
    own = [pair for pair in zip(names, merged, strict=True) if pair[0] not in wanted]
    patched = [pair for pair in zip(names, merged, strict=True) if pair[0] in wanted]
    patched.sort(key=lambda pair: wanted.index(pair[0]))
    out: list[object] = []
    for name, item in own:
        while patched:
            first = patched[0][0]
            if first in place and place.index(name) < place.index(first):
                break
            out.append(patched.pop(0)[1])
        out.append(item)
    return [*out, *(item for _, item in patched)]
