"""A comment for a pull request: Markdown as GitHub and GitLab show it, whatever stands in it.

What comes from outside stands in `<code>` with every character escaped that could mean something,
or between fences longer than any in it: it can end neither a table nor a fence, mention nobody and
make no link.  A comment has a limit, so what does not fit is left out, and counted at the end.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.clean import clean
from core.cli.output.forms import problems_of
from core.model import Absent, Drift, FieldChange, Snapshot, Value, Verdict
from core.model.answers.comparisons import Comparison, Restatement
from core.telling import actors, changes, objects, origins, values, verdicts
from core.telling.sides.comparisons import place_of, totals
from core.telling.sides.hunks import pieces, text_hunks
from core.telling.spans import plain

LIMIT: Final = 65_536  # characters of one comment on GitHub
_LAST_MAX: Final = 200  # of the line about what was left out
_LINES_MAX: Final = 20  # of what is said about one app
_FIELDS_MAX: Final = 100  # of one object
_HUNK_LINES_MAX: Final = 200  # of one text
# A dot makes a link behind "www" alone, and a colon in "https://", "mailto:" and "xmpp:".
_ACTIVE: Final = re.compile(r"[&<>|`*_\[\]~#@\\$]|(?<=[wW])\.|:(?=/)|(?<=[oOpP]):")
_TICKS: Final = re.compile("`+")


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table, and what does not fit in one."""

    cells: tuple[str, str, str, str]  # where, both values, who or which commit
    remarks: tuple[str, ...] = ()
    text: tuple[str, ...] = ()  # the hunks of a long one


