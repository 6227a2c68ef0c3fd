"""Measure disaster recovery: `python -m tests.bench.recovery [--shops 20]`.

Everything that a cluster had, on an empty kube-apiserver: a definition, namespaces, roles, quotas,
workloads, custom resources, a webhook that refuses them, and an app that depends on another.  One
`driftdeck sync`, beside `kubectl apply -R` again and again until nothing of it is refused.  There
is no pod here to answer for the webhook: for kubectl it may be passed over, or its loop has no end.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from core.git import commit_files
from tests import commands
from tests.apiserver import binaries
from tests.apiserver.server import ApiServer
from tests.recovery.estate import files, settings

ROUNDS_MAX = 3


def main() -> None:
    """Recover twice, each time on a server of its own, and print how long it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.recovery", description=__doc__)
    parser.add_argument("--shops", type=int, default=20)
    shops = parser.parse_args().shops
    print(f"{len(files(shops))} objects, {os.cpu_count()} cores, an empty kube-apiserver each\n")
    ours_s = _driftdeck(shops)
    print(f"{'driftdeck sync --yes, to in sync by driftdeck diff':60}{ours_s:8.1f} s", flush=True)
    for policy in ("Ignore", "Fail"):
        rounds, theirs_s, refused = _kubectl(shops, policy)
        how = f"kubectl apply, {rounds} times, the webhook's failurePolicy {policy}"
        left = f", {refused} objects still refused" if refused else ""
        print(f"{how:60}{theirs_s:8.1f} s{left}", flush=True)


def _driftdeck(shops: int) -> float:
    with tempfile.TemporaryDirectory(prefix="driftdeck-bench-") as name, ApiServer() as server:
        folder = Path(name)
        commit_files(
            folder / "repo",
            files(shops),
            author="Bench <bench@localhost>",
            message="everything",
            when=time.time(),
            init=True,
        )
        (folder / "driftdeck.yaml").write_text(settings("repo"))
        environment = {
            **os.environ,
            "KUBECONFIG": str(server.kubeconfig("driftdeck")),
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONPATH": str(commands.ROOT),
        }
        began = time.perf_counter()
        for words in (("sync", "--yes"), ("diff",)):
            done = _run([sys.executable, "-m", "tui", *words], environment, folder)
            if done.returncode:
                raise SystemExit(f"{words} exited {done.returncode}:\n{done.stdout}{done.stderr}")
        return time.perf_counter() - began


def _kubectl(shops: int, policy: str) -> tuple[int, float, int]:
    """Apply until all is applied; return how often, how long, and what is still refused."""
    kubectl = str(binaries.binary("kubectl"))
    with tempfile.TemporaryDirectory(prefix="driftdeck-bench-") as name, ApiServer() as server:
        folder = Path(name)
        for path, blob in files(shops, policy=policy).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(blob)
        environment = {**os.environ, "KUBECONFIG": str(server.kubeconfig("driftdeck"))}
        command = [kubectl, "apply", "--server-side", "-R", "-f", "."]
        began, refused = time.perf_counter(), 1
        for number in range(1, ROUNDS_MAX + 1):
            done = _run(command, environment, folder)
            refused = sum(bool(line) for line in done.stderr.splitlines())
            if not done.returncode:
                return number, time.perf_counter() - began, 0
        return ROUNDS_MAX, time.perf_counter() - began, refused


def _run(
    command: list[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    main()
