"""How one value differs from another, as sets of paths (typed/compare.go)."""

from dataclasses import dataclass, field

from core.sandbox.types.fieldset import FieldSet, Path
from core.sandbox.types.schema import ListType, MapType, Scalar, Type
from core.sandbox.types.typed import ABSENT, child_type, grouped, shape_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which paths one value has that the other has not, and which differ."""

    removed: FieldSet = field(default_factory=FieldSet)
    modified: FieldSet = field(default_factory=FieldSet)
    added: FieldSet = field(default_factory=FieldSet)

    def without(self, ignored: FieldSet) -> "Comparison":
        """Drop *ignored* paths and all below them."""
        return Comparison(
            self.removed.recursive_difference(ignored),
            self.modified.recursive_difference(ignored),
            self.added.recursive_difference(ignored),
        )


def compare(old: object, new: object, kind: Type) -> Comparison:
    """Say how *new* differs from *old*."""
    found = Comparison()
    _compare(old, new, kind, (), found)
    return found


def _note_leaf(old: object, new: object, path: Path, found: Comparison) -> None:
    if old is ABSENT:
        found.added.insert(path)
    elif new is ABSENT:
        found.removed.insert(path)
    elif old != new:
        found.modified.insert(path)


def _compare(old: object, new: object, kind: Type, path: Path, found: Comparison) -> None:
    if old == new and type(old) is type(new):
        return
    before = shape_of(kind, new if old is ABSENT else old)
    after = shape_of(kind, old if new is ABSENT else new)
    if before is not after:  # an untyped value became another shape: what it had below is gone
        _compare_as(before, (old, new), path, found)
    leaf = _compare_as(after, (old, new), path, found)
    if not leaf and old is ABSENT:
        found.added.insert(path)
    elif not leaf and new is ABSENT:
        found.removed.insert(path)


def _compare_as(
    shape: ListType | MapType | Scalar | None,
    values: tuple[object, object],
    path: Path,
    found: Comparison,
) -> bool:
    """Compare two values as *shape*; say whether they are leaves there."""
    old, new = values
    if isinstance(shape, MapType):
        was = old if isinstance(old, dict) else {}
        now = new if isinstance(new, dict) else {}
        if not shape.atomic and (was or now):
            for name in was.keys() | now.keys():
                below = child_type(shape, name)
                if below is not None:
                    before, after = was.get(name, ABSENT), now.get(name, ABSENT)
                    _compare(before, after, below, (*path, "f:" + name), found)
            return False
    elif isinstance(shape, ListType):
        old_items = old if isinstance(old, list) else []
        new_items = new if isinstance(new, list) else []
        if shape.associative and (old_items or new_items):
            _compare_lists(old_items, new_items, shape, path, found)
            return False
    _note_leaf(old, new, path, found)
    return True


def _compare_lists(
    old: list[object], new: list[object], kind: ListType, path: Path, found: Comparison
) -> None:
    before, after = grouped(old, kind), grouped(new, kind)
    for element in before | after:
        was, now = before.get(element, []), after.get(element, [])
        at = (*path, element)
        if len(was) <= 1 and len(now) <= 1:
            one = was[0] if was else ABSENT
            _compare(one, now[0] if now else ABSENT, kind.element, at, found)
        elif len(was) > 1 and len(now) > 1:
            if was != now:
                found.modified.insert(at)
        elif len(was) > 1:
            if now:
                _compare(ABSENT, now[0], kind.element, at, found)
            found.removed.insert(at)
        else:
            if was:
                _compare(was[0], ABSENT, kind.element, at, found)
            found.added.insert(at)
