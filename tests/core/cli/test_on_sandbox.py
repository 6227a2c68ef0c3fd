"""The commands against the embedded server and the sample repository, as a visitor uses them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from core.cli.commands.demo import first_sync
from core.cli.ending import exit_code_of
from core.cli.program import chosen_job
from core.cli.signals import run_coroutine
from core.demo.colleague import DEEDS, Colleague, order
from core.demo.sample import MONITORING, SHOP, history
from core.demo.world import BRANCH, DemoWorld
from core.git import commit_files
from core.sandbox import SandboxThread

SETTINGS = f"""\
clusters:
  demo: {{audit_log: audit.log}}
apps:
  - {{name: shop, repo: config, revision: {BRANCH}, path: {SHOP}, namespace: shop,
     inventory_namespace: default}}
  - {{name: monitoring, repo: config, revision: {BRANCH}, path: {MONITORING},
     namespace: monitoring, inventory_namespace: default}}
"""
WEB = f"{SHOP}/web.yaml"


_WAITING = "driftdeck: waiting: "


@dataclass
class World:
    """A synced demo world, with the newest commit of the sample not applied yet."""

    server: SandboxThread
    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Run driftdeck in this process; return exit code, stdout and stderr.

        That a machine which does more than this makes it wait is left out.
        """
        self.capsys.readouterr()
        code = exit_code_of(lambda: _job(arguments))
        out, err = self.capsys.readouterr()
        told = (each for each in err.splitlines(keepends=True) if _WAITING not in each)
        return code, out, "".join(told)

    def document(self, *arguments: str) -> Mapping[str, Any]:
        _, out, _ = self("diff", "-o", "json", *arguments)
        document: Mapping[str, Any] = json.loads(out)
        return document

    def commit(self, **files: bytes | None) -> str:
        contents = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
        return commit_files(
            self.folder / "config",
            {f"apps/{path}": text for path, text in contents.items()},
            author="Tom Okafor <tom@shop.example>",
            message="Change it",
            when=time.time(),
            branch=BRANCH,
        )

    def become(self, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
        own = self.folder / f"as-{user}"
        own.mkdir(exist_ok=True)
        monkeypatch.setenv("KUBECONFIG", str(self.server.kubeconfig(own, user)))

    def deeds(self) -> list[str]:
        """Let the colleague do everything once, and return what she did."""
        told: list[str] = []

        async def one_round() -> int:
            colleague = Colleague(self.server.url, self.server.tokens["alice"], period_s=0)
            await colleague.work(rounds=1, told=told.append)
            return 0

        assert run_coroutine(one_round()) == 0
        return told


def _job(arguments: Sequence[str]) -> int:
    return chosen_job(arguments)(None)


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS)
    with SandboxThread(audit_log=tmp_path / "audit.log") as server:
        demo = DemoWorld(tmp_path, server, time.time())
        monkeypatch.setenv("KUBECONFIG", demo.cluster.kubeconfig)
        assert run_coroutine(first_sync(demo)) == 0
        yield World(server, tmp_path, capsys)


def test_only_the_newest_commit_is_not_applied_at_first(world: World) -> None:
    code, out, err = world("diff")
    assert (code, err) == (1, "")
    assert "ConfigMap shop/shop: drifted, Git moved on, not applied yet" in out
    assert re.search(r"Tom Okafor, \d+m ago", out)
    assert ": Let carts live for two hours" in out
    (changed,) = world.document()["objects"]
    assert [change["path"] for change in changed["changes"]] == ['data["cart.lifetime"]']
    assert world("diff", "monitoring")[0] == 0


def test_every_deed_of_the_colleague_is_accepted_and_seen(world: World) -> None:
    told = world.deeds()
    assert told == [DEEDS[place].words for place in order(0, len(DEEDS))]
    objects = {f"{o['kind']}/{o['name']}": o for o in world.document()["objects"]}
    assert {name: o["verdict"] for name, o in objects.items()} == {
        "ConfigMap/shop": "drifted",
        "Deployment/web": "drifted",
        "Deployment/cart": "drifted",
        "Service/cart": "missing",
        "CronJob/remove-abandoned-carts": "drifted",
        "ConfigMap/alerts": "drifted",
        "Deployment/grafana": "drifted",
        "Service/grafana": "missing",
    }
    changes = {change["path"]: change for change in objects["Deployment/web"]["changes"]}
    scaled = changes["spec.replicas"]
    assert (scaled["live"], scaled["git"]) == (5, 3)
    assert (scaled["actor"]["manager"], scaled["actor"]["subresource"]) == ("kubectl", "scale")
    assert (scaled["origin"]["file"], scaled["origin"]["line"]) == (WEB, 8)
    assert scaled["origin"]["subject"] == "Run three webs before the sale"
    assert (scaled["actor"]["user"], scaled["actor"]["confidence"]) == ("alice", "audit")
    gone = objects["Service/cart"]["actor"]
    assert (gone["user"], gone["manager"], gone["verb"]) == ("alice", "kubectl", "delete")


