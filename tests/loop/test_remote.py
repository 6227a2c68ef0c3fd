"""Typed commands and the controller on a repository of another machine."""

import json
import os
import secrets
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.git import Repositories
from core.settings.reading import Flags, read_settings
from core.sources.histories import Histories
from tests import commands
from tests.apiserver.ports import ReservedPort
from tests.apiserver.waiting import eventually
from tests.core.git.sample import Sample
from tests.githost.https import HttpsHost
from tests.loop.clusters import BOTH, Place, either_place, run
from tests.loop.test_loop import of

SETTINGS = """\
repositories:
  - {url: "%(base)s", token_file: token, ca_file: githost-ca.pem, poll: 5s}
apps:
  - {name: shop, repo: "%(url)s", revision: main, path: shop, namespace: %(namespace)s}
"""


class World:
    """A server of Git, one bare repository there, a cluster, and settings for both."""

    def __init__(self, place: Place, host: HttpsHost, namespace: str) -> None:
        self.place, self.host, self.namespace = place, host, namespace
        self.sample = Sample(host.folder / "config.git", bare=True)
        self.state(1)

    def state(self, value: int, *, branch: str = "main") -> str:
        """Commit what the map shall hold."""
        text = f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: m}}, data: {{a: '{value}'}}}}"
        return self.sample.commit({"shop/m.yaml": text.encode()}, f"a is {value}", branch=branch)

    def live(self) -> str:
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/m"
        answer = self.place.client.call("GET", path)
        return str(answer.json()["data"]["a"]) if answer.status == 200 else ""


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    namespace = f"remote-{secrets.token_hex(4)}"
    with either_place(request, tmp_path) as place, HttpsHost(tmp_path / "served") as host:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        assert place.client.call("POST", "/api/v1/namespaces", body).status == 201
        (tmp_path / "token").write_text(host.token)
        url = host.url("config.git")
        named = {"base": host.url("")[:-1], "url": url, "namespace": namespace}
        (tmp_path / "driftdeck.yaml").write_text(SETTINGS % named)
        yield World(place, host, namespace)


def test_a_command_reads_what_the_server_has_now(world: World) -> None:
    assert run(world.place, "sync", "--yes").returncode == 0
    assert world.live() == "1"
    second = world.state(2)
    done = run(world.place, "diff", "-o", "json")
    assert done.returncode == 1, done.stderr
    (app,) = json.loads(done.stdout)["apps"]
    assert (app["revision"], app["repo"]) == (second, world.host.url("config.git"))
    (found,) = json.loads(done.stdout)["objects"]
    assert (found["cause"], found["changes"][0]["origin"]["commit"]) == ("git_ahead", second)


def test_a_branch_of_the_server_is_compared_with_the_cluster_before_its_merge(
    world: World,
) -> None:
    assert run(world.place, "sync", "--yes").returncode == 0
    world.sample.git("branch", "feature")
    second = world.state(2, branch="feature")
    done = run(world.place, "diff", "--revision", "feature", "-o", "markdown")
    assert done.returncode == 1, done.stderr
    assert "<summary><code>ConfigMap" in done.stdout
    (row,) = (line for line in done.stdout.splitlines() if line.startswith("| <code>data.a<"))
    assert row.startswith('| <code>data.a</code> | <code>"1"</code> | <code>"2"</code> |')
    assert second[:7] in row
    assert run(world.place, "diff").returncode == 0


def test_a_command_says_that_the_server_is_away_and_what_stands_meanwhile(world: World) -> None:
    assert run(world.place, "sync", "--yes").returncode == 0
    world.host.stop()
    done = run(world.place, "diff")
    assert done.returncode == 3
    assert "Connection refused; what was fetched last stays in force" in done.stderr


def test_a_push_is_followed_and_drift_is_healed_while_the_server_is_away(world: World) -> None:
    with world.place.controller("--autoheal") as controller:
        controller.take(of("synced"), within_s=60)
        assert eventually(lambda: world.live() == "1", within_s=60)
        second = world.state(2)
        controller.take(of("source_updated", revision=second), within_s=60)
        assert eventually(lambda: world.live() == "2", within_s=60)
        world.host.stop()
        controller.take(of("source_unavailable"), within_s=60)
        path = f"/api/v1/namespaces/{world.namespace}/configmaps/m?fieldManager=kubectl-edit"
        merge = "application/merge-patch+json"
        world.place.client.call("PATCH", path, {"data": {"a": "9"}}, content_type=merge)
        controller.take(of("healed", kind="ConfigMap"), within_s=60)
        assert world.live() == "2"
        third = world.state(3)
        world.host.start()
        controller.take(of("source_updated", revision=third), within_s=60)
        assert eventually(lambda: world.live() == "3", within_s=60)
    # What was fetched stands when the program starts again while the server is away.
    world.host.stop()
    with world.place.controller("--autoheal") as controller:
        controller.take(of("source_updated", revision=third), within_s=60)
        controller.take(of("source_unavailable"), within_s=60)


