"""Objects as people write them for Argo CD and Flux, and what our own settings make of them."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from core.model import AppSpec, Json, JsonObject
from core.neighbours import Carried, Engine, text_of
from core.settings.document import Stated, parse_settings

FOLDER = Path("/etc/driftdeck")


class Result:
    """What was carried over, its text, and how the settings reader takes it."""

    def __init__(self, engine: Engine, text: str, context: str = "") -> None:
        self.objects: list[JsonObject] = [
            each for each in yaml.load_all(text, yaml.CSafeLoader) if each
        ]
        self.carried: Carried = engine.carry(self.objects, context)
        self.text = text_of(self.carried)
        self.said = [f"{note.about}: {note.words}" for note in self.carried.all_notes]

    @property
    def stated(self) -> Stated:
        """The text, read by the settings reader; an error if it is none."""
        return parse_settings("driftdeck.yaml", self.text.encode(), FOLDER)

    @property
    def app(self) -> AppSpec:
        """The only app."""
        (app,) = self.stated.apps
        return app

    def says(self, *words: str) -> bool:
        """Tell whether one note, which is a comment, too, holds all these words."""
        (found,) = (line for line in self.said if all(word in line for word in words))
        comments = [line.strip() for line in self.text.splitlines() if line.strip()[:1] == "#"]
        return any(found.split(": ", 1)[1] in line for line in comments)


_ODD: list[Json] = [7, [1, {"a": ["b"]}], {"a": {"b": "c"}}, None, "", "*", "a\n# b: c", True]


def check_oddities(engine: Engine, text: str) -> None:
    """Give an engine the same objects, one value after the other of another kind."""
    objects = list(yaml.load_all(text, yaml.CSafeLoader))
    for at in range(len(list(_places(objects)))):
        changed = deepcopy(objects)
        holder, key = list(_places(changed))[at]
        holder[key] = _ODD[at * 3 % len(_ODD)]  # all of them at each place take half a minute
        carried = engine.carry([each for each in changed if isinstance(each, dict)], "")
        if carried.apps and at % 3 == 0:
            parse_settings("driftdeck.yaml", text_of(carried).encode(), FOLDER)


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, item in items:
        if key not in {"apiVersion", "kind"}:
            yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)
