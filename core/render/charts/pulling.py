"""Charts as they are here: what was pulled last stays in force while its repository is away."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from core.errors import ProductError, UnavailableError, UsageError
from core.git.remotes.credentials import credential_of
from core.git.remotes.workers import BrokenOffError, Worker, Workers
from core.model import Problem, Remedy, problem_of
from core.model.sources.charts import Chart
from core.render.charts.exchange import FILES_MAX, STORED_MAX, Asked, Pulled, Told
from core.render.keeping.store import Store
from core.state_folder import cache_folder

DEADLINE_S: Final = 120.0
_MODULE: Final = "core.render.charts.child"
_FILES: Final = msgspec.msgpack.Decoder(dict[str, bytes])


class Held(NamedTuple):
    """A chart that is here."""

    pulled: Pulled
    files: Mapping[str, bytes]  # by path inside its folder


class Charts:
    """The charts that apps name.  Threads may share it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Ask nobody yet; *environment* says where this user's cache is."""
        self._environment, self._workers = environment, Workers(environment, _MODULE)
        base = cache_folder(environment)
        self._folder = None if base is None else base / "charts"
        self._held: dict[Chart, Held | None] = {}
        self._problems: dict[Chart, Problem | None] = {}
        self._lock = Lock()

    def held(self, chart: Chart) -> Held | None:
        """Return a chart as it was pulled last, be it by an earlier run; None: never."""
        with self._lock:
            if chart not in self._held:
                self._held[chart] = self._kept(chart)
            return self._held[chart]

    def digest(self, chart: Chart | None) -> str:
        """Return what tells a chart as it is here from what it was; "" for none."""
        held = None if chart is None else self.held(chart)
        return "" if held is None else held.pulled.digest

    def problem(self, chart: Chart | None) -> Problem | None:
        """Return why it may be old; None: its repository was asked, or was not asked yet."""
        return None if chart is None else self._problems.get(chart)

    def is_known(self, chart: Chart) -> bool:
        """Tell whether it is here, or its repository said in this run why it is not."""
        return chart in self._problems or self.held(chart) is not None

    def pulling(self, chart: Chart) -> "Pulling":
        """Return what asks the repository of a chart once."""
        return Pulling(self, chart, self._workers)

    def asked(self, chart: Chart) -> Asked:
        """Return what is asked for a chart.  Blocks.

        Raises:
            ProductError: There is nothing to show to its repository, or nowhere to keep it.
        """
        if self._folder is None:
            raise UsageError(f"there is no folder to keep {chart} in; set HOME or XDG_CACHE_HOME")
        shown = credential_of(chart.remote, self._environment)
        held = self.held(chart)
        known = None if held is None else held.pulled
        return Asked(
            chart=chart,
            folder=str(self._folder),
            username=shown.username,
            token=shown.token,
            known=known,
        )

    def take(self, chart: Chart, told: Told) -> bool:
        """Keep what was told of a chart; True if something changed by it."""
        before = self.held(chart), self.problem(chart)
        problem, pulled = told.problem, told.pulled
        held = before[0]
        if pulled is not None and (held is None or held.pulled.digest != pulled.digest):
            held = self._files_of(pulled)
            if held is None:
                problem = Problem(Remedy.WAIT, f"{chart}: what was pulled could not be kept here")
        elif pulled is not None and held is not None:
            held = held._replace(pulled=pulled)
        if problem is not None and held is not None:
            was = f"{held.pulled.version}, pulled at {held.pulled.at}, stays in force"
            problem = replace(problem, words=f"{problem.words}; {was}")
        with self._lock:
            self._held[chart], self._problems[chart] = held, problem
        if held is not None and (before[0] is None or before[0].pulled != held.pulled):
            self._store().put(_name(chart), msgspec.msgpack.encode(held.pulled))
        return (held and held.pulled.digest, problem) != (
            before[0] and before[0].pulled.digest,
            before[1],
        )

    def close(self) -> None:
        """End the processes that wait for the next look."""
        self._workers.close()

    def _kept(self, chart: Chart) -> Held | None:
        content = None if self._folder is None else self._store().get(_name(chart))
        try:
            pulled = None if content is None else msgspec.msgpack.decode(content, type=Pulled)
        except msgspec.MsgspecError:
            return None
        return None if pulled is None else self._files_of(pulled)

    def _files_of(self, pulled: Pulled) -> Held | None:
        content = self._store().get(pulled.digest)
        try:
            return None if content is None else Held(pulled, _FILES.decode(content))
        except msgspec.MsgspecError:
            return None

    def _store(self) -> Store:
        assert self._folder is not None
        return Store(self._folder, files_max=FILES_MAX, bytes_max=STORED_MAX)


class Pulling:
    """One look at the repository of a chart.  `end` may come at any time, from any thread."""

    def __init__(self, charts: Charts, chart: Chart, workers: Workers) -> None:
        """Start nothing yet."""
        self._charts, self._chart, self._workers = charts, chart, workers
        self._worker: Worker | None = None
        self._ended = False
        self._lock = Lock()

    def run(self, *, deadline_s: float = DEADLINE_S) -> bool:
        """Look once; True if something changed by it.  Blocks, for at most *deadline_s*."""
        try:
            told = self._told(self._charts.asked(self._chart), deadline_s)
        except ProductError as error:
            told = Told(problem=problem_of(error))
        return self._charts.take(self._chart, told)

    def end(self) -> None:
        """End it early, with whatever was started for it."""
        with self._lock:
            self._ended = True
            if self._worker is not None:
                self._worker.kill()

    def _told(self, asked: Asked, deadline_s: float) -> Told:
        with self._lock:
            if self._ended:
                raise UnavailableError(f"{self._chart} was not asked for, the program ends")
            worker = self._worker = self._workers.take()
        try:
            answer = worker.ask(msgspec.json.encode(asked), deadline_s=deadline_s)
            told = msgspec.json.decode(answer, type=Told)
        except BrokenOffError as error:
            told = Told(problem=problem_of(UnavailableError(f"{self._chart}: {error}")))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            told = Told(problem=problem_of(UnavailableError(f"{self._chart}: it told nonsense")))
        with self._lock:
            self._worker = None
        if told.problem is not None or self._ended:
            worker.close()
        else:
            self._workers.give(worker)
        return told


def _name(chart: Chart) -> str:
    asked = repr((str(chart), str(chart.remote.address), chart.version))
    return hashlib.sha256(asked.encode()).hexdigest() + ".of"
