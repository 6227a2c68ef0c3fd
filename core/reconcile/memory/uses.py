"""Which namespaces and kinds the objects of an app need, worked out once for each reading.

Telling it takes a look at every object, and it is asked for at each change of any app.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.model import Document, KindRef, ObjectRef
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.tables import Map


@dataclass(frozen=True, slots=True)
class Uses:
    """What these documents, and these rows of an inventory, use."""

    documents: Mapping[KindRef, tuple[Document, ...]] = field(default_factory=dict)
    inventory: Map[ObjectRef, InventoryRow] | None = None
    default: str = ""  # the namespace of documents that name none
    namespaces: frozenset[str] = frozenset()
    applied: frozenset[tuple[str, str]] = frozenset()  # group and kind of the rows

    def of(
        self,
        documents: Mapping[KindRef, tuple[Document, ...]],
        inventory: Map[ObjectRef, InventoryRow] | None,
        default: str,
    ) -> "Uses":
        """Return what these use; itself, where they are the very ones it is of."""
        same = self.documents is documents and self.inventory is inventory
        if same and self.default == default:
            return self
        rows = tuple(inventory or ())
        namespaces = {each.namespace or default for one in documents.values() for each in one}
        namespaces.update(ref.namespace for ref in rows if ref.namespace)
        applied = frozenset({(ref.group, ref.kind) for ref in rows})
        return Uses(documents, inventory, default, frozenset(namespaces), applied)


NO_USES: Final = Uses()
