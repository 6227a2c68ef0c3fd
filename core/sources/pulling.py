"""Following the chart that some apps name: its repository is asked every so often."""

import asyncio
from collections.abc import Iterable

from core.clock import Clock
from core.model import AppSpec
from core.model.sources.charts import Chart
from core.render import Charts
from core.sources.pace import Pace


class Following:
    """When the repository of one chart is asked."""

    def __init__(self, chart: Chart, apps: Iterable[AppSpec], charts: Charts, clock: Clock) -> None:
        """Ask nothing yet."""
        self.chart, self.apps, self._charts = chart, tuple(apps), charts
        self.pace = Pace(chart.remote.poll_s, clock)

    async def pulled(self) -> bool:
        """Ask for the chart; True if something changed by it."""
        self.pace.begin()
        pulling = self._charts.pulling(self.chart)
        try:
            changed = await asyncio.to_thread(pulling.run)
        finally:
            pulling.end()
        self.pace.end(failed=self._charts.problem(self.chart) is not None)
        return changed


def followed(apps: Iterable[AppSpec], charts: Charts, clock: Clock) -> list[Following]:
    """Put the apps of one chart together: its repository is asked once for all."""
    by_chart: dict[Chart, list[AppSpec]] = {}
    for spec in apps:
        if spec.chart is not None:
            by_chart.setdefault(spec.chart, []).append(spec)
    return [Following(chart, specs, charts, clock) for chart, specs in by_chart.items()]
