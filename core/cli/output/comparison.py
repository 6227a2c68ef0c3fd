"""Two states of Git against each other, as text and as JSON."""

from collections.abc import Iterable, Iterator

from core.cli.output.forms import SCHEMA, origin_form
from core.cli.output.report import Page, value_lines
from core.model import Absent, FieldChange, Json, JsonObject, as_json
from core.model.answers.comparisons import Comparison, End, Restatement, Turn
from core.telling import origins
from core.telling.objects import name_of
from core.telling.sides.comparisons import ROLES, counted, place_of, totals
from core.telling.spans import Line, Role, say


def comparison_form(comparisons: Iterable[Comparison]) -> JsonObject:
    """Put comparisons into the form of `diff A..B -o json`; an absent field has no key."""
    comparisons = tuple(comparisons)
    return {
        "schema": SCHEMA,
        "complete": not any(one.problems for one in comparisons),
        "comparisons": [
            {
                "old": _end_form(one.before),
                "new": _end_form(one.after),
                "problem": "; ".join(map(str, one.problems)) or None,
                "notes": list(one.notes),
                "counts": {**{turn.value: counted(one)[turn] for turn in Turn}, "same": one.same},
                "objects": [_object_form(row) for row in one.objects],
            }
            for one in comparisons
        ],
    }


def comparison_lines(comparisons: Iterable[Comparison], page: Page) -> Iterator[str]:
    """Yield the report line by line, one comparison after the other."""
    for i, one in enumerate(comparisons):
        if i:
            yield ""
        yield from page.lines(_lines(one, page))


def _end_form(end: End) -> JsonObject:
    return {
        "app": end.spec.name,
        "repo": end.spec.repo,
        "path": end.spec.path,
        "revision": end.spec.revision,
        "commit": end.commit.id if end.commit is not None else None,
        **({"live": end.live} if end.live else {}),
    }


def _object_form(row: Restatement) -> JsonObject:
    return {
        "api_version": row.kind.api_version,
        "kind": row.kind.kind,
        "namespace": row.key.ref.namespace or None,
        "name": row.key.ref.name,
        "verdict": row.turn.value,
        "origin": origin_form(row.origin) if row.origin else None,
        "changes": [_change_form(change) for change in row.changes],
    }


def _change_form(change: FieldChange) -> Json:
    form: JsonObject = {"path": change.path}
    for key, value in (("old", change.live), ("new", change.git)):
        if not isinstance(value, Absent):
            form[key] = as_json(value)
    form["detail"] = list(change.detail)
    form["origin"] = origin_form(change.origin) if change.origin else None
    return form


def _lines(one: Comparison, page: Page) -> Iterator[Line]:
    wrapped = page.ink.wrapped
    yield from wrapped((say(one.title, Role.TITLE),), indent=0)
    width = max(map(len, one.names)) + 2
    for name, end in zip(one.names, (one.before, one.after), strict=True):
        yield from wrapped((say(place_of(end)),), indent=2, label=name, label_width=width)
        if end.live:
            continue
        yield from wrapped(origins.commit_story(end.commit, page.now), indent=2 + width)
    for problem in one.problems:
        yield from wrapped((say(str(problem), Role.ERROR),), indent=2, label="! ")
    for note in one.notes:
        yield from wrapped((say(note, Role.UNKNOWN),), indent=2, label="? ")
    for row in one.objects:
        yield ()
        title = say(f"{name_of(row.key.ref)}: {row.turn}", ROLES[row.turn])
        yield from wrapped((title,), indent=2)
        if row.origin is not None:
            yield from wrapped(origins.story(row.origin, page.now), indent=4)
        for change in row.changes:
            yield from wrapped((say(change.path, Role.STRONG),), indent=4)
            told = origins.story(change.origin, page.now)
            stories = (told, ()) if isinstance(change.git, Absent) else ((), told)
            yield from value_lines(change, one.names, stories, page, indent=4)
    yield ()
    yield (say(f"  {totals(one)}"),)
