"""No value of a Secret comes out of the program, on whatever way (safety.md section 11)."""

import asyncio
import base64
import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.engine import connect
from core.settings.reading import Flags, read_settings
from tests.apiserver.definitions import define
from tests.controller import Controller
from tests.loop.canaries import WORD, base64_of, canary, leaks
from tests.loop.clusters import MERGE_PATCH, Place, real_place, run, sandbox_place
from tests.loop.test_loop import commit, of
from tests.loop.test_telemetry import read
from tui.app import DriftApp
from tui.options import TerminalOptions

REFUSALS = frozenset({"heal_failed", "sync_failed"})
GROUP = "canary.example.com"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"appsecrets.{GROUP}"},
    "spec": {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {"plural": "appsecrets", "singular": "appsecret", "kind": "AppSecret"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "data": TEXTS,
                            "stringData": TEXTS,
                        },
                    }
                },
            }
        ],
    },
}


class World:
    """A namespace full of canaries, and everything that the program said about it."""

    def __init__(self, place: Place, namespace: str) -> None:
        self.place, self.namespace = place, namespace
        self.said: dict[str, str] = {}

    def secret(self, name: str, **fields: Any) -> dict[str, Any]:
        metadata = {"name": name, "namespace": self.namespace}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **fields}

    def custom(self, **fields: Any) -> dict[str, Any]:
        named = {"apiVersion": f"{GROUP}/v1", "kind": "AppSecret"}
        return self.secret("custom", **fields) | named

    def git(self, message: str, **objects: Any) -> None:
        files = {f"app/{name}.json": json.dumps(found).encode() for name, found in objects.items()}
        commit(self.place.repo, files, message, init=not self.place.repo.exists())

    def patch(self, path: str, body: dict[str, Any], *, manager: str = "kubectl-edit") -> None:
        whole = f"{path}?fieldManager={manager}"
        answer = self.place.client.call("PATCH", whole, body, content_type=MERGE_PATCH)
        assert answer.status == 200, answer.body

    @property
    def secrets(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/secrets"

    @property
    def customs(self) -> str:
        return f"/apis/{GROUP}/v1/namespaces/{self.namespace}/appsecrets"

    def ran(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = run(self.place, *words)
        self.said[f"{len(self.said)} {' '.join(words)}"] = done.stdout + done.stderr
        return done

    def drift(self) -> None:
        """Everything that a person can do to a value, beside what Git changed."""
        self.patch(
            f"{self.secrets}/creds", {"data": {"a": base64_of("live"), "mine": base64_of("added")}}
        )
        self.patch(f"{self.customs}/custom", {"data": {"a": canary("live"), "b": canary("added")}})
        if shutil.which("kubectl"):
            applied = self.secret(
                "creds", data={"a": base64_of("x")}, stringData={"k": canary("k")}
            )
            done = subprocess.run(
                ["kubectl", "apply", "-f", "-"],  # noqa: S607 - the user's own kubectl is the point
                input=json.dumps(applied),
                env=dict(self.place.environment()),
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr
            live = self.place.client.call("GET", f"{self.secrets}/creds").json()
            assert WORD in json.dumps(live["metadata"]["annotations"])

    def state(self) -> None:
        """Take note of every file the program left, and of what it wrote into the cluster."""
        for path in sorted((self.place.folder / "state").rglob("*")):
            if path.is_file():
                self.said[str(path)] = path.read_bytes().decode(errors="replace")
        found = self.place.client.call("GET", "/api/v1/configmaps").json()
        ours = [one for one in found["items"] if one["metadata"]["name"].startswith("driftdeck-")]
        assert ours
        self.said["inventory"] = json.dumps(ours)


@pytest.fixture(params=["sandbox", pytest.param("real", marks=pytest.mark.real)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    namespace = f"canary-{secrets.token_hex(5)}"
    (tmp_path / "driftdeck.yaml").write_text(
        f"apps:\n  - {{name: app, repo: repo, path: app, namespace: {namespace}}}\n"
    )
    made = (
        sandbox_place(tmp_path)
        if request.param == "sandbox"
        else real_place(tmp_path, request.getfixturevalue("real_server"))
    )
    with made as place:
        client = place.client
        define(client, DEFINITION)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        assert client.call("POST", "/api/v1/namespaces", body).status == 201
        yield World(place, namespace)


@pytest.mark.parametrize(
    "text",
    [
        canary("x"),
        json.dumps({"a": canary("x")}),
        canary("x").encode().hex().upper(),
        f"{WORD[:3]}\n    {WORD[3:]}",
        *(base64.b64encode(b"\0" * n + canary("x").encode()).decode() for n in range(3)),
        base64.b64encode(base64_of("x").encode()).decode(),
        base64.b64encode(json.dumps({"data": {"a": base64_of("x")}}).encode()).decode(),
    ],
)
def test_a_canary_is_found_in_every_form(text: str) -> None:
    assert leaks({"here": f"some {text} more"})


def stated(world: World) -> None:
    """What Git says at first."""
    text = {"b": canary("b"), "gone": canary("gone")}
    world.git(
        "Everything",
        creds=world.secret("creds", data={"a": base64_of("a")}, stringData=text),
        custom=world.custom(data={"a": canary("a")}, stringData=text),
    )


def test_no_command_says_what_a_secret_holds(world: World) -> None:
    stated(world)
    world.ran("diff")
    world.ran("sync", "--dry-run")
    assert world.ran("sync", "--yes").returncode == 0
    assert world.ran("diff", "--all").returncode == 0
    world.drift()
    world.git("Dropped", creds=world.secret("creds", stringData={"b": canary("new")}))
    outputs = (("diff",), ("diff", "--all"), ("diff", "-o", "json"), ("diff", "-o", "diff"))
    for words in (*outputs, ("sync", "--dry-run")):
        world.ran(*words)
    report = json.loads(world.ran("diff", "-o", "json", "--all").stdout)
    changed = {change["path"] for found in report["objects"] for change in found["changes"]}
    assert {"data.a", "data.b", "data.mine", "data.gone"} <= changed
    world.ran("sync", "--yes")
    world.state()
    assert leaks(world.said) == {}


def test_no_refusal_says_what_a_secret_holds(world: World) -> None:
    stated(world)
    assert world.ran("sync", "--yes").returncode == 0
    config = base64_of("config")
    world.git(
        "Refused",
        custom=world.custom(data={"a": [canary("list")], "b": {"c": canary("map")}}),
        creds=world.secret("creds", type="example.com/other", data={"a": base64_of("a")}),
        docker=world.secret(
            "docker", type="kubernetes.io/dockerconfigjson", data={".dockerconfigjson": config}
        ),
        key=world.secret("key", data={f"{'x' * 300}": base64_of("long")}),
    )
    world.ran("diff")
    world.ran("diff", "-o", "json", "--all")
    world.ran("sync", "--dry-run")
    assert world.ran("sync", "--yes").returncode != 0
    commit(
        world.place.repo,
        {
            "app/bad.json": json.dumps(world.secret("bad", data={"a": canary("raw")})).encode(),
            "app/odd.yaml": f"kind: Secret\ndata:\n  a: *{WORD}\n".encode(),
        },
        "Unreadable",
    )
    assert world.ran("diff").returncode == 5
    world.ran("diff", "-o", "json", "--all")
    world.state()
    assert leaks(world.said) == {}


def both(controller: Controller, event: str) -> None:
    """Wait until that was said of either object, whichever comes first."""
    left = {"Secret", "AppSecret"}
    while left:
        _, line = controller.take(of(event), within_s=60)
        left.discard(line["object"]["kind"])


def test_no_line_of_the_controller_says_what_a_secret_holds(world: World) -> None:
    stated(world)
    with world.place.controller("--autoheal", "--listen", "127.0.0.1:0") as controller:
        both(controller, "synced")
        world.drift()
        both(controller, "healed")
        world.git("Dropped", custom=world.custom(data={"a": canary("other")}))
        controller.take(of("synced", kind="AppSecret"), within_s=60)
        wrong = {"a": [canary("list")]}
        named = {"metadata": {"name": "new", "namespace": world.namespace}}
        new = world.custom(data=wrong) | named  # no dry-run stands before its creation
        world.git("Refused", custom=world.custom(data=wrong), new=new)
        _, refused = controller.take(lambda line: line["event"] in REFUSALS, within_s=60)
        assert refused["object"]["kind"] == "AppSecret"
        port = controller.port()
        for path in ("/metrics", "/readyz?verbose"):
            world.said[path] = read(port, path)
    world.said["stdout"] = json.dumps(controller.seen)
    world.said["stderr"] = "".join(controller.errors)
    world.state()
    assert leaks(world.said) == {}


async def test_no_screen_says_what_a_secret_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated(world)
    await asyncio.to_thread(world.ran, "sync", "--yes")
    await asyncio.to_thread(world.drift)
    world.git(
        "Dropped",
        creds=world.secret("creds", stringData={"b": canary("new")}),
        custom=world.custom(data={"a": [canary("list")]}),
    )
    for name, value in world.place.environment().items():
        monkeypatch.setenv(name, value)
    settings = read_settings(Flags(config="driftdeck.yaml"), world.place.folder)
    app = DriftApp(
        lambda: connect(settings.apps, settings.clusters),
        options=TerminalOptions(write=True),
    )
    async with app.run_test(size=(120, 50)) as pilot:
        await _whole(app, pilot)
        for place in range(8):
            for key in ("w", "r", "s", "escape", "r", "3", "t", "escape", "2", "j"):
                await pilot.press(key)
                await pilot.pause(0.05)
                compositor = app.screen._compositor  # noqa: SLF001 - what is really painted
                painted = "\n".join(strip.text for strip in compositor.render_strips())
                world.said[f"screen {place} {key}"] = painted
        snapshot = app.desk.view.snapshot
        world.said["snapshot"] = repr((snapshot.rows, snapshot.events, snapshot.answers))
    assert any("sha256" in text or "secret" in text for text in world.said.values())
    assert leaks(world.said) == {}


async def _whole(app: DriftApp, pilot: Pilot[None]) -> None:
    async with asyncio.timeout(60):
        while not (app.desk.view.snapshot.complete and app.desk.view.snapshot.apps):
            await pilot.pause(0.05)


def test_equal_values_have_equal_hashes_in_one_run_and_others_in_the_next(world: World) -> None:
    stated(world)
    assert world.ran("sync", "--yes").returncode == 0
    same = {"data": {"a": base64_of("one"), "mine": base64_of("one")}}
    world.patch(f"{world.secrets}/creds", same)
    runs = []
    for _ in range(2):
        (found,) = json.loads(world.ran("diff", "-o", "json").stdout)["objects"]
        runs.append({change["path"]: change for change in found["changes"]})
    for changes in runs:
        assert changes["data.a"]["live"] == changes["data.mine"]["live"]
        assert changes["data.a"]["live"] != changes["data.a"]["git"]
        assert len(changes["data.a"]["live"]["sha256"]) == 12
    assert runs[0]["data.a"]["live"] != runs[1]["data.a"]["live"]