@dataclass(frozen=True, slots=True)
class Item:
    """One object that differs."""

    name: str
    words: str
    said: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One app, or one comparison."""

    title: str
    counts: str
    columns: tuple[str, str, str]  # what the two values are called, and what is known of them
    said: tuple[str, ...]
    items: tuple[Item, ...]


def markdown_of(sections: Iterable[Section], limit: int | None = LIMIT) -> str:
    """Write one comment, at most as long as GitHub takes; without a *limit* a document."""
    sections = tuple(sections)
    heads = [_head(section) for section in sections]
    left = sys.maxsize if limit is None else limit - _LAST_MAX
    blocks: list[str] = []
    fitting = [head for at, head in enumerate(heads) if sum(map(_size, heads[: at + 1])) <= left]
    left -= sum(map(_size, fitting))
    bare, lost = 0, 0
    for head, section in zip(fitting, sections, strict=False):
        blocks.append(head)
        for item in section.items:
            block, line = _block(item, section.columns), f"- {_title(item)}\n"
            if _size(block) > left:
                bare, lost = bare + (_size(line) <= left), lost + (_size(line) > left)
                block = line if _size(line) <= left else ""
            blocks += [block] if block else []
            left -= _size(block)
    unsaid = sections[len(fitting) :]
    lost += sum(len(section.items) for section in unsaid)
    return "\n".join([*blocks, *_last(len(unsaid), bare, lost)])


def sections_of_snapshot(snapshot: Snapshot, now: float, *, everything: bool) -> Iterator[Section]:
    """Yield the apps of a snapshot, worst objects first."""
    for app in snapshot.apps:
        rows = [row for key, row in snapshot.rows.items() if key.app == app.spec.name]
        rows = [row for row in rows if everything or row.verdict is not Verdict.IN_SYNC]
        rows.sort(key=lambda row: (verdicts.RANKS[row.verdict], row.key))
        where = f" path {app.spec.path}" if app.spec.path else ""
        commit = plain(origins.commit_story(app.revision, now))
        yield Section(
            f"{app.spec.name} on {snapshot.called(app.spec.cluster)}",
            verdicts.totals(app.counts.items(), app.ignored)
            + ("" if app.complete else " (not complete)"),
            ("live", "Git", "who, and which commit"),
            (f"Git {app.spec.revision}{where}: {commit}", *problems_of(app), *app.unseen),
            tuple(_item_of_row(row, now) for row in rows),
        )


def section_of_comparison(one: Comparison, now: float) -> Section:
    """Return one comparison."""
    ends = (
        f"{name}: {place_of(end)}"
        + ("" if end.live else f", {plain(origins.commit_story(end.commit, now))}")
        for name, end in zip(one.names, (one.before, one.after), strict=True)
    )
    return Section(
        one.title,
        totals(one),
        (*one.names, "commit"),
        (*ends, *map(str, one.problems), *one.notes),
        tuple(_item_of_restatement(row, now) for row in one.objects),
    )


def _item_of_row(row: Drift, now: float) -> Item:
    ranked = sorted(row.changes, key=lambda one: verdicts.FIELD_RANKS[one.verdict])
    words = ", ".join(filter(None, (verdicts.WORDS[row.verdict], objects.cause_of(row))))
    fields: list[Field] = []
    for change in ranked:
        who = plain(actors.story(change.actor, now, change.seen))
        commit = plain(origins.story(change.origin, now))
        fields += _fields(change, "; ".join(filter(None, (who, commit))))
    said = tuple(map(plain, objects.story(row, now)))
    return Item(objects.name_of(row.key.ref), words, said, tuple(fields))


def _item_of_restatement(row: Restatement, now: float) -> Item:
    told = ((change, plain(origins.story(change.origin, now))) for change in row.changes)
    fields = tuple(field for change, story in told for field in _fields(change, story))
    said = (plain(origins.story(row.origin, now)),) if row.origin is not None else ()
    return Item(objects.name_of(row.key.ref), row.turn, said, fields)


def _fields(change: FieldChange, story: str) -> Iterator[Field]:
    """Yield the row of one field, or one row for each place inside it where the two differ."""
    where = plain(changes.title(change))
    remarks = change.detail if changes.needs_detail(change) else ()
    inside, apart = pieces(change), text_hunks(change)
    if apart:
        lines = tuple(line for hunk in apart for line in (hunk.where, *map("".join, hunk.lines)))
        yield Field((where, "see below", "see below", story), remarks, lines)
        return
    if not inside:
        yield Field((where, _value(change.live), _value(change.git), story), remarks)
        return
    yield Field((where, "", "", story), remarks)
    for piece in inside:
        yield Field((piece.path, _value(piece.live), _value(piece.git), ""))


def _value(value: Value | Absent) -> str:
    return "" if isinstance(value, Absent) else values.story(value)


# Writing ------------------------------------------------------------------------------------------


def _head(section: Section) -> str:
    more = len(section.said) - _LINES_MAX
    lines = [f"- {_code(line)}" for line in section.said[:_LINES_MAX]]
    lines += [f"- and {more:,} more"] if more > 0 else []
    return "\n".join([f"### {_code(section.title)}: {section.counts}", "", *lines, ""])


def _title(item: Item) -> str:
    return f"{_code(item.name)}: {item.words}"


def _block(item: Item, columns: tuple[str, str, str]) -> str:
    lines = [f"<details><summary>{_title(item)}</summary>", ""]
    lines += [f"- {_code(line)}" for line in item.said]
    shown = item.fields[:_FIELDS_MAX]
    if shown:
        lines += ["", f"| {' | '.join(('field', *columns))} |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(map(_code, field.cells))} |" for field in shown]
    more = len(item.fields) - len(shown)
    lines += ["", f"{more:,} more fields"] if more > 0 else []
    for field in shown:
        for remark in field.remarks:
            lines += ["", f"{_code(field.cells[0])}: {_code(remark)}"]
        if field.text:
            lines += ["", _code(field.cells[0]), "", *_fenced(field.text)]
    return "\n".join([*lines, "", "</details>", ""])


def _fenced(text: Sequence[str]) -> Iterator[str]:
    shown = [values.cut(clean(line)) for line in text[:_HUNK_LINES_MAX]]
    longest = max((len(ticks) for line in shown for ticks in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff"
    yield from shown
    yield fence
    if len(text) > len(shown):
        yield f"{len(text) - len(shown):,} more lines"


def _code(text: str) -> str:
    shown = values.cut(clean(text))
    return f"<code>{_ACTIVE.sub(lambda m: f'&#{ord(m[0])};', shown)}</code>" if shown else ""


def _last(apps: int, bare: int, lost: int) -> Iterator[str]:
    counted = ((apps, "apps"), (lost, "objects"), (bare, "objects' fields"))
    parts = [f"{count:,} {what}" for count, what in counted if count]
    if parts:
        yield f"Left out, for a comment holds {LIMIT:,} characters: {', '.join(parts)}.\n"


def _size(text: str) -> int:
    """Count as GitHub does, in UTF-16, and the line's end that follows."""
    return len(text.encode("utf-16-le")) // 2 + 1