def test_the_report_says_who_did_it(world: World) -> None:
    world.deeds()
    out = world("diff", "shop")[1]
    assert re.search(r"live  5  alice, \d+[sm] ago \(.*\), kubectl scale \(audit\)", out), out
    assert re.search(r"deleted by alice, \d+[sm] ago \(.*\), kubectl delete \(audit\)", out), out


def test_a_unified_diff_is_what_a_sync_would_change(world: World) -> None:
    world.deeds()
    code, out, err = world("diff", "-o", "diff")
    assert (code, err) == (1, "")
    assert "--- LIVE/shop.apps.v1.Deployment.shop.web\n" in out
    assert "-  replicas: 5\n+  replicas: 3\n" in out
    assert "+++ MERGED/shop.v1.Service.shop.cart\n@@ -0,0 +1,10 @@\n+apiVersion: v1\n" in out
    assert "generation" not in "".join(line for line in out.splitlines() if line[:1] in "+-")
    assert world("sync", "--yes")[0] == 0
    assert world("diff", "-o", "diff") == (0, "", "")


def test_a_program_of_the_users_shows_it_instead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", "false -u")  # it ends with 1
    assert world("diff", "shop", "-o", "diff") == (1, "", "")
    monkeypatch.setenv("KUBECTL_EXTERNAL_DIFF", "no-such-program")
    assert world("diff", "monitoring", "-o", "diff") == (0, "", "")  # nothing to show
    code, out, err = world("diff", "shop", "-o", "diff")
    assert (code, out) == (2, "")
    assert "KUBECTL_EXTERNAL_DIFF: no-such-program cannot be started" in err


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="NOT PROVEN: no kubectl")
def test_a_unified_diff_reads_as_that_of_kubectl(world: World) -> None:
    assert world("sync", "--yes")[0] == 0
    world.deeds()
    written = f"{world.folder}/web.yaml"
    Path(written).write_bytes(dict(history()[-2].files)[WEB])
    done = subprocess.run(  # noqa: S603 - fixed words, our own test
        ["kubectl", "diff", "--server-side", "--force-conflicts", "-n", "shop", "-f", written],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    theirs = re.sub(r"/tmp\S*/(LIVE|MERGED)-\d+/(\S+)(\t.*)?", r"\1/\2", done.stdout)  # noqa: S108
    ours = world("diff", "shop", "-o", "diff")[1]
    start = ours.index("diff -u -N LIVE/apps.v1.Deployment.shop.web")
    end = ours.index("diff -u -N", start + 1)
    generation = re.compile(r"-  generation: \d+\n\+  generation: \d+\n")
    assert _changed(generation.sub("", theirs)) == _changed(ours[start:end])


def _changed(text: str) -> list[str]:
    return [line for line in text.splitlines() if line[:1] in "+-d"]


def test_a_dry_run_changes_nothing_and_a_sync_mends_what_the_plan_said(world: World) -> None:
    code, out, _ = world("sync", "shop", "--dry-run")
    assert code == 0
    assert "apply ConfigMap shop/shop" in out
    assert world("diff")[0] == 1
    assert world("sync", "shop")[0] == 2  # nobody to ask
    assert world("diff")[0] == 1
    code, out, _ = world("sync", "shop", "--yes")
    assert (code, out.splitlines()[-1]) == (0, "1 of 1 done")
    assert world("diff")[0] == 0
    assert world("sync", "--yes")[:2] == (0, "nothing to do\n")


def test_a_revert_makes_a_commit_and_the_cluster_follows(world: World) -> None:
    assert world("sync", "--yes")[0] == 0
    newest = world.document()["apps"][0]["revision"]
    code, out, _ = world("revert", newest, "--app", "shop", "--dry-run")
    assert code == 0
    assert "+  cart.lifetime: 30m" in out
    assert world.document()["apps"][0]["revision"] == newest
    code, out, _ = world("revert", newest, "--app", "shop", "--yes")
    assert code == 0
    made = world.document()["apps"][0]["revision"]
    assert f"committed {made} on {BRANCH}" in out
    assert world("diff")[0] == 0


def test_a_revert_of_several_apps_asks_which(world: World) -> None:
    code, _, err = world("revert", "HEAD", "--yes")
    assert code == 2
    assert "say which with --app: shop, monitoring" in err


def test_a_commit_that_is_none_cannot_be_reverted(world: World) -> None:
    code, _, err = world("revert", "no-such-commit", "--app", "shop", "--yes")
    assert code in {2, 5}
    assert "no-such-commit" in err


def test_a_broken_file_is_5_and_the_rest_is_still_compared(world: World) -> None:
    world.commit(shop__broken=b"kind: [\n")
    code, out, err = world("diff")
    assert code == 5
    assert f"{SHOP}/broken.yaml:" in err
    assert "ConfigMap shop/shop: drifted" in out
    document = world.document()
    assert document["complete"] is False
    assert [app["problem"] is None for app in document["apps"]] == [False, True]


def test_a_wrong_object_is_unknown_with_its_line_and_its_neighbours_are_compared(
    world: World,
) -> None:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: shop}\n"
    wrong = head.replace("}", ", labels: {a: %s}}") % ("wrong", "x" * 64)
    world.commit(shop__more="---\n".join([head % "right", wrong, head % "last"]).encode())
    code, out, _ = world("diff", "shop")
    assert code == 5
    assert f"git-unreadable: {SHOP}/more.yaml:7: [SIZE]" in " ".join(out.split())
    verdicts = {one["name"]: one["verdict"] for one in world.document()["objects"]}
    assert [verdicts[name] for name in ("right", "wrong", "last")] == [
        "missing",
        "unknown",
        "missing",
    ]


