"""Labels of metrics: names that others chose, of which there must not be too many."""

from typing import Final

from core.clean import clean

VALUES_MAX: Final = 2_000  # of one label; as many apps as layouts may stand for
OTHER: Final = "other"
_LENGTH_MAX: Final = 200


class Label:
    """One label; values beyond the limit are one, called `other` (C96)."""

    def __init__(self, most: int = VALUES_MAX) -> None:
        """Know no value."""
        self._most = most
        self._known: dict[str, str] = {}

    def of(self, value: str) -> str:
        """Return how *value* is called in metrics."""
        known = self._known.get(value)
        if known is not None:
            return known
        if len(self._known) >= self._most:
            return OTHER
        shown = self._known[value] = clean(value)[:_LENGTH_MAX]
        return shown
