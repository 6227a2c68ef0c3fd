"""What the commit of an adoption says: each value, who set it live, and when."""

import json
from collections.abc import Iterator
from typing import Final

from core.clean import clean
from core.model import Document, FieldChange, Json, JsonObject, as_json
from core.model.answers.adoptions import Adopted, AdoptPlan
from core.model.paths import Element, Parts, is_entry, parse_path, position, value_at
from core.model.values import Absent, Value
from core.telling.actors import story
from core.telling.spans import plain

_CELLS: Final = 200  # of a value
_OBJECTS_MAX: Final = 100


def message_of(plan: AdoptPlan, now: float) -> str:
    """Return the message; *now* is when it is written."""
    lines = [line for each in plan.adopted for line in _lines(each, now)]
    names = [str(each.key.ref) for each in plan.adopted]
    trailers = [f"App: {clean(plan.app)}", *(f"Object: {clean(n)}" for n in names[:_OBJECTS_MAX])]
    body = "\n".join(lines)
    return f"{_subject(plan)}\n\n{body}\n\n" + "\n".join(trailers) + "\n"


def patch_of(document: Document, adopted: Adopted) -> str:
    """Return a patch, as JSON that kustomize takes, of just the fields that are adopted."""
    patch: JsonObject = {
        "apiVersion": document.kind.api_version,
        "kind": document.kind.kind,
        "metadata": {"name": document.name},
    }
    if adopted.gone:
        patch["$patch"] = "delete"
        return json.dumps(patch, indent=2, ensure_ascii=False) + "\n"
    body: JsonObject = json.loads(adopted.body)
    for change in adopted.changes:
        _put(patch, parse_path(change.path), body)
    return json.dumps(patch, indent=2, ensure_ascii=False) + "\n"


def _put(patch: JsonObject, parts: Parts, body: JsonObject) -> None:
    """Enter one field: entries of lists by their keys; a list without keys as a whole."""
    here = patch
    for at, part in enumerate(parts):
        assert isinstance(part, str)
        value = value_at(body, parts[: at + 1])
        following = parts[at + 1] if at + 1 < len(parts) else None
        if isinstance(value, list) and isinstance(following, Element):
            entries = here.setdefault(part, [])
            assert isinstance(entries, list)
            _put_entry(entries, following, parts[at + 2 :], value)
            return
        if not isinstance(value, dict) or not isinstance(following, str):
            here[part] = None if isinstance(value, Absent) else value
            return
        below = here.setdefault(part, {})
        assert isinstance(below, dict)
        here = below


def _put_entry(entries: list[Json], named: Element, rest: Parts, items: list[Json]) -> None:
    """Enter what becomes of one entry of a list."""
    at = position(items, named)
    stated = items[at] if at is not None else None
    if not isinstance(stated, dict):
        entries.append({**dict(named.keys), "$patch": "delete"})
    elif not rest:
        entries.append(stated)
    else:
        known = next((e for e in entries if isinstance(e, dict) and is_entry(e, named)), None)
        if known is None:
            known = dict(named.keys)
            entries.append(known)
        _put(known, rest, stated)


def _subject(plan: AdoptPlan) -> str:
    first, *others = plan.adopted
    if others:
        return clean(f"Adopt live values of {len(plan.adopted)} objects of {plan.app}")
    if first.gone:
        return clean(f"Adopt the deletion of {first.key.ref.kind} {first.key.ref.name}")
    if not first.changes:
        return clean(f"Adopt {first.key.ref.kind} {first.key.ref.name}")
    field, *more = (change.path for change in first.changes)
    what = f"{len(more) + 1} live values" if more else field
    return clean(f"Adopt {what} of {first.key.ref.kind} {first.key.ref.name}")


def _lines(adopted: Adopted, now: float) -> Iterator[str]:
    if adopted.gone:
        told = plain(story(adopted.actor, now))
        by = f" by {told}" if told else ""
        yield clean(f"{adopted.key.ref}: it was deleted in the cluster{by}")
        return
    yield clean(f"{adopted.key.ref}, as it is live:")
    if not adopted.changes:
        told = plain(story(adopted.actor, now))
        yield clean(f"- all of it, made by {told}" if told else "- all of it")
    for change in adopted.changes:
        yield clean(
            f"- {change.path}: {_text(change.git)} -> {_text(change.live)}{_who(change, now)}"
        )


def _text(value: Value | Absent) -> str:
    if isinstance(value, Absent):
        return "(nothing)"
    text = json.dumps(as_json(value), ensure_ascii=False)
    return text if len(text) <= _CELLS else f"{text[:_CELLS]}…"


def _who(change: FieldChange, now: float) -> str:
    told = plain(story(change.actor, now, change.seen))
    return f", set by {told}" if told else ""
