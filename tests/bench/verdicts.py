"""Measure verdicts: `python -m tests.bench.verdicts [--objects 10000] [--sizes 1000 5000]`.

Local verdicts inside one process, confirmed ones on a running engine, and `driftdeck diff` in turn
with kubectl's two forms, in one run and on one server, so that ratios hold on any machine.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from core.compare import judge
from core.engine import Engine, connect
from core.git import commit_files
from core.model import AppSpec, ClusterSpec, Key
from core.reconcile.memory.effects import Confirm
from core.reconcile.memory.inputs import Tick
from core.reconcile.memory.state import State
from core.reconcile.memory.tables import Map
from core.reconcile.step import step
from tests.bench.world import AUTHOR, MERGE_PATCH, NAMESPACES, World, manifests, text_of, world
from tests.controller import Controller

SUSPECTS = 1_000
ROUNDS = 5
WRITERS = 8
TURNS = 3
CLIENT_SIDE_MAX = 1_000  # objects: beyond that client-side `kubectl diff` takes minutes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000, help="for local verdicts")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 5_000], help="for diff")
    parser.add_argument("--only", choices=["local", "confirmed", "diff"])
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, real kube-apiserver on the same machine\n")
    if asked.only in {None, "local"}:
        with world(asked.objects) as made:
            made.timed(made.command("sync", "--yes"))
            _print(f"{asked.objects} objects, local", asyncio.run(_local(made)))
    if asked.only in {None, "confirmed"}:
        with world(2 * SUSPECTS + NAMESPACES) as made:
            made.timed(made.command("sync", "--yes"))
            _print(f"{SUSPECTS} suspects at once, engine running", [*_confirmed(made)])
    for size in asked.sizes if asked.only in {None, "diff"} else ():
        with world(size) as made:
            made.timed(made.command("sync", "--yes"))
            _print(f"{size} objects, unchanged", [*_diffs(made)])
            _change(made, range(size // 10))
            _print(f"{size} objects, 10 % drifted", [*_diffs(made)])


def _print(title: str, rows: list[tuple[str, str]]) -> None:
    print(title)
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        print(f"  {name:<{width}}  {figure}")
    print(flush=True)


# Local verdicts, in this process ------------------------------------------------------------------


async def _local(made: World) -> list[tuple[str, str]]:
    """Run an engine here until all is judged; then measure on what it knows."""
    app = AppSpec(name="bench", repo=str(made.repo), revision="main", path="", cluster="here")
    cluster = ClusterSpec(name="here", kubeconfig=str(made.server.kubeconfig("driftdeck")))
    engine = connect((app,), (cluster,))
    running = asyncio.create_task(engine.run())
    try:
        async for snapshot in engine.snapshots():
            if snapshot.complete:
                break
        state = engine._state  # noqa: SLF001 - a benchmark may look inside
        rows = [*_judged(state), *_again(state)]
        rows.append(("after a commit that changes no object", await _commit(made, engine, {})))
        files = _labelled(made, range(made.count))
        rows.append(
            ("after a commit that changes every object", await _commit(made, engine, files))
        )
    finally:
        running.cancel()
    return rows


def _judged(state: State) -> Iterator[tuple[str, str]]:
    """The judge alone, on every object."""
    app, cluster = state.apps["bench"], state.clusters["here"]
    pairs = []
    for ref, desired in app.desired.items():
        kind = cluster.kinds[desired.kind]
        assert kind.objects is not None
        pairs.append((desired, kind.objects[ref], kind.schema))
    took_s = _cpu_s(lambda: [judge(*pair) for pair in pairs])
    each_us = took_s / len(pairs) * 1e6
    yield "judge alone", f"{len(pairs) / took_s:,.0f} verdicts/s, {each_us:.0f} us CPU each"


def _again(state: State) -> Iterator[tuple[str, str]]:
    """Every row again where nothing changed: the engine's own path, without its waiting."""
    keys = tuple(sorted(state.rows))
    queued: Map[Key, None] = Map((key, None) for key in keys)
    dirty = replace(state, queues={"bench": (keys,)}, queued=queued)
    asked = 0

    def settle() -> None:
        nonlocal asked
        now = dirty
        while any(now.queues.values()):
            now, effects = step(now, Tick(), now=time.time())
            asked += sum(isinstance(effect, Confirm) for effect in effects)

    each_us = _cpu_s(settle) / len(state.rows) * 1e6
    yield "an unchanged object again", f"{each_us:.0f} us CPU each, {asked} requests"


