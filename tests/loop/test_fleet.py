"""Several apps and clusters in one settings file, typed at the embedded server."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from core.git import commit_files
from core.model import JsonObject
from core.sandbox import SandboxThread
from tests import commands
from tests.apiserver.client import Client
from tests.apiserver.ports import ReservedPort
from tests.apiserver.waiting import eventually
from tests.controller import Controller
from tests.fleets import estate, story
from tests.fleets.story import NAMES, Server
from tests.loop.clusters import Place, run, sandbox_place
from tests.loop.test_loop import ADA, of


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A repository with two folders."""
    with sandbox_place(tmp_path) as made:
        yield made


def commit(place: Place, **folders: str) -> None:
    """State a ConfigMap of one name in each folder."""
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {a: b}\n"
    files = {
        f"{folder}/map.yaml": head.replace("NAME", name).encode()
        for folder, name in folders.items()
    }
    commit_files(
        place.repo, files, author=ADA, message="Maps", when=time.time(), branch="main", init=True
    )


def settle(place: Place, text: str) -> None:
    (place.folder / "driftdeck.yaml").write_text(text)


def two_names(place: Place, host: str) -> None:
    """Name the server twice, the second time with that host; one app for each."""
    config = yaml.safe_load(place.kubeconfig.read_text())
    (context,) = (each for each in config["contexts"] if "driftdeck" in each["name"])
    named = context["context"]["cluster"]
    (there,) = (each["cluster"] for each in config["clusters"] if each["name"] == named)
    again = {**there, "server": there["server"].replace("127.0.0.1", host)}
    config["clusters"].append({"name": "again", "cluster": again})
    second = {"name": "again", "context": {**context["context"], "cluster": "again"}}
    config["contexts"].append(second)
    place.kubeconfig.write_text(yaml.safe_dump(config))
    settle(
        place,
        f"clusters: {{prod: {{context: {context['name']}}}, lab: {{context: again}}}}\n"
        "apps:\n"
        "  - {name: one, repo: repo, path: one, cluster: prod, namespace: default}\n"
        "  - {name: two, repo: repo, path: two, cluster: lab, namespace: default}\n",
    )


@pytest.mark.parametrize(
    ("host", "told_by"), [("127.0.0.1", "one address"), ("localhost", "one kube-system")]
)
def test_one_server_under_two_names_is_refused_with_both_names(
    place: Place, host: str, told_by: str
) -> None:
    commit(place, one="a", two="b")
    two_names(place, host)
    done = run(place, "sync", "--yes")
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"the clusters prod and lab are one API server ({told_by})" in done.stderr
    assert "create ConfigMap default/a" in done.stdout
    assert "default/b" not in done.stdout


def test_of_one_address_under_two_names_one_is_enough_to_know_the_other(place: Place) -> None:
    commit(place, one="a", two="a")
    two_names(place, "127.0.0.1")
    first = run(place, "sync", "one", "--yes")
    assert "app two states it, too; one of the two must give it up" in first.stdout
    assert first.returncode == 5, first.stdout + first.stderr
    second = run(place, "sync", "two", "--yes")
    assert second.returncode == 2, second.stdout + second.stderr
    assert "name prod in the apps of lab" in second.stderr


def test_what_two_apps_state_is_not_written_though_one_is_named(place: Place) -> None:
    commit(place, one="a", two="a")
    settle(
        place,
        "apps:\n"
        "  - {name: one, repo: repo, path: one, namespace: default}\n"
        "  - {name: two, repo: repo, path: two, namespace: default}\n",
    )
    done = run(place, "sync", "one", "--yes")
    assert "app two states it, too; one of the two must give it up" in done.stdout
    assert done.returncode == 5, done.stdout + done.stderr
    assert "1 missing" in run(place, "diff", "one").stdout


def test_two_folders_of_one_last_name_do_not_share_what_was_applied(place: Place) -> None:
    commit(place, **{"prod/shop": "a", "lab/shop": "b"})
    settings = ["--repo", str(place.repo), "-n", "default"]

    def typed(*words: str) -> str:
        done = commands.run(*words, *settings, environment=place.environment())
        return done.stdout + done.stderr

    assert "1 of 1 done" in typed("sync", "--yes", "--path", "prod/shop")
    said = typed("diff", "--path", "lab/shop")
    assert "extra" not in said
    assert "another name ends that" in said


def test_a_missing_inventory_namespace_is_said_before_anything_is_written(place: Place) -> None:
    commit(place, one="a")
    app = "{name: one, repo: repo, path: one, namespace: default, inventory_namespace: nowhere}"
    settle(place, f"apps: [{app}]\n")
    note = "the inventory cannot be written (the namespace nowhere does not exist)"
    planned = run(place, "sync", "--dry-run")
    assert note in planned.stdout
    done = run(place, "sync", "--yes")
    assert note in done.stdout
    assert "1 of 1 done" in done.stdout
    assert done.returncode == 0


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, Server]]:
    """Three clusters."""
    with ExitStack() as stack:
        made = {}
        for name in NAMES:
            one = stack.enter_context(SandboxThread())
            (tmp_path / name).mkdir()
            kubeconfig = one.kubeconfig(tmp_path / name, "driftdeck")
            client = Client(one.url, None, one.tokens["alice"])
            made[name] = Server(kubeconfig, client, one.stop, None)
        yield made


def test_three_clusters_of_one_repository_get_exactly_their_folders_though_one_goes_away(
    servers: dict[str, Server], tmp_path: Path
) -> None:
    story.tell(servers, tmp_path)


