"""What the settings reader would refuse is no app, and named: what is printed can be read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from core.clean import clean
from core.errors import UsageError
from core.manifests.plain import PlainDocument
from core.model import Json
from core.neighbours.carrying import App, noted
from core.settings.checks import FieldError
from core.settings.fields import Field, Place
from core.settings.table import APP, RULE

_NOT_HERE: Final = frozenset({"cluster", "ignore"})  # the one is ours, the other has a table
_SHOWN: Final = 80


def accepted(app: App) -> tuple[App | None, tuple[str, ...]]:
    """Return an app without the rules that are none, and why, if it is not, it is no app.

    One that cannot have its path, its namespaces or any other of its settings would be another.
    """
    rules = app.settings.get("ignore")
    good: list[Json] = []
    odd: list[str] = []
    for rule in rules if isinstance(rules, list) else []:
        wrong = tuple(_refused(RULE, rule))
        odd += (f"a rule of ignore: {reason}" for reason in wrong)
        good += [] if wrong else [rule]
    kept = dict(app.settings) if rules is None else {**app.settings, "ignore": good}
    lacks = [f"it has no {one.name}" for one in APP if one.needed and not kept.get(one.name)]
    reasons = (*lacks, *_refused(APP, kept))
    if reasons:
        return None, reasons
    return App(app.about, kept, (*app.notes, *noted(app.about, odd))), ()


def _refused(table: Sequence[Field], settings: Json) -> Iterator[str]:
    """Yield what the readers of a table refuse."""
    for field in table:
        if not isinstance(settings, dict) or field.name not in settings or field.name in _NOT_HERE:
            continue
        place = Place(document=PlainDocument("", None), at=(field.name,), folder=Path("/"))
        try:
            field.read(settings[field.name], place)
        except UsageError as error:
            # All but a `FieldError` begin with a place in the file, and there is none.
            words = str(error) if isinstance(error, FieldError) else str(error).partition(": ")[2]
            yield f"{field.name}: {clean(words, max_cells=_SHOWN)}"
