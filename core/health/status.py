"""The fields of a live object that health is read from; a field of another type is not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.model import Json, JsonObject, mappings_of, within


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a status."""

    type: str
    status: str  # True, False or Unknown
    reason: str
    message: str

    @property
    def words(self) -> str:
        """What it says."""
        return ": ".join(filter(None, (self.reason, self.message)))


@dataclass(frozen=True, slots=True)
class Status:
    """One live object, read for its health."""

    body: JsonObject
    conditions: Mapping[str, Condition]

    def number(self, path: str, otherwise: int = 0) -> int:
        """Return the number at a dotted *path*."""
        found = at(self.body, path)
        whole = isinstance(found, int) and not isinstance(found, bool)
        return found if whole and isinstance(found, int) else otherwise

    def text(self, path: str) -> str:
        """Return the text at a dotted *path*; "" where there is none."""
        return text_at(self.body, path)

    def has(self, path: str) -> bool:
        """Tell whether there is anything at a dotted *path*."""
        return at(self.body, path) is not None

    def says(self, condition: str, status: str = "True") -> Condition | None:
        """Return the condition of that type if its status is this one."""
        found = self.conditions.get(condition)
        return found if found is not None and found.status == status else None


def status_of(body: JsonObject) -> Status | None:
    """Read a live object; None where its conditions are no conditions."""
    found = at(body, "status.conditions")
    if found is None:
        return Status(body, {})
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        return None
    made = [_condition(item) for item in found if isinstance(item, dict)]
    return Status(body, {condition.type: condition for condition in made})


def _condition(item: JsonObject) -> Condition:
    names = ("type", "status", "reason", "message")
    return Condition(*(text_at(item, name) for name in names))


def at(body: Json, path: str) -> Json:
    """Return what is at a dotted *path*; None where nothing is."""
    return within(body, *path.split("."))


def text_at(body: Json, path: str) -> str:
    """Return the text at a dotted *path*; "" where there is none."""
    found = at(body, path)
    return found if isinstance(found, str) else ""


def items_at(body: Json, path: str) -> Iterator[JsonObject]:
    """Yield the objects of the list at a dotted *path*."""
    yield from mappings_of(at(body, path))
