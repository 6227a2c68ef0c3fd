"""The schedule: which folders are read when, and what happens when one cannot be."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import Final

from core.clock import Clock
from core.decryption.opener import AGAIN_S
from core.errors import ProductError, UnavailableError
from core.git import Repositories, Told
from core.git.pinned import DEADLINE_S
from core.manifests import Reader
from core.model import AppSpec, Blocked, Commit, Guard, problem_of
from core.model.sources.charts import Chart
from core.model.sources.layouts import Layout
from core.model.sources.remotes import Webhook
from core.reconcile.memory.inputs import HistoryRead, Input, LayoutRead, SourceLost, SourceSeen
from core.reconcile.memory.results import Proved
from core.sources.histories import Histories
from core.sources.layouts import Matches
from core.sources.polling import Polling
from core.sources.proving import guard_of
from core.sources.pulling import Pulls
from core.sources.reading import Folders, Found, Makers

PATIENCE_S: Final = 5.0  # with a base in another repository: the other apps of this one wait, too
LOOK_AGAIN_S: Final = 5.0  # a repository that cannot be read or watched is looked for so often


class _Source:
    """One repository and the apps that live in it, some for as long as a layout has them."""

    def __init__(
        self,
        path: str,
        repositories: Repositories,
        folders: Folders,
        clock: Clock,
        layouts: tuple[Layout, ...],
    ) -> None:
        self.path, self.layouts = path, layouts
        self.apps: tuple[AppSpec, ...] = ()
        self.folders = folders
        self.histories = Histories(path, repositories)
        self.busy = asyncio.Lock()
        self.unwalked: dict[str, tuple[AppSpec, str]] = {}  # app -> where its history begins
        self.walking = asyncio.Lock()
        self.lost: set[str] = set()  # apps whose server has bad news
        remote = repositories.remote(path)
        patterns = [layout.revision for layout in layouts]
        self.polling = (
            None if remote is None else Polling(path, remote, (), repositories, clock, patterns)
        )

    def hold(self, apps: Iterable[AppSpec]) -> None:
        """Have these apps from now on."""
        self.apps = tuple(apps)
        if self.polling is not None:
            self.polling.follow(self.apps)


class Sources:
    """Every repository that the apps use."""

    def __init__(  # noqa: PLR0913 - each is a choice of the caller
        self,
        apps: tuple[AppSpec, ...],
        repositories: Repositories,
        put: Callable[[Input], None],
        reader: Reader,
        *,
        layouts: tuple[Layout, ...] = (),
        once: bool = False,
        webhook: Webhook | None = None,
        makers: Makers | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            apps: Whose folders to read.
            repositories: Where they lie.
            put: Takes what was read, on the loop that `run` runs on; must return at once.
            reader: Parses files; closed when `run` ends.
            layouts: What other apps there are, as their folders come and go.
            once: Read each folder once, without its history, and then keep still
                (`driftdeck diff`).
            webhook: Where servers may say that there is news.
            makers: What makes objects of files; left out, this user's own.
            clock: Time, for what cannot be read.
        """
        self._repositories, self._put = repositories, put
        self._reader, self._once, self._clock = reader, once, clock or Clock()
        makers = makers or Makers.of_user(reader, self._clock)
        self._charts = makers.charts
        self._pulls = Pulls(self._charts, self._clock, self._read_chart, self._is_used)
        self._sources = _grouped(apps, layouts, repositories, makers, self._clock, once=once)
        self._by_app = {
            spec.name: (spec, source) for source in self._sources for spec in source.apps
        } | {one.name: (one.spec, source) for source in self._sources for one in source.layouts}
        self._matches = Matches(apps, layouts, repositories)
        self._webhook = webhook
        self._asked: asyncio.Queue[str] = asyncio.Queue()
        self._resting: set[str] = set()  # apps that are read again after a while, whatever happens

    async def run(self) -> None:
        """Read every folder, and again whenever refs move or somebody asks, until cancelled.

        Raises:
            UsageError: The webhook cannot be listened for.
        """
        async with self._reading(), self._listening(), asyncio.TaskGroup() as tasks:
            for source in self._sources:
                polling = source.polling
                followed = (
                    self._follow(source, tasks)
                    if polling is None
                    else self._poll(source, polling, tasks)
                )
                tasks.create_task(followed, name=f"repository {source.path}")
            while True:
                spec, source = self._by_app[await self._asked.get()]
                self._pulls.ring(each.chart for each in source.apps)
                if source.polling is not None:
                    source.polling.pace.ask_soon()
                elif source.layouts:
                    tasks.create_task(self._read_all(source, tasks))
                else:
                    tasks.create_task(self._read_these([spec], source, tasks))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self._reader.close()  # threads that wait for it go on, and the program can end
            self._charts.close()
            self._repositories.close()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        if self._webhook is None:
            yield
            return
        from core.sources.listening import Listener  # noqa: PLC0415 - a server of HTTP, seldom wanted

        polled = {one.path: one.polling for one in self._sources if one.polling is not None}
        listener = Listener(self._webhook, polled, lambda path: polled[path].pace.ask_soon())
        await listener.start()
        try:
            yield
        finally:
            await listener.stop()

    def look_again(self, app: str) -> None:
        """Read one app's folder soon; nothing comes of it when its commit was read already."""
        self._asked.put_nowait(app)

    async def proved(self, app: str, since: str) -> Proved:
        """Ask Git afresh for one app, and read its files twice without what was kept.

        Raises:
            ProductError: Nobody can tell.
        """
        spec, source = self._by_app[app]
        if source.polling is not None:
            problem = (await source.polling.asked()).get(app)
            if problem is not None:
                return Proved(app, "", Blocked(Guard.SOURCE_KNOWN, problem.words))
        async with source.busy:
            return await asyncio.to_thread(source.folders.proved, spec, since)

    def _is_used(self, chart: Chart) -> bool:
        return any(spec.chart == chart for source in self._sources for spec in source.apps)

    async def _read_chart(self, chart: Chart, tasks: asyncio.TaskGroup) -> None:
        for spec, source in tuple(self._by_app.values()):
            here = source.polling is None or source.polling.has_answered()
            if here and spec.chart == chart and spec in source.apps:
                await self._read_these([spec], source, tasks)

    async def _poll(self, source: _Source, polling: Polling, tasks: asyncio.TaskGroup) -> None:
        if not self._once and polling.has_answered():
            await self._read_all(source, tasks)  # it stands from the start
        while True:
            await self._hear(source, polling, await polling.fetched(), tasks)
            await (polling.pace.rung() if self._once else polling.pace.rest())

    async def _hear(
        self, source: _Source, polling: Polling, told: Told, tasks: asyncio.TaskGroup
    ) -> None:
        """Read what came; where none came, what was read before stays, with the reason."""
        here = polling.has_answered()
        if here:
            await self._look(source, tasks)
        for layout in () if here else source.layouts:
            self._put(LayoutRead(layout.name, None, told.problem_of(layout.revision, source.path)))
        problems = polling.problems(told)
        for name in source.lost - problems.keys():
            source.folders.forget(name)  # read anew, which ends the problem
        wanted = [
            spec
            for spec in source.apps
            if here and (spec.name not in problems or not source.folders.has_read(spec.name))
        ]
        await self._read_each(wanted, source, tasks)
        for spec in source.apps:
            problem = problems.get(spec.name)
            if problem is None:
                source.lost.discard(spec.name)
                self._put(SourceSeen(spec.name))
            elif not here or source.folders.has_read(spec.name):
                source.lost.add(spec.name)
                self._put(SourceLost(spec.name, problem))
        tasks.create_task(self._read_histories(source))

    async def _follow(self, source: _Source, tasks: asyncio.TaskGroup) -> None:
        began = float("-inf")
        while True:
            await self._read_all(source, tasks)
            if self._once:
                return
            broke_young = self._clock.monotonic() - began < LOOK_AGAIN_S
            if broke_young or self._repositories.held(source.path) is None:
                began = float("-inf")
                await self._clock.sleep(LOOK_AGAIN_S)
            else:
                began = self._clock.monotonic()
                await self._watch(source, tasks)

    async def _watch(self, source: _Source, tasks: asyncio.TaskGroup) -> None:
        """Read whenever refs move, until that cannot be seen any more."""
        repository = self._repositories.held(source.path)
        assert repository is not None
        try:
            async with aclosing(repository.changes()) as changes:
                async for _ in changes:
                    await self._read_all(source, tasks)
        except UnavailableError:
            self._repositories.forget(source.path)

    async def _read_all(self, source: _Source, tasks: asyncio.TaskGroup) -> None:
        await self._look(source, tasks)
        await self._read_these(source.apps, source, tasks)

    async def _look(self, source: _Source, tasks: asyncio.TaskGroup) -> None:
        """See which apps layouts stand for now, before any of them is read."""
        for layout in source.layouts:
            async with source.busy:
                try:
                    found = await asyncio.to_thread(self._matches.found, layout)
                except ProductError as error:
                    self._put(LayoutRead(layout.name, None, problem_of(error)))
                    continue
                self._put(LayoutRead(layout.name, found.now, found.problem))
                for spec in found.came:
                    self._by_app[spec.name] = spec, source
                gone = {spec.name for spec in found.gone}
                source.hold((*(a for a in source.apps if a.name not in gone), *found.came))
            if found.gone and not self._once:
                tasks.create_task(self._read_later(layout.name, LOOK_AGAIN_S))
        charts = [spec.chart for spec in source.apps]
        await self._pulls.once(charts) if self._once else self._pulls.follow(charts, tasks)

    async def _read_these(
        self, specs: Iterable[AppSpec], source: _Source, tasks: asyncio.TaskGroup
    ) -> None:
        await self._read_each(specs, source, tasks)
        tasks.create_task(self._read_histories(source))

    async def _read_each(
        self, specs: Iterable[AppSpec], source: _Source, tasks: asyncio.TaskGroup
    ) -> None:
        left, heads = deque(specs), dict[str, Commit]()
        while left:
            async with source.busy:
                some = await asyncio.to_thread(source.folders.read_some, left, heads)
            for spec, found in some:
                self._tell(spec, found, source, tasks)

    def _tell(self, spec: AppSpec, found: Found, source: _Source, tasks: asyncio.TaskGroup) -> None:
        if isinstance(found, ProductError):
            problem = problem_of(found)
            self._put(SourceLost(spec.name, problem, guard_of(found)))
            if problem.retry_after_s is not None and not self._once:
                tasks.create_task(self._read_later(spec.name, problem.retry_after_s))
            return
        doubt = source.folders.doubt(spec.name)
        if found is not None:
            self._put(found)
            if doubt is not None:
                self._put(SourceLost(spec.name, doubt))
            if not self._once:
                source.unwalked[spec.name] = spec, found.revision.id
        if doubt is not None and doubt.retry_after_s is not None and not self._once:
            tasks.create_task(self._read_later(spec.name, doubt.retry_after_s))
        if source.folders.is_closed(spec.name) and not self._once:
            tasks.create_task(self._read_later(spec.name, AGAIN_S))

    async def _read_later(self, app: str, after_s: float) -> None:
        """Read a folder after a while, although no ref may have moved."""
        if app not in self._resting:
            self._resting.add(app)
            await self._clock.sleep(after_s)
            self._resting.discard(app)
            self.look_again(app)

    async def _read_histories(self, source: _Source) -> None:
        """Walk once for all apps that were read while the last walk went on."""
        async with source.walking:
            wanted, source.unwalked = tuple(source.unwalked.values()), {}
            found = source.histories.read(wanted) if wanted else iter(())
            while (told := await asyncio.to_thread(_next, found)) is not None:
                for one in told:
                    self._put(one)


def _next(found: Iterator[list[HistoryRead]]) -> list[HistoryRead] | None:
    try:
        return next(found, None)
    except ProductError:
        return None  # the folders themselves were read; their history is only for looking at


def _grouped(
    apps: Iterable[AppSpec],
    layouts: tuple[Layout, ...],
    repositories: Repositories,
    makers: Makers,
    clock: Clock,
    *,
    once: bool,
) -> list[_Source]:
    """Put the apps of one repository together: it is watched once, and read by one thread."""
    by_path: dict[str, list[AppSpec]] = {}
    for spec in apps:
        by_path.setdefault(spec.repo, []).append(spec)
    for layout in layouts:
        by_path.setdefault(layout.spec.repo, [])
    sources: list[_Source] = []
    for path, specs in by_path.items():
        here = tuple(layout for layout in layouts if layout.spec.repo == path)
        patience_s = DEADLINE_S if once else PATIENCE_S
        folders = Folders(path, repositories, *makers, patience_s=patience_s, clock=clock)
        source = _Source(path, repositories, folders, clock, here)
        source.hold(specs)
        sources.append(source)
    return sources
