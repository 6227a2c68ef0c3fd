"""What the commit of an adoption says: each value, who set it live, and when."""

import json
from collections.abc import Iterator
from typing import Final

from core.clean import clean
from core.model import Document, FieldChange, as_json
from core.model.adoptions import Adopted, AdoptPlan
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
    """Return a patch, as JSON that kustomize takes, of the fields that one object is to have."""
    body = json.loads(adopted.body)
    paths = {change.path.partition(".")[0].partition("[")[0] for change in adopted.changes}
    head = {
        "apiVersion": document.kind.api_version,
        "kind": document.kind.kind,
        "metadata": {"name": document.name},
    }
    stated = {name: body[name] for name in sorted(paths) if name in body}
    return json.dumps(head | stated, indent=2, ensure_ascii=False) + "\n"


def _subject(plan: AdoptPlan) -> str:
    first, *others = plan.adopted
    if others:
        return clean(f"Adopt live values of {len(plan.adopted)} objects of {plan.app}")
    field, *more = (change.path for change in first.changes)
    what = f"{len(more) + 1} live values" if more else field
    return clean(f"Adopt {what} of {first.key.ref.kind} {first.key.ref.name}")


def _lines(adopted: Adopted, now: float) -> Iterator[str]:
    yield clean(f"{adopted.key.ref}, as it is live:")
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
