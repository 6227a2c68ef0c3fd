"""Nulls that an apply to a live object leaves out: they ask for nothing, and nothing is there.

Sent, they would be stored as nulls.  Among free-form values a null is a value like any other; only
where `kubectl apply` was asked for the same and dropped it, the object stays as kubectl made it.
"""

from core.compare.equality.lists import entries
from core.compare.equality.schema import Node
from core.model import Json, JsonObject, mapping_of


def without_idle_nulls(
    git: JsonObject, live: JsonObject, last_applied: JsonObject, node: Node
) -> JsonObject:
    """Copy what Git states without such nulls.

    Args:
        git: What Git states.
        live: The object that is there.
        last_applied: What `kubectl apply` last sent, `{}` where it never did.
        node: The schema of all three.
    """
    kept: JsonObject = {}
    for key, item in git.items():
        child = node.fields[key]
        dropped = last_applied.get(key, "") is None
        if item is None and key not in live and (child.known or dropped):
            continue
        kept[key] = _inside(item, live.get(key), last_applied.get(key), child)
    return kept


def _inside(git: Json, live: Json, last_applied: Json, node: Node) -> Json:
    if isinstance(git, dict) and isinstance(live, dict):
        return without_idle_nulls(git, live, mapping_of(last_applied), node)
    if not isinstance(git, list) or not isinstance(live, list):
        return git
    keyed = [entries(side, node) for side in (git, live, _list(last_applied))]
    stated, found, sent = keyed
    if stated is not None and found is not None:
        return [
            without_idle_nulls(item, found.get(key, {}), (sent or {}).get(key, {}), node.items)
            for key, item in stated.items()
        ]
    if len(git) != len(live):
        return git
    before = _list(last_applied) if len(_list(last_applied)) == len(git) else [None] * len(git)
    return [_inside(*each, node.items) for each in zip(git, live, before, strict=True)]


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
