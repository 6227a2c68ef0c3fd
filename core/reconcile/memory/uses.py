"""Which kinds an app needs in which namespaces, worked out once for each reading.

Telling it takes a look at every object, and it is asked for at each change of any app.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.model import Document, KindRef, ObjectRef
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.tables import Map

_NOWHERE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Uses:
    """What these documents, and these rows of an inventory, use."""

    documents: Mapping[KindRef, tuple[Document, ...]] = field(default_factory=dict)
    inventory: Map[ObjectRef, InventoryRow] | None = None
    default: str = ""  # the namespace of documents that name none
    stated: Mapping[KindRef, frozenset[str]] = field(default_factory=dict)
    applied: Mapping[tuple[str, str], frozenset[str]] = field(
        default_factory=dict
    )  # by group and kind of the rows; of kinds without a namespace none
    both: Mapping[KindRef, frozenset[str]] = field(
        default_factory=dict
    )  # of kinds that are stated: where they are that, or were applied
    unstated: frozenset[tuple[str, str]] = frozenset()  # kinds of rows alone

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
        applied: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for ref in inventory or ():
            applied[ref.group, ref.kind].update({ref.namespace} if ref.namespace else ())
        named = {kind: (kind.group, kind.kind) for kind in documents}
        stated = {
            kind: frozenset({each.namespace or default for each in some})
            for kind, some in documents.items()
        }
        return Uses(
            documents,
            inventory,
            default,
            stated,
            {identity: frozenset(some) for identity, some in applied.items()},
            {kind: some.union(applied.get(named[kind], ())) for kind, some in stated.items()},
            frozenset(applied.keys() - set(named.values())),
        )

    def are_within(self, kind: KindRef, namespaces: frozenset[str]) -> bool:
        """Tell whether there are objects of a kind in none but these."""
        return self.namespaces(kind) <= namespaces

    def namespaces(self, kind: KindRef) -> frozenset[str]:
        """Return where there are objects of a kind."""
        both = self.both.get(kind)
        return self.applied.get((kind.group, kind.kind), _NOWHERE) if both is None else both


NO_USES: Final = Uses()
