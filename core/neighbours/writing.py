"""The text of a settings file that was carried over, with what is missing in it as comments."""

from collections.abc import Iterable, Iterator
from typing import Final

from core.clean import clean
from core.manifests.plain import dump_plain
from core.model import Json
from core.neighbours.carrying import Carried, Note

_FIRST: Final = (
    "{engine} goes on until it is told to stop: two engines that heal one object fight.",
    "Look at `driftdeck diff` first; then stop the other one, and say `take_over: true` here.",
    "Order is by sync wave and kind, and between apps by `depends_on`; hooks mean nothing.",
)


def text_of(carried: Carried) -> str:
    """Write a settings file."""
    return "".join(f"{line}\n" for line in _lines(carried))


def _lines(carried: Carried) -> Iterator[str]:
    yield from _comments(f"Carried over from {carried.engine} by driftdeck import.")
    for words in _FIRST:
        yield from _comments(words.format(engine=carried.engine))
    yield from _noted(carried.notes, "", whole=True)
    if carried.repositories:
        yield "repositories:"
        yield from _items(carried.repositories)
    if carried.clusters:
        yield from dump_plain({"clusters": dict(carried.clusters)}, in_order=False).splitlines()
    yield "apps:" if carried.apps else "apps: []"
    for app in carried.apps:
        yield from _comments(app.about, "  ")
        yield from _noted(app.notes, "  ", whole=False)
        yield from _items([app.settings])


def _noted(notes: Iterable[Note], indent: str, *, whole: bool) -> Iterator[str]:
    for note in notes:
        words = f"{note.about}: {note.words}" if whole else note.words
        yield from _comments(f"not carried over: {words}", indent)


def _comments(words: str, indent: str = "") -> Iterator[str]:
    yield f"{indent}# {clean(words)}"


def _items(items: Iterable[Json]) -> Iterator[str]:
    for item in items:
        for line in dump_plain([item], in_order=False).splitlines():
            yield f"  {line}" if line else line
