"""Notice that the server may answer a dry-run otherwise than before (faults.md X12).

Webhooks and admission policies are watched from the first dry-run on: where nothing differs,
nothing rests on them and nothing is asked.  Who may not list them is told of time alone.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from core.clock import Clock
from core.cluster.connection.link import Link
from core.cluster.following.definitions import Lookout
from core.cluster.waiting import happens_within
from core.model import KindRef, Resource
from core.reconcile.memory.inputs import AdmissionSeen, Input

LOOK_S: Final = 240.0
SETTLING_S: Final = (1.0, 9.0)  # policies act within a second, behind several servers later
KINDS: Final = tuple(
    KindRef("admissionregistration.k8s.io/v1", kind)
    for kind in (
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    )
)


class Admission:
    """Watches what admits objects, once a verdict rests on it."""

    def __init__(
        self, cluster: str, link: Link, clock: Clock, emit: Callable[[Input], None]
    ) -> None:
        """Watch nothing yet."""
        self._cluster, self._clock, self._emit = cluster, clock, emit
        self._lookout = Lookout(link, clock, KINDS, late=True)
        self._group: asyncio.TaskGroup | None = None
        self._resources: Mapping[KindRef, Resource] = {}
        self._needed = False

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begin, once it is needed, in *group*."""
        self._group = group

    def discovered(self, resources: Mapping[KindRef, Resource]) -> None:
        """Take what the cluster serves now."""
        self._resources = resources
        if self._needed and self._group is not None:
            self._lookout.watch(resources, self._group)

    def need(self) -> None:
        """Note that a verdict rests on a dry-run from now on."""
        if self._needed or self._group is None:
            return
        self._needed = True
        self._lookout.watch(self._resources, self._group)
        self._group.create_task(self._look())

    async def _look(self) -> None:
        changed = self._lookout.changed
        while True:
            if not await happens_within(changed, LOOK_S, self._clock):
                self._emit(AdmissionSeen(self._cluster, changed=False))
                continue
            changed.clear()
            for delay_s in SETTLING_S:
                await self._clock.sleep(delay_s)
                self._emit(AdmissionSeen(self._cluster, changed=True))