def test_two_clusters_are_compared_by_what_is_live_there(
    servers: dict[str, Server], tmp_path: Path
) -> None:
    maps = "/api/v1/namespaces/default/configmaps"
    named = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}\n"
    files = {
        f"{one}/{name}.yaml": (named % name).encode() for one in ("eu", "us") for name in "abc"
    }
    repo = tmp_path / "repo"
    commit_files(
        repo, files, author=ADA, message="Maps", when=time.time(), branch="main", init=True
    )
    clusters = (f"{name}: {{kubeconfig: {one.kubeconfig}}}" for name, one in servers.items())
    apps = "{layout: '{cluster}', name: 'shop-{cluster}', repo: repo, namespace: default}"
    settings = f"clusters: {{{', '.join(clusters)}}}\napps: [{apps}]\n"
    (tmp_path / "driftdeck.yaml").write_text(settings)
    for where, objects in (("eu", {"a": "1", "b": "1"}), ("us", {"a": "2", "b": "1", "c": "3"})):
        for name, value in objects.items():
            body: JsonObject = {"metadata": {"name": name}, "data": {"v": value}}
            made = servers[where].client.call("POST", maps, body)
            assert made.status == 201
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    def typed(*words: str) -> CompletedProcess[str]:
        file = str(tmp_path / "driftdeck.yaml")
        return commands.run("diff", "--live", *words, "--config", file, environment=environment)

    told = typed("shop-eu", "shop-us")
    assert told.returncode == 1, told.stdout + told.stderr
    assert "ConfigMap default/a: changed" in told.stdout
    assert "ConfigMap default/c: added" in told.stdout
    assert "1 changed, 1 added, 1 the same" in told.stdout
    assert "live in eu" in told.stdout
    (one,) = json.loads(typed("shop-eu", "shop-us", "-o", "json").stdout)["comparisons"]
    changes = [(row["verdict"], row["changes"]) for row in one["objects"]]
    assert changes[0][0] == "changed"
    assert (changes[0][1][0]["old"], changes[0][1][0]["new"]) == ("1", "2")
    assert changes[1] == ("added", [])
    whole = typed("shop-us", "shop-eu", "-o", "diff").stdout
    assert '-  v: "2"' in whole.replace("'", '"')
    servers["us"].stop()
    lost = typed("shop-eu", "shop-us")
    assert lost.returncode == 3, lost.stdout + lost.stderr
    assert "removed" not in lost.stdout
    assert "driftdeck: shop-eu..shop-us: cannot reach" in lost.stderr
    assert "driftdeck: shop-us..shop-eu: cannot reach" in typed("shop-us", "shop-eu").stderr


@pytest.mark.usefixtures("kubectl", "helm", "sops")
def test_an_estate_goes_from_nothing_to_in_sync_and_a_tag_in_one_overlay_reaches_one_cluster(
    servers: dict[str, Server], tmp_path: Path
) -> None:
    estate.tell(servers, tmp_path)


def test_a_running_controller_takes_new_settings_and_leaves_what_they_name_no_more(
    place: Place,
) -> None:
    commit(place, one="first", two="second")
    (place.folder / "driftdeck.yaml").write_text(_apps("one"))
    with place.controller("--autoheal") as controller:
        controller.take(of("synced"), within_s=60)
        settle(place, _apps("one", "two", key="pth"))
        _complained(controller, "pth")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            settle(place, f"{_apps('two')}controller: {{listen: '127.0.0.1:{port}'}}\n")
            _complained(controller, f"cannot listen on 127.0.0.1:{port}: address already in use")
        settle(place, _apps("two"))
        _, line = controller.take(of("started"), within_s=60)
        assert line["message"] == "new settings; healing: two"
        _, line = controller.take(of("synced"), within_s=60)
        assert (line["app"], line["object"]["name"]) == ("two", "second")
        path = "/api/v1/namespaces/default/configmaps/first"
        assert place.client.call("GET", path).status == 200
        place.client.call("DELETE", path)  # nobody puts it back: its app is followed no more
        place.client.call("DELETE", path.replace("first", "second"))
        _, line = controller.take(of("healed"), within_s=60)
        assert line["object"]["name"] == "second"
    complaints = [line for line in controller.errors if "settings that are in force" in line]
    assert len(complaints) == 2


def test_new_settings_may_name_the_port_that_is_ours_but_not_one_port_for_two_things(
    place: Place,
) -> None:
    commit(place, one="first")
    (place.folder / "hook").write_text("secret")
    with ReservedPort() as port:
        listen = f"{_apps('one')}controller: {{listen: '%s:{port.number}'}}\n"
        settle(place, listen % "127.0.0.1")
        with place.controller("--autoheal") as controller:
            controller.take(of("cluster_synced"), within_s=60)
            hook = f"webhook: {{secret_file: hook, listen: '127.0.0.1:{port.number}'}}\n"
            settle(place, listen % "127.0.0.1" + hook)
            _complained(controller, f"webhook: cannot listen on 127.0.0.1:{port.number}: metrics")
            settle(place, listen % "0.0.0.0")
            _, line = controller.take(of("started"), within_s=60)
            assert line["message"] == "new settings; healing: one"


def _apps(*names: str, key: str = "path") -> str:
    entry = "  - {{name: {name}, repo: repo, revision: main, {key}: {name}, namespace: default}}\n"
    return "apps:\n" + "".join(entry.format(name=name, key=key) for name in names)


def _complained(controller: Controller, of_what: str) -> None:
    assert eventually(lambda: any(of_what in line for line in controller.errors), within_s=60)
