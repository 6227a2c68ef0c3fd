"""Following the charts that apps name: their repositories are asked every so often."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from core.clock import Clock
from core.model.sources.charts import Chart
from core.render import Charts
from core.sources.pace import Pace

Changed: TypeAlias = Callable[[Chart, asyncio.TaskGroup], Awaitable[None]]


class Pulls:
    """When which chart is asked for."""

    def __init__(
        self, charts: Charts, clock: Clock, changed: Changed, is_used: Callable[[Chart], bool]
    ) -> None:
        """Ask nothing yet.

        Args:
            charts: Asks, and keeps what comes of it.
            clock: Time and dice.
            changed: Awaited whenever something changed of a chart.
            is_used: Tells whether an app still names a chart; others are let go.
        """
        self._charts, self._clock = charts, clock
        self._changed, self._is_used = changed, is_used
        self._paces: dict[Chart, Pace] = {}

    def ring(self, named: Iterable[Chart | None]) -> None:
        """Ask for these charts now, whenever the next time would have been; never blocks."""
        for chart in named:
            if chart in self._paces:
                self._paces[chart].ask_soon()

    async def once(self, named: Iterable[Chart | None]) -> None:
        """Ask for each chart that was not asked for yet, and wait for what comes of it."""
        await asyncio.gather(*(self._pulled(chart) for chart in self._new(named)))

    def follow(self, named: Iterable[Chart | None], tasks: asyncio.TaskGroup) -> None:
        """Ask for each chart that was not asked for yet, and again after its interval."""
        for chart in self._new(named):
            tasks.create_task(self._follow(chart, tasks), name=f"chart {chart}")

    def _new(self, named: Iterable[Chart | None]) -> list[Chart]:
        new = [chart for chart in dict.fromkeys(named) if chart and chart not in self._paces]
        self._paces |= {chart: Pace(chart.remote.poll_s, self._clock) for chart in new}
        return new

    async def _follow(self, chart: Chart, tasks: asyncio.TaskGroup) -> None:
        while self._is_used(chart):
            if await self._pulled(chart):
                await self._changed(chart, tasks)
            await self._paces[chart].rest()
        del self._paces[chart]

    async def _pulled(self, chart: Chart) -> bool:
        self._paces[chart].begin()
        pulling = self._charts.pulling(chart)
        try:
            changed = await asyncio.to_thread(pulling.run)
        finally:
            pulling.end()
        self._paces[chart].end(failed=self._charts.problem(chart) is not None)
        return changed
