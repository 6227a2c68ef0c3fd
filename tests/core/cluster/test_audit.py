"""core.cluster.audit: the tail of a log that grows, turns over, shrinks, or holds rubbish."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.clock import Clock
from core.cluster.audit import EVENTS_MAX, LINE_BYTES_MAX, TAIL_BYTES, AuditLog
from core.model import ObjectRef

CANARY = "s3cr3t-canary-value"
WEB = ObjectRef("apps", "Deployment", "app", "web")


def line(user: str = "alice", **changes: Any) -> bytes:
    event: dict[str, Any] = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "stage": "ResponseComplete",
        "requestURI": "/apis/apps/v1/namespaces/app/deployments/web?fieldManager=kubectl-edit",
        "verb": "patch",
        "user": {"username": user, "groups": ["x"]},
        "userAgent": "kubectl/v1.37.2 (linux/amd64)",
        "objectRef": {
            "resource": "deployments",
            "namespace": "app",
            "name": "web",
            "apiGroup": "apps",
            "apiVersion": "v1",
        },
        "responseStatus": {"metadata": {}, "code": 200},
        "requestObject": {"data": {"password": CANARY}},
        "responseObject": {"data": CANARY},
        "annotations": {"a": CANARY},
        "requestReceivedTimestamp": "2026-11-25T10:00:00.100000Z",
        "stageTimestamp": "2026-11-25T10:00:00.200000Z",
    }
    return json.dumps({**event, **changes}).encode() + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "audit.jsonl"
    made.write_bytes(b"")
    return made


def users(log: AuditLog, ref: ObjectRef = WEB, resource: str = "deployments") -> list[str]:
    log.read()
    return [event.user for event in log.about(resource, ref)]


def opened(path: Path) -> AuditLog:
    return AuditLog(str(path), Clock())


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def test_a_write_is_kept_with_who_and_when_and_nothing_else(path: Path) -> None:
    append(path, line())
    log = opened(path)
    assert users(log) == ["alice"]
    (event,) = log.about("deployments", WEB)
    assert (event.manager, event.verb, event.subresource) == ("kubectl-edit", "patch", "")
    assert event.ended - event.began == pytest.approx(0.1, abs=1e-6)
    assert CANARY not in repr(event)
    log.close()


def test_without_a_named_manager_the_user_agent_is_one(path: Path) -> None:
    append(path, line(requestURI="/apis/apps/v1/namespaces/app/deployments/web/scale"))
    log = opened(path)
    log.read()
    assert [event.manager for event in log.about("deployments", WEB)] == ["kubectl"]
    log.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"verb": "get"},
        {"stage": "RequestReceived"},
        {"responseStatus": {"code": 409}},
        {"responseStatus": None},
        {"objectRef": None},
        {"requestURI": "/x?dryRun=All"},
        {"requestURI": "/x?dryRun"},
        {"requestURI": "http://[/x"},
        {"stageTimestamp": "yesterday"},
    ],
)
def test_what_is_no_successful_write_is_not_kept(path: Path, changes: dict[str, Any]) -> None:
    append(path, line(**changes) + line("bob"))
    log = opened(path)
    assert users(log) == ["bob"]
    log.close()


def test_rubbish_and_an_unfinished_last_line_are_survived(path: Path) -> None:
    whole = line("bob")
    append(path, b"\x00\xff{\n\n[]\n" + b"[" * 100_000 + b"\n" + line() + whole[:50])
    log = opened(path)
    assert users(log) == ["alice"]
    append(path, whole[50:])
    assert users(log) == ["alice", "bob"]
    log.close()


def test_a_log_that_is_turned_over_is_read_to_its_end_and_then_anew(path: Path) -> None:
    append(path, line("a"))
    log = opened(path)
    assert users(log) == ["a"]
    append(path, line("b"))
    path.rename(path.with_suffix(".old"))
    append(path, line("c"))
    assert users(log) == ["a", "b", "c"]
    log.close()


def test_a_log_that_is_cut_to_nothing_is_read_from_its_beginning(path: Path) -> None:
    append(path, line("a") + line("b"))
    log = opened(path)
    assert users(log) == ["a", "b"]
    os.truncate(path, 0)
    append(path, line("c"))
    assert users(log) == ["a", "b", "c"]
    log.close()


def test_of_a_huge_log_only_the_end_is_read(path: Path) -> None:
    append(path, line("first") + b" " * TAIL_BYTES + b"\n" + line("last"))
    log = opened(path)
    assert users(log) == ["last"]
    log.close()


def test_a_line_without_end_is_not_kept_in_memory(path: Path) -> None:
    append(path, b"x" * (LINE_BYTES_MAX + (2 << 20)))
    log = opened(path)
    assert users(log) == []
    append(path, b"\n" + line())
    assert users(log) == ["alice"]
    log.close()


def test_only_the_newest_events_are_kept(path: Path) -> None:
    append(path, line("first") + line("next") * EVENTS_MAX)
    log = opened(path)
    assert users(log) == ["next"] * EVENTS_MAX
    log.close()


def test_a_namespace_is_found_though_the_server_takes_it_to_be_in_itself(path: Path) -> None:
    append(path, line(objectRef={"resource": "namespaces", "namespace": "app", "name": "app"}))
    log = opened(path)
    assert users(log, ObjectRef("", "Namespace", "", "app"), "namespaces") == ["alice"]
    log.close()


def test_who_acts_for_another_is_named_with_both(path: Path) -> None:
    append(path, line("admin", impersonatedUser={"username": "bob"}))
    log = opened(path)
    assert users(log) == ["admin as bob"]
    log.close()


def test_a_log_that_cannot_be_read_says_so_until_it_can(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = opened(path)
    assert users(log) == []
    assert log.problem == f"audit log {path} cannot be read: No such file or directory"
    append(path, line())
    assert users(log) == ["alice"]
    assert log.problem == ""
    log.close()


def test_a_pipe_is_refused_and_waits_for_nobody(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    log = opened(path)
    assert users(log) == []
    assert log.problem.endswith("it is no regular file")
