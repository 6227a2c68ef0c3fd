"""Measure the loop on a real API server: `python -m tests.bench [--objects 500]`.

Prints one table; every peer is measured in the same run, so that ratios hold on any machine.
"""

import argparse
import os
import shutil
import statistics
import time
from collections.abc import Callable
from typing import Any

from core.git import commit_files
from tests.bench.world import AUTHOR, MERGE_PATCH, World, world
from tests.controller import Controller

ROUNDS = 60
KUBECTL_MAX = 2_000  # objects; client-side `kubectl diff` takes 46 ms an object
IDLE_S = 15.0
SETTLE_S = 5.0  # judging what was listed goes on for a moment


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=500)
    count = parser.parse_args().objects
    with world(count) as made:
        rows = [*_commands(made), *_loop(made)]
    print(f"{count} objects, {os.cpu_count()} cores, real kube-apiserver on the same machine\n")
    width = max(len(name) for name, _ in rows)
    for name, figure in rows:
        print(f"{name:<{width}}  {figure}")


def _commands(made: World) -> list[tuple[str, str]]:
    nothing_s = made.timed(made.command("sync", "--yes"))
    diff_s = statistics.median(made.timed(made.command("diff")) for _ in range(3))
    rows = [
        ("from nothing to applied and in sync (sync --yes)", f"{nothing_s:.2f} s"),
        ("cold start to every verdict (diff, unchanged)", f"{diff_s:.2f} s"),
    ]
    kubectl = shutil.which("kubectl")
    if kubectl is None or made.count > KUBECTL_MAX:
        return rows
    plain = [kubectl, "diff", "-R", "-f", str(made.files)]
    server = [*plain, "--server-side", "--force-conflicts", "--concurrency=8"]
    for name, command in (("kubectl diff", plain), ("kubectl diff --server-side", server)):
        took_s = made.timed(command, codes=(0, 1))
        rows.append((f"{name}", f"{took_s:.2f} s   ratio to driftdeck diff {took_s / diff_s:.1f}"))
    return rows


def _loop(made: World) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    with Controller(made.command("--headless"), made.environment()) as watcher:
        ready_s = watcher.wait(_event("cluster_synced")) - watcher.began
        rows.append(("headless: start to cluster_synced", f"{ready_s:.2f} s"))
        time.sleep(SETTLE_S)
        before = len(made.server.audit_events())
        cpu_s = watcher.cpu_s()
        time.sleep(IDLE_S)
        asked = _requests(made, before)
        rows.append((f"requests for unchanged objects in {IDLE_S:.0f} s", f"{asked}"))
        rows.append(("idle CPU", f"{(watcher.cpu_s() - cpu_s) / IDLE_S * 100:.1f} %"))
        rows.append(("every verdict again after an unrelated commit", _again(made, watcher)))
        took = _drift(made, watcher, "drift_detected", start=0)
        rows.append(("API write to drift_detected", took))
    made.timed(made.command("sync", "--yes"))
    with Controller(made.command("--headless", "--autoheal"), made.environment()) as healer:
        healer.wait(_event("cluster_synced"))
        rows.append(("API write to healed", _drift(made, healer, "healed", start=ROUNDS)))
        now, peak = healer.memory_mb()
        rows.append(("memory, headless", f"{now:.0f} MB now, {peak:.0f} MB at its peak"))
    return rows


def _again(made: World, watcher: Controller) -> str:
    """Let a commit come that changes no manifest: everything is looked at, nothing is asked."""
    before, cpu_s = len(made.server.audit_events()), watcher.cpu_s()
    began = time.perf_counter()
    commit_files(
        made.repo, {"NOTES.md": b"nothing"}, author=AUTHOR, message="notes", when=time.time()
    )
    took_s = watcher.wait(_event("source_updated")) - began
    time.sleep(1.0)  # what follows the event belongs to it
    used_s = watcher.cpu_s() - cpu_s
    return f"{took_s:.2f} s, {used_s:.2f} s CPU, {_requests(made, before)} requests"


def _requests(made: World, before: int) -> int:
    events = made.server.audit_events()[before:]
    return sum(event["user"].get("username") == "driftdeck" for event in events)


def _event(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda line: line["event"] == name


def _drift(made: World, controller: Controller, event: str, *, start: int) -> str:
    """Scale one Deployment after the other as another user; how long until *event*."""
    client = made.server.client("alice")
    numbers = [n for n in range(made.count - 10) if n % 10 in {2, 5, 8}][start : start + ROUNDS]
    took_ms = []
    for number in numbers:
        namespace, name = f"bench-{number % 10}", f"object-{number}"
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale?fieldManager=kubectl"
        began = time.perf_counter()
        client.call("PATCH", path, {"spec": {"replicas": 7}}, content_type=MERGE_PATCH)
        at = controller.wait(
            lambda line, name=name: line["event"] == event and line["object"]["name"] == name  # type: ignore[misc]
        )
        took_ms.append((at - began) * 1000)
    took_ms.sort()
    p95 = took_ms[int(len(took_ms) * 0.95) - 1]
    return f"p50 {statistics.median(took_ms):.0f} ms, p95 {p95:.0f} ms ({len(took_ms)} writes)"


if __name__ == "__main__":
    main()
