"""Commits on record before they are made, each with a mark by which it is found again."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.engine.journalled import Journalled
from core.engine.seams import Adapters
from core.errors import ProductError
from core.git import new_mark
from core.model import RevertPlan
from core.model.answers.adoptions import AdoptPlan
from core.model.journal import Deed, Intent
from core.reconcile.memory.effects import ComputeRevert
from core.reconcile.memory.results import RevertPrepared


class Announced:
    """Shows and makes commits."""

    def __init__(self, adapters: Adapters, journalled: Journalled) -> None:
        """Have them made by *adapters*, and written down by *journalled*."""
        self._reverts, self._adopting = adapters.reverts, adapters.adopting
        self._journalled = journalled

    async def planned(self, asked: ComputeRevert) -> RevertPrepared:
        """Work a revert out, after it is known what became of earlier ones.

        Raises:
            ProductError: It cannot be worked out.
        """
        with suppress(ProductError):  # it will say so before anything is written
            await self._journalled.find_out("", self._reverts.repository(asked.app))
        plan = partial(self._reverts.planned, asked.app, asked.commit)
        planned = await asyncio.to_thread(plan, back=asked.back, begins=asked.begins)
        return RevertPrepared(asked.request, planned)

    async def reverted(self, plan: RevertPlan) -> str:
        """Make the commit of a revert or a rollback, and return its id.

        Raises:
            ProductError: It cannot be made.
        """
        plan = replace(plan, mark=new_mark())
        intent = Intent(
            deed=Deed.REVERT if plan.restores is None else Deed.ROLLBACK,
            app=plan.app,
            auto=False,
            revision=plan.target.id,
            aim=self._reverts.aim(plan),
        )
        return await self._journalled.commit(intent, partial(self._reverts.made, plan))

    async def adopted(self, plan: AdoptPlan) -> str:
        """Make the commit of an adoption, and return its id.

        Raises:
            ProductError: It cannot be made.
        """
        plan = replace(plan, mark=new_mark())
        changes = tuple(change for each in plan.adopted for change in each.changes)
        aim = self._adopting.aim(plan)
        intent = Intent(deed=Deed.ADOPT, app=plan.app, auto=False, aim=aim, changes=changes)
        return await self._journalled.commit(intent, partial(self._adopting.made, plan))
