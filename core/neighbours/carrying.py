"""What is carried over: apps as they stand in a settings file, and what could not come along."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from typing_extensions import override

from core.model import Json, JsonObject, within

Table: TypeAlias = Mapping[str, str | None]
"""Dotted paths of what an object may state: why it stays behind; None: it is carried, or moot."""

NOTHING: Final = "driftdeck has nothing like it"
_EMPTY: Final[tuple[Json, ...]] = (None, False, "", [], {})


class UncarriedError(Exception):
    """An object becomes no app; the message says why."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that could not be carried over as it was."""

    about: str  # "Application argocd/shop"
    words: str

    @override
    def __str__(self) -> str:
        return f"{self.about}: not carried over: {self.words}"


@dataclass(frozen=True, slots=True)
class App:
    """One app as the settings file has it."""

    about: str  # what it was
    settings: JsonObject
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """A settings file to be, and what is missing in it."""

    engine: str
    apps: tuple[App, ...]
    repositories: tuple[JsonObject, ...] = ()
    clusters: Mapping[str, JsonObject] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()  # about what became no app

    @property
    def all_notes(self) -> Iterator[Note]:
        """Every note, those about apps first."""
        for app in self.apps:
            yield from app.notes
        yield from self.notes


def left_behind(value: Json, table: Table, at: str = "spec", inside: str = "") -> Iterator[str]:
    """Say of each thing that an object states and *table* does not carry why it stays behind.

    Args:
        value: What it states at the place that *inside* names.
        table: Paths relative to *at*.
        at: How people name that place.
        inside: The path so far.
    """
    for key, item in value.items() if isinstance(value, dict) else ():
        path = f"{inside}.{key}" if inside else key
        if path in table:
            words = table[path]
            if words is not None and item not in _EMPTY:
                yield f"{at}.{path}: {words}"
        elif isinstance(item, dict) and any(one.startswith(f"{path}.") for one in table):
            yield from left_behind(item, table, at, path)
        elif item not in _EMPTY:
            yield f"{at}.{path}: {NOTHING}"


def text_at(value: Json, *path: str) -> str:
    """Return the text at a path; "" where there is none."""
    found = within(value, *path)
    return found if isinstance(found, str) else ""


def list_at(value: Json, *path: str) -> list[Json]:
    """Return the list at a path; an empty one where there is none."""
    found = within(value, *path)
    return found if isinstance(found, list) else []


def texts_at(value: Json, *path: str) -> list[str]:
    """Return the texts of the list at a path."""
    return [item for item in list_at(value, *path) if isinstance(item, str)]


def about(found: JsonObject) -> str:
    """Name an object for people."""
    namespace = text_at(found, "metadata", "namespace")
    name = text_at(found, "metadata", "name")
    return f"{text_at(found, 'kind')} {namespace}/{name}".replace(" /", " ")


class Names:
    """Names for apps, each given once."""

    def __init__(self) -> None:
        """Give none yet."""
        self._given: set[str] = set()

    def give(self, *wanted: str) -> str:
        """Return the first of some names that is free, or the last of them with a number."""
        choices = [*wanted, *(f"{wanted[-1]}-{number}" for number in range(2, 10_000))]
        name = next(choice for choice in choices if choice not in self._given)
        self._given.add(name)
        return name


def stated(**settings: Json) -> JsonObject:
    """Return settings without those that say nothing."""
    return {name: value for name, value in settings.items() if value not in (None, "", [], {})}


def noted(what: str, words: Iterable[str]) -> tuple[Note, ...]:
    """Return notes about one object."""
    return tuple(Note(what, each) for each in words)
