"""Who is behind what a preview shows: looked up while a person reads, for it takes a while."""

from collections.abc import Sequence
from typing import Final

from core.model import Key, Snapshot
from core.reconcile.memory.commands import Explain
from tui.surface import Surface

_ASKED_MAX: Final = 50  # objects; nobody reads the reasons of more before confirming


class Explanations:
    """Asks once for each object that nobody explained yet, and knows when an answer came."""

    def __init__(self, on: Surface, keys: Sequence[Key]) -> None:
        """Ask for what is not known of the first *keys*."""
        self._keys = keys[:_ASKED_MAX]
        rows = on.view.snapshot.rows
        self._known = self._explained(on.view.snapshot)
        for key in self._keys:
            if key in rows and key not in self._known and not rows[key].confirming:
                on.submit(Explain(key))

    def came(self, snapshot: Snapshot) -> bool:
        """Tell whether *snapshot* explains other objects than the one before."""
        before, self._known = self._known, self._explained(snapshot)
        return self._known != before

    def _explained(self, snapshot: Snapshot) -> frozenset[Key]:
        rows = snapshot.rows
        return frozenset(key for key in self._keys if key in rows and rows[key].explained)
