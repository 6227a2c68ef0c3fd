"""The server under the tests is itself what it promises to be."""

import http.client
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.apiserver.client import Json
from tests.apiserver.leash import Leash
from tests.apiserver.ports import ReservedPort
from tests.apiserver.server import ApiServer, StartError
from tests.apiserver.waiting import eventually

WRITERS = ("admin", "alice", "bob", "driftdeck")


def config_map(name: str, **values: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": values}


def config_maps(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")  # in a container nobody may reap it: a zombie is gone
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def own_server() -> Iterator[ApiServer]:
    """For a test that breaks it: the shared one must stay whole."""
    with ApiServer() as server:
        yield server


@pytest.mark.real
@pytest.mark.parametrize("user", WRITERS)
def test_a_writer_may_write_anything(real_server: ApiServer, user: str) -> None:
    assert real_server.may(user, "delete", "secrets")
    assert real_server.may(user, "patch", "clusterrolebindings", group="rbac.authorization.k8s.io")


@pytest.mark.real
def test_the_viewer_reads_everything_and_writes_nothing(
    real_server: ApiServer, real_namespace: str
) -> None:
    viewer = real_server.client("viewer")
    assert viewer.call("GET", "/api/v1/secrets").status == 200
    assert (
        viewer.call("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions").status == 200
    )
    assert viewer.call("POST", config_maps(real_namespace), config_map("a")).status == 403


@pytest.mark.real
def test_nobody_is_known_but_may_only_discover(real_server: ApiServer) -> None:
    nobody = real_server.client("nobody")
    assert nobody.call("GET", "/apis").status == 200
    assert nobody.call("GET", "/api/v1/namespaces/default").status == 403


@pytest.mark.real
def test_the_version_is_the_pinned_one(real_server: ApiServer) -> None:
    assert real_server.client("nobody").call("GET", "/version").json()["minor"] == "37"


@pytest.mark.real
def test_the_audit_log_names_who_wrote(real_server: ApiServer, real_namespace: str) -> None:
    path = config_maps(real_namespace)
    assert real_server.client("alice").call("POST", path, config_map("a")).status == 201

    def writers() -> list[str]:
        return [
            event["user"].get("username")
            for event in real_server.audit_events()
            if event["verb"] == "create" and event["requestURI"] == path
        ]

    assert eventually(writers, within_s=60) == ["alice"]


@pytest.mark.real
def test_the_audit_log_keeps_the_preconditions_of_the_engines_deletes(
    real_server: ApiServer, real_namespace: str
) -> None:
    engine, path = real_server.client("driftdeck"), config_maps(real_namespace)
    made = engine.call("POST", path, config_map("a")).json()
    preconditions = {"uid": made["metadata"]["uid"]}
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
    assert engine.call("DELETE", f"{path}/a", options).status == 200

    def logged() -> list[Json]:
        return [
            event["requestObject"]["preconditions"]
            for event in real_server.audit_events()
            if event["verb"] == "delete" and event["requestURI"] == f"{path}/a"
        ]

    assert eventually(logged, within_s=60) == [preconditions]


@pytest.mark.real
def test_a_watch_brings_what_others_do(real_server: ApiServer, real_namespace: str) -> None:
    path = config_maps(real_namespace)
    viewer, bob = real_server.client("viewer"), real_server.client("bob")
    begun = viewer.call("GET", path).json()["metadata"]["resourceVersion"]
    events = viewer.watch(f"{path}?watch=true&resourceVersion={begun}&timeoutSeconds=60")
    bob.call("POST", path, config_map("a"))
    bob.call("DELETE", f"{path}/a")
    two = itertools.islice(events, 2)
    seen = [(event["type"], event["object"]["metadata"]["name"]) for event in two]
    assert seen == [("ADDED", "a"), ("DELETED", "a")]


@pytest.mark.real
def test_a_kubeconfig_is_private_and_starts_at_its_first_user_and_namespace(
    real_server: ApiServer,
) -> None:
    path = real_server.kubeconfig("bob", "alice", namespace="elsewhere")
    content = yaml.safe_load(path.read_text())
    assert content["current-context"] == "real-bob"
    assert [context["name"] for context in content["contexts"]] == ["real-bob", "real-alice"]
    assert {context["context"]["namespace"] for context in content["contexts"]} == {"elsewhere"}
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.real
@pytest.mark.usefixtures("real_server")  # it skips, or fails, where there is no server at all
def test_after_a_kill_nobody_answers_and_after_a_restart_everything_is_as_before(
    own_server: ApiServer,
) -> None:
    path, alice = config_maps("default"), own_server.client("alice")
    made = alice.call("POST", path, config_map("kept", key="value")).json()
    own_server.kill()
    with pytest.raises(ConnectionRefusedError):
        alice.call("GET", f"{path}/kept")
    own_server.restart()
    found = alice.call("GET", f"{path}/kept").json()
    assert found["metadata"]["uid"] == made["metadata"]["uid"]
    assert found["data"] == {"key": "value"}


@pytest.mark.real
@pytest.mark.usefixtures("real_server")
def test_a_kill_breaks_an_open_watch(own_server: ApiServer) -> None:
    path = config_maps("default")
    own_server.client("admin").call("POST", path, config_map("a"))
    events = own_server.client("viewer").watch(f"{path}?watch=true")
    assert next(events)["type"] == "ADDED"
    own_server.kill()
    with pytest.raises((OSError, http.client.IncompleteRead)):
        next(events)


@pytest.mark.real
@pytest.mark.usefixtures("real_server")
def test_a_failed_start_shows_the_servers_own_words_and_leaves_nothing() -> None:
    server = ApiServer(flags=["--no-such-flag"])
    with pytest.raises(StartError, match="unknown flag: --no-such-flag"):
        server.start()
    assert not server.folder.exists()


def test_two_reservations_never_name_the_same_port() -> None:
    ports = [ReservedPort() for _ in range(50)]
    assert len({port.number for port in ports}) == 50
    for port in ports:
        port.release()


def test_a_closed_leash_leaves_neither_process_nor_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    leash = Leash(folder)
    process = leash.run(["sleep", "600"], folder / "log")
    leash.close()
    assert process.returncode == -signal.SIGKILL
    assert not folder.exists()


def test_when_the_parent_is_killed_its_children_and_its_folder_go_too(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    program = (
        "import sys, time; from pathlib import Path; from tests.apiserver.leash import Leash\n"
        "folder = Path(sys.argv[1]); leash = Leash(folder)\n"
        "print(leash.run(['sleep', '600'], folder / 'log').pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(  # noqa: S603 - this Python, our own words
        [sys.executable, "-c", program, folder],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    assert eventually(lambda: gone(child) and not folder.exists(), within_s=60)