async def _commit(made: World, engine: Engine, files: dict[str, bytes]) -> str:
    """Commit; how long until every object was judged by it, here and then by the server."""
    before = engine._state  # noqa: SLF001
    changed = {key for key in before.rows if key.ref.kind != "Namespace"} if files else set()
    old = {key: before.rows[key].stamp for key in changed}
    files = files or {"NOTES.md": f"{time.time()}".encode()}
    commit = await asyncio.to_thread(_staged, made, files)
    began, cpu_s, judged = time.perf_counter(), time.process_time(), ""
    _ref(made, "main").write_text(commit)
    async for snapshot in engine.snapshots():
        if snapshot.apps[0].revision == before.apps["bench"].source.revision:  # type: ignore[union-attr]
            continue
        rows = snapshot.rows
        if not judged and not any(rows[key].stamp == stamp for key, stamp in old.items()):
            took_s, used_s = time.perf_counter() - began, time.process_time() - cpu_s
            judged = f"{took_s:.2f} s, {used_s:.2f} s CPU"
        if judged and snapshot.complete:
            break
    return f"{judged}; the server's word after {time.perf_counter() - began:.2f} s"


def _staged(made: World, files: dict[str, bytes]) -> str:
    """Write a commit that nobody follows yet: a checkout of 10,000 files takes seconds."""
    _ref(made, "next").write_bytes(_ref(made, "main").read_bytes())
    return commit_files(
        made.repo, files, author=AUTHOR, message="a change", when=time.time(), branch="next"
    )


def _ref(made: World, branch: str) -> Path:
    return made.repo / ".git" / "refs" / "heads" / branch


def _cpu_s(work: Callable[[], object]) -> float:
    """The median of several rounds, in seconds of this process."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return statistics.median(took)


# Confirmed verdicts, by a running engine ----------------------------------------------------------


def _confirmed(made: World) -> Iterator[tuple[str, str]]:
    with Controller(made.command("--headless"), made.environment()) as watcher:
        watcher.wait(lambda line: line["event"] == "cluster_synced")
        files = _labelled(made, range(SUSPECTS))
        commit = _staged(made, files)
        cpu_s = watcher.cpu_s()
        _ref(made, "main").write_text(commit)
        began = watcher.wait(lambda line: line["event"] == "source_updated")
        yield "by a commit, from its event to the last word", _rate(watcher, began, SUSPECTS, cpu_s)
        numbers = range(SUSPECTS, 2 * SUSPECTS)
        cpu_s, began = watcher.cpu_s(), time.perf_counter()
        _change(made, numbers)
        took_s = time.perf_counter() - began
        yield "by another client, from its first write on", _rate(watcher, began, SUSPECTS, cpu_s)
        yield "the same client's own writes", f"{took_s:.2f} s: {SUSPECTS / took_s:.0f}/s"


def _labelled(made: World, numbers: range) -> dict[str, bytes]:
    """Files in which these objects have another label."""
    stated = manifests(made.count)
    wanted = {f"object-{number}" for number in numbers}
    chosen = {path: value for path, value in stated.items() if value["metadata"]["name"] in wanted}
    for value in chosen.values():
        value["metadata"]["labels"]["team"] = "changed"
    return {path: text_of(value) for path, value in chosen.items()}


def _change(made: World, numbers: range) -> None:
    """Change a label of these objects, as another client with many connections would."""
    stated = {value["metadata"]["name"]: value for value in manifests(made.count).values()}
    client = made.server.client("alice")
    body = {"metadata": {"labels": {"team": "mine"}}}

    def change(number: int) -> None:
        value = stated[f"object-{number}"]
        group = "apis/apps/v1" if value["kind"] == "Deployment" else "api/v1"
        place = f"/{group}/namespaces/{value['metadata']['namespace']}/{value['kind'].lower()}s"
        path = f"{place}/object-{number}?fieldManager=kubectl-label"
        answer = client.call("PATCH", path, body, content_type=MERGE_PATCH)
        assert answer.status == HTTPStatus.OK, answer.body

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(change, numbers))


def _rate(watcher: Controller, began: float, count: int, cpu_s: float) -> str:
    for _ in range(count):
        at = watcher.wait(lambda line: line["event"] == "drift_detected")
    took_s = at - began
    used_s = watcher.cpu_s() - cpu_s
    return f"{count} in {took_s:.2f} s: {count / took_s:.0f}/s, {used_s:.2f} s CPU"


# `driftdeck diff` and its peers -------------------------------------------------------------------


def _diffs(made: World) -> Iterator[tuple[str, str]]:
    """Each in turn, and the median of each, so that a busy moment hits all alike."""
    commands = {"driftdeck diff": made.command("diff")}
    kubectl = shutil.which("kubectl")
    if kubectl is not None:
        plain = [kubectl, "diff", "-R", "-f", str(made.files)]
        server = [*plain, "--server-side", "--force-conflicts", "--concurrency=8"]
        commands["kubectl diff --server-side --concurrency=8"] = server
        if made.count <= CLIENT_SIDE_MAX:
            commands["kubectl diff"] = plain
    took: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(TURNS):
        for name, command in commands.items():
            if number == 0 or name != "kubectl diff":  # most of a minute
                took[name].append(made.timed(command, codes=(0, 1)))
    ours_s = statistics.median(took["driftdeck diff"])
    for name, times in took.items():
        middle_s = statistics.median(times)
        ratio = f"{middle_s / ours_s:.1f} times as long" if middle_s is not ours_s else ""
        yield name, f"{middle_s:.2f} s  {ratio}"


if __name__ == "__main__":
    main()
