"""KUBECONFIG with several files: who writes, and how that is told."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.git import commit_files
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.loop.clusters import run, sandbox_place
from tests.loop.stage import ADA, Stage
from tests.tui.test_pty import Terminal

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: '1'}\n"
SKELETON = 'apiVersion: v1\nkind: Config\nclusters: null\nusers: null\ncurrent-context: ""\n'


@pytest.fixture
def stage(real_server: ApiServer, real_namespace: str, tmp_path: Path) -> Stage:
    made = Stage(real_server, real_namespace, tmp_path)
    made.git(web=MAP)
    made.place()
    return made


def config(stage: Stage, context: str, user: str, *, current: bool = True) -> Path:
    """One file of one context, whose user is called `u-CONTEXT`."""
    found = yaml.safe_load(stage.server.kubeconfig(user).read_text())
    (named,) = found["users"]
    token = named["user"]
    whole = {
        "clusters": [{"name": context, "cluster": found["clusters"][0]["cluster"]}],
        "users": [{"name": f"u-{context}", "user": token}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": f"u-{context}"}}],
        "current-context": context if current else "",
    }
    path = stage.folder / context
    path.write_text(json.dumps(whole))
    return path


def run_with(
    stage: Stage, *words: str, kubeconfigs: list[Path]
) -> subprocess.CompletedProcess[str]:
    several = os.pathsep.join(map(str, kubeconfigs))
    return run(stage.place(), *words, timeout_s=100, KUBECONFIG=several)


def writers(stage: Stage) -> set[str]:
    """Who wrote there, once the log has it: that comes a moment after the answer."""

    def logged() -> set[str]:
        return {
            event["user"]["username"]
            for event in stage.server.audit_events()
            if event["verb"] in {"create", "update", "patch"}
            and event.get("objectRef", {}).get("namespace") == stage.namespace
            and "dryRun" not in event["requestURI"]
        }

    return eventually(logged, within_s=60)


@pytest.mark.real
def test_a_sync_writes_as_the_user_of_the_first_current_context_and_says_so(stage: Stage) -> None:
    skeleton = stage.folder / "skeleton"
    skeleton.write_text(SKELETON)
    files = [
        stage.folder / "absent",
        skeleton,
        config(stage, "staging", "driftdeck"),
        config(stage, "other", "nobody", current=False),
        config(stage, "production", "alice"),
    ]
    done = run_with(stage, "sync", "--yes", kubeconfigs=files)
    assert done.returncode == 0, done.stderr
    assert "Plan for cluster staging (user u-staging)\n" in done.stdout
    assert "current" not in done.stdout
    assert writers(stage) == {"driftdeck"}
    report = run_with(stage, "diff", kubeconfigs=files)
    assert report.stdout.startswith("shop on staging (user u-staging)\n")
    found = json.loads(run_with(stage, "diff", "-o", "json", "--all", kubeconfigs=files).stdout)
    for each in (*found["apps"], *found["objects"]):
        assert (each["context"], each["user"]) == ("staging", "u-staging")


def test_the_terminal_shows_the_first_current_context_and_its_user(tmp_path: Path) -> None:
    """Two files: the header names the one that counts, and the preview of a sync does."""
    with sandbox_place(tmp_path) as place:
        whole = yaml.safe_load(place.kubeconfig.read_text())
        for name in ("production", "staging"):
            (tmp_path / name).write_text(yaml.safe_dump(_named(whole, name)))
        app = "{name: shop, repo: repo, namespace: default}"
        (tmp_path / "driftdeck.yaml").write_text(f"apps: [{app}]\n")
        files = {"web.yaml": MAP.encode()}
        commit_files(place.repo, files, author=ADA, message="Web", when=1e9, init=True)
        several = os.pathsep.join(str(tmp_path / name) for name in ("staging", "production"))
        program = (*place.command()[:3], "--config", str(tmp_path / "driftdeck.yaml"), "--write")
        terminal = Terminal(tmp_path, program=program, KUBECONFIG=several)
        terminal.read_until(lambda seen: b"missing" in seen and b"u-staging" in seen)
        os.write(terminal.ours, b"s")
        terminal.read_until(lambda seen: b"staging (user u-staging)" in seen)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
    assert b"production" not in terminal.bytes


def _named(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """A kubeconfig of the sandbox with one context of that name, and one user `u-NAME`."""
    current = next(each for each in whole["contexts"] if each["name"] == whole["current-context"])
    users = [each for each in whole["users"] if each["name"] == current["context"]["user"]]
    context = {**current["context"], "user": f"u-{name}"}
    return {
        **whole,
        "users": [{**users[0], "name": f"u-{name}"}],
        "contexts": [{"name": name, "context": context}],
        "current-context": name,
    }


@pytest.mark.real
def test_a_token_in_the_file_writes_and_not_the_plugin_beside_it(stage: Stage) -> None:
    path = config(stage, "staging", "driftdeck")
    whole = json.loads(path.read_text())
    version = "client.authentication.k8s.io/v1"
    whole["users"][0]["user"]["exec"] = {"apiVersion": version, "command": "./no-such-plugin"}
    path.write_text(json.dumps(whole))
    assert run_with(stage, "sync", "--yes", kubeconfigs=[path]).returncode == 0
    assert writers(stage) == {"driftdeck"}


@pytest.mark.real
def test_extras_of_an_impersonated_user_arrive_as_kubectl_sends_them(stage: Stage) -> None:
    path = config(stage, "staging", "admin")
    whole = json.loads(path.read_text())
    acting = {"as": "carol", "as-groups": ["system:masters"]}
    extra = {"as-user-extra": {"example.org/reason": ["change 12"]}}
    whole["users"][0]["user"] |= acting | extra
    path.write_text(json.dumps(whole))
    done = run_with(stage, "sync", "--yes", kubeconfigs=[path])
    assert done.returncode == 0, done.stderr
    assert "Plan for cluster staging (user u-staging as carol)\n" in done.stdout

    def logged() -> list[Any]:
        return [
            event["impersonatedUser"]
            for event in stage.server.audit_events()
            if event.get("impersonatedUser", {}).get("username") == "carol"
            and event.get("objectRef", {}).get("namespace") == stage.namespace
        ]

    seen = eventually(logged, within_s=60)
    assert seen
    assert all(user["extra"] == {"example.org/reason": ["change 12"]} for user in seen)
