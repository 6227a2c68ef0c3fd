"""What the settings reader would refuse is left out, and named: what is printed can be read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.clean import clean
from core.errors import UsageError
from core.manifests.plain import PlainDocument
from core.model import Json, JsonObject
from core.neighbours.carrying import App, noted
from core.settings.checks import FieldError
from core.settings.fields import Field, Place
from core.settings.table import APP, RULE

_NOT_HERE: Final = frozenset({"cluster", "ignore"})  # the one is ours, the other has a table
_SHOWN: Final = 80


def accepted(app: App) -> tuple[App | None, tuple[str, ...]]:
    """Return an app without what no setting may be, or None where it needs that; and reasons."""
    kept = dict(app.settings)
    odd = _refused(APP, kept)
    rules = kept.get("ignore")
    good: list[Json] = []
    for rule in rules if isinstance(rules, list) else []:
        wrong = _refused(RULE, rule) if isinstance(rule, dict) else ["no rule"]
        odd += (f"a rule of ignore: {reason}" for reason in wrong)
        good += [] if wrong else [rule]
    if rules is not None:
        kept["ignore"] = good
    fenced = "namespaces" in app.settings and "namespaces" not in kept
    if fenced or any(field.needed and not kept.get(field.name) for field in APP):
        return None, tuple(odd) or ("it has no name",)
    return App(app.about, kept, (*app.notes, *noted(app.about, odd))), ()


def _refused(table: Sequence[Field], settings: JsonObject) -> list[str]:
    """Take away what the readers of a table refuse, and return why they do."""
    odd: list[str] = []
    for field in table:
        if field.name not in settings or field.name in _NOT_HERE:
            continue
        place = Place(document=PlainDocument("", None), at=(field.name,), folder=Path("/"))
        try:
            field.read(settings[field.name], place)
        except UsageError as error:
            # All but a `FieldError` begin with a place in the file, and there is none.
            words = str(error) if isinstance(error, FieldError) else str(error).partition(": ")[2]
            odd.append(f"{field.name}: {clean(words, max_cells=_SHOWN)}")
            del settings[field.name]
    return odd