def test_a_file_that_is_no_manifest_leaves_the_exit_code_alone(world: World) -> None:
    before = world("diff", "shop")[0]
    world.commit(shop__values=b"replicas: 2\n")
    code, out, _ = world("diff", "shop", "--all")
    assert code == before
    assert f"1 file is no manifest: {SHOP}/values.yaml" in " ".join(out.split())


def test_a_folder_that_is_not_there_is_told(world: World) -> None:
    code, out, err = world("diff", "--app", "shop", "--path", "apps/none")
    assert code in {2, 5}
    assert "apps/none" in err
    assert "no objects" in out


def test_a_user_without_rights_is_4(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.become("nobody", monkeypatch)
    code, _, err = world("diff")
    assert code == 4
    assert "forbidden" in err


def test_a_reader_sees_drift_and_cannot_sync(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.become("viewer", monkeypatch)
    assert world("diff")[0] == 1
    code, out, _ = world("sync", "--yes")
    assert code == 4
    assert "ConfigMap shop/shop" in out


def test_a_server_that_is_gone_is_3(world: World) -> None:
    world.server.stop()
    code, _, err = world("diff", "shop")
    assert code == 3
    assert "app shop" in err


def test_an_unknown_context_is_2(world: World) -> None:
    code, _, err = world("diff", "shop", "--context", "nowhere")
    assert code == 2
    assert "nowhere" in err


@pytest.fixture
def controller(world: World) -> Iterator[subprocess.Popen[str]]:
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", "from core.cli import main; main()", "--headless", "--autoheal"],
        cwd=world.folder,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield process
        process.kill()


def awaited(stream: IO[str], event: str, name: str) -> Mapping[str, Any]:
    for line in stream:
        told: Mapping[str, Any] = json.loads(line)
        if told["event"] == event and (not name or (told["object"] or {}).get("name") == name):
            return told
    raise AssertionError(f"{event} of {name} never came")


def test_the_controller_heals_and_stops_when_asked(
    world: World, controller: subprocess.Popen[str]
) -> None:
    assert controller.stdout is not None
    awaited(controller.stdout, "started", "")
    awaited(controller.stdout, "synced", "shop")  # the newest commit
    world.deeds()
    healed = awaited(controller.stdout, "healed", "alerts")
    assert healed["changes"]
    controller.send_signal(signal.SIGTERM)
    awaited(controller.stdout, "stopped", "")
    assert controller.stdout.read() == ""
    assert controller.wait() == 143


def test_the_controller_ends_quietly_when_nobody_reads(
    world: World, controller: subprocess.Popen[str]
) -> None:
    assert controller.stdout is not None
    awaited(controller.stdout, "cluster_synced", "")
    controller.stdout.close()
    world.deeds()
    assert controller.wait() == 141


def test_a_report_tells_what_was_done_and_what_differs_now(world: World) -> None:
    world.deeds()
    assert world("sync", "shop", "--yes")[0] == 0
    code, out, err = world("report", "--since", "1h")
    assert (code, err) == (0, "")
    now, done = out.split("## What was done from here")
    assert "Deployment shop/web" not in now
    assert "Deployment monitoring/grafana</code>: drifted" in now
    assert "Deployment shop/web on demo</code>: sync, done" in done
    assert "<code>spec.replicas</code> | <code>5</code> | <code>3</code> | <code>alice" in done
    document = json.loads(world("report", "monitoring", "-o", "json")[1])
    assert {each["app"] for each in document["diff"]["objects"]} == {"monitoring"}
    assert document["journal"] == []


def test_a_sync_of_one_field_leaves_what_else_differs(world: World) -> None:
    world.deeds()
    code, out, err = world("sync", "shop", "deploy/web", "--field", "spec.replicas", "--yes")
    assert (code, err) == (0, "")
    assert "left alone: spec.template.spec.containers[name=web].image by kubectl" in out
    assert out.endswith("1 of 1 done\n")
    objects = {f"{o['kind']}/{o['name']}": o for o in world.document("shop")["objects"]}
    left = {change["path"] for change in objects["Deployment/web"]["changes"]}
    assert left == {"spec.template.spec.containers[name=web].image"}
    assert objects["Deployment/cart"]["verdict"] == "drifted"
    code, out, err = world("sync", "shop", "deploy/web", "svc/cart", "--yes")
    assert (code, err) == (0, "")
    assert out.endswith("2 of 2 done\n")
    code, out, err = world("sync", "shop", "deploy/none")
    assert (code, out) == (2, "")
    assert "deploy/none: no such object" in err
