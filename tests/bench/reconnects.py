"""Measure what a reconnect leaves behind: `python -m tests.bench.reconnects [--rounds 300]`.

An engine in a process of its own, with clients and watches over TLS, reaches a real API server
through a forwarder that cuts every connection and refuses new ones for a moment, again and again.
Pauses are shortened, so that minutes do what takes an hour otherwise.  Prints the memory of each
quarter of the rounds and the ratio of the last to the first: flat is 1.0.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from core.clock import Clock
from core.engine import connect
from core.garbage import collect_rarely
from core.model import AppSpec, ClusterSpec
from tests.bench.world import World, world
from tests.controller import resident_mb

ROUND_S = 0.4
REFUSED_S = 0.05
PATIENCE_S = 30.0
WARM_UP = 10  # rounds; caches fill
SHORTENED = 50  # pauses are so many times shorter


class Forwarder:
    """A TCP forwarder that can cut everything."""

    def __init__(self, host: str, port: int) -> None:
        """Forward to this address, once `serve` runs."""
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self.port = 0
        self.accepted = 0

    async def serve(self, ready: threading.Event) -> None:
        """Accept until cancelled."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        self.accepted += 1
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        pair = {writer, there_writer}
        self._writers |= pair
        await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        self._writers -= pair

    async def cut(self) -> None:
        """End every connection, and refuse new ones for a moment."""
        self._refusing = True
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(REFUSED_S)
        self._refusing = False


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@contextmanager
def forwarding(host: str, port: int) -> Iterator[tuple[Forwarder, asyncio.AbstractEventLoop]]:
    """Run a forwarder in a thread."""
    forwarder, ready, loop = Forwarder(host, port), threading.Event(), asyncio.new_event_loop()
    task = loop.create_task(forwarder.serve(ready))
    thread = threading.Thread(target=_until_cancelled, args=(loop, task), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield forwarder, loop
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(5)


def _until_cancelled(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))


def main() -> None:
    """Measure and print; or be the engine that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--objects", type=int, default=300)
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.engine:
        asyncio.run(_engine(given.engine))
        return
    with world(given.objects) as made:
        made.timed(made.command("sync", "--yes"))
        used = _measured(made, given.rounds)
    quarter = len(used) // 4
    quarters = [statistics.median(used[at * quarter : (at + 1) * quarter]) for at in range(4)]
    print(f"{given.rounds} reconnects, {given.objects} objects")
    print("memory by quarter:", "  ".join(f"{each:.1f} MB" for each in quarters))
    print(f"last quarter to first: {quarters[-1] / quarters[0]:.3f}")


def _measured(made: World, rounds: int) -> list[float]:
    """Cut the engine off so often; return its memory after each round."""
    config = yaml.safe_load(Path(made.environment()["KUBECONFIG"]).read_text())
    (cluster,) = config["clusters"]
    host, _, port = cluster["cluster"]["server"].removeprefix("https://").partition(":")
    with forwarding(host, int(port)) as (forwarder, loop):
        cluster["cluster"]["server"] = f"https://{host}:{forwarder.port}"
        path = made.folder / "forwarded"
        path.write_text(yaml.safe_dump(config))
        command = [sys.executable, "-m", "tests.bench.reconnects", "--engine", str(made.repo)]
        environment = {**made.environment(), "KUBECONFIG": str(path)}
        process = subprocess.Popen(command, env=environment)  # noqa: S603 - ourselves
        try:
            time.sleep(8)
            return list(_rounds(forwarder, loop, process.pid, rounds))[WARM_UP:]
        finally:
            process.terminate()
            process.wait(10)


def _rounds(
    forwarder: Forwarder, loop: asyncio.AbstractEventLoop, pid: int, rounds: int
) -> Iterator[float]:
    for number in range(rounds + WARM_UP):
        before = forwarder.accepted
        asyncio.run_coroutine_threadsafe(forwarder.cut(), loop).result(10)
        until = time.monotonic() + PATIENCE_S
        while forwarder.accepted == before:
            if time.monotonic() > until:
                raise SystemExit(f"round {number}: it did not come back within {PATIENCE_S:.0f} s")
            time.sleep(0.01)
        time.sleep(ROUND_S)
        yield resident_mb(pid)


async def _engine(repo: str) -> None:
    """Follow and heal for ever, with pauses that are shortened."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / SHORTENED if seconds <= 60.0 else seconds)

    collect_rarely()  # as the program does
    app = AppSpec(name="bench", repo=repo, revision="main", path="", cluster="here")
    clusters = (ClusterSpec(name="here"),)
    await connect((app,), clusters, healing=True, clock=Clock(sleep=sleep)).run()


if __name__ == "__main__":
    main()
