"""core.sources.pulling: charts are asked for as long as an app names them."""

import asyncio
from pathlib import Path

from core.model.sources.charts import Chart
from core.model.sources.remotes import Remote, address_of
from core.render import Charts
from core.sources.pulling import Pulls
from tests.core.render.charts.host import ChartHost
from tests.core.sources.test_sources import World


async def test_a_chart_that_no_app_names_any_more_is_let_go_and_can_come_back(
    tmp_path: Path,
) -> None:
    world, told = World(), asyncio.Queue[Chart]()
    charts = Charts({"XDG_CACHE_HOME": str(tmp_path)})
    used: set[Chart] = set()

    async def changed(chart: Chart, _: asyncio.TaskGroup) -> None:
        told.put_nowait(chart)

    pulls = Pulls(charts, world.clock, changed, used.__contains__)
    with ChartHost() as host:
        host.add("web", "1.0.0")
        remote = Remote(address=address_of(f"{host.address}/stable"), helper=False)
        chart = Chart(name="web", version="^1", remote=remote)
        for _ in range(2):
            async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
                used.add(chart)
                pulls.follow([chart, None, chart], tasks)
                nap = await world.nap()
                used.clear()
                nap.over.set()
        asked = [path for path, _ in host.asked]
    assert asked == ["/stable/index.yaml", "/stable/web-1.0.0.tgz", "/stable/index.yaml"]
    assert told.qsize() == 1  # the second time nothing was new
    charts.close()