RECIPE = next(
    block.partition("```")[0]
    for block in (commands.ROOT / "core" / "cli" / "guide.md").read_text().split("```sh\n")
    if "$TAG" in block
)
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.0
"""


def piped(world: World, hook: str, tag: str) -> None:
    """Run in a pipeline what the guide says."""
    shown = b64encode(f"git:{world.host.token}".encode()).decode()
    settings = {
        "http.extraHeader": f"Authorization: Basic {shown}",
        "http.sslCAInfo": str(world.host.ca_file),
    }
    numbered = list(enumerate(settings.items()))
    who = {"NAME": "CI", "EMAIL": "ci@example"}
    environment = {
        **{name: os.environ[name] for name in ("PATH",) if name in os.environ},
        **{f"GIT_{role}_{key}": who[key] for role in ("AUTHOR", "COMMITTER") for key in who},
        **{f"GIT_CONFIG_KEY_{number}": name for number, (name, _) in numbered},
        **{f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in numbered},
        "GIT_CONFIG_COUNT": str(len(settings)),
        "CONFIG": world.host.url("config.git"),
        "TAG": tag,
        "HOOK": hook,
        "SECRET": "s3cret",
    }
    folder = world.place.folder / f"pipeline-{tag}"
    folder.mkdir()
    command = ["/bin/sh", "-e", "-c", RECIPE]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S603, PLW1510
    assert done.returncode == 0, done.stderr


def image(world: World) -> str:
    """What runs in the cluster."""
    path = f"/apis/apps/v1/namespaces/{world.namespace}/deployments/web"
    answer = world.place.client.call("GET", path)
    if answer.status != 200:
        return ""
    (container,) = answer.json()["spec"]["template"]["spec"]["containers"]
    return str(container["image"]).rpartition(":")[2]


def history(world: World) -> list[tuple[str, str]]:
    """What the commits pane has of the app: authors and subjects."""
    settings = read_settings(Flags(config=str(world.place.folder / "driftdeck.yaml")), Path.cwd())
    (app,) = settings.apps
    repositories = Repositories(settings.remotes, world.place.environment())
    head = repositories.opened(app.repo).resolve(app.revision).id
    (told,) = Histories(app.repo, repositories).read([(app, head)])
    return [(commit.author, commit.subject) for commit in told[0].commits]


def test_a_tag_that_ci_commits_is_followed_at_once_named_and_rolled_back(world: World) -> None:
    world.sample.commit({"shop/web.yaml": WEB.encode()}, "web 1.0")
    settings = world.place.folder / "driftdeck.yaml"
    (world.place.folder / "secret").write_text("s3cret")
    with ReservedPort() as port:
        hook = f"webhook: {{listen: '127.0.0.1:{port.number}', secret_file: secret}}\n"
        settings.write_text(hook + settings.read_text().replace("poll: 5s", "poll: 1h"))
        with world.place.controller("--autoheal") as controller:
            controller.take(of("synced"), within_s=60)
            assert eventually(lambda: image(world) == "1.0", within_s=60)
            piped(world, f"http://127.0.0.1:{port.number}/", "1.1")
            second = world.sample.git("rev-parse", "main").strip()
            _, line = controller.take(of("source_updated", revision=second), within_s=60)
            assert line["message"] == "web 1.1"
            assert eventually(lambda: image(world) == "1.1", within_s=60)
            assert history(world)[0] == ("CI <ci@example>", "web 1.1")
            assert run(world.place, "revert", second, "--yes").returncode == 0
            assert eventually(lambda: image(world) == "1.0", within_s=60)
            assert history(world)[0] == ("Robin <robin@example>", 'Revert "web 1.1"')


def test_a_revert_is_pushed_and_what_it_restates_is_applied(world: World) -> None:
    world.state(1)
    assert run(world.place, "sync", "--yes").returncode == 0
    second = world.state(2)
    assert run(world.place, "sync", "--yes").returncode == 0
    shown = run(world.place, "revert", second, "--dry-run")
    assert f"is pushed to main of {world.host.url('config.git')}" in shown.stdout
    done = run(world.place, "revert", second, "--yes")
    assert done.returncode == 0, done.stderr
    assert world.live() == "1"
    subjects = world.sample.git("log", "--format=%s %an").splitlines()
    assert subjects[0].startswith('Revert "a is 2"')
    assert subjects[0].endswith("Robin")


def test_a_revert_that_the_server_refuses_changes_nothing_anywhere(world: World) -> None:
    assert run(world.place, "sync", "--yes").returncode == 0
    second = world.state(2)
    assert run(world.place, "sync", "--yes").returncode == 0
    hook = world.sample.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    done = run(world.place, "revert", second, "--yes")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "pre-receive hook declined" in done.stdout + done.stderr
    assert "Warning" not in done.stderr
    assert world.live() == "2"
    assert world.sample.git("rev-parse", "main").strip() == second
    assert run(world.place, "diff").returncode == 0


def test_an_address_on_the_command_line_needs_no_settings(world: World) -> None:
    world.host.token = ""
    words = ["diff", "--repo", world.host.url("config.git"), "--path", "shop"]
    place = world.place
    done = commands.run(
        *words,
        *("-n", world.namespace, "-o", "json"),
        environment={**place.environment(), "SSL_CERT_FILE": str(world.host.ca_file)},
        folder=world.host.folder,
    )
    assert done.returncode == 1, done.stderr
    (app,) = json.loads(done.stdout)["apps"]
    assert (app["name"], app["counts"]["missing"]) == ("shop", 1)
