"""The accounts of a failover find what must not be."""

import json
from typing import Any

from tests.failover.accounts import (
    VALID_S,
    Hold,
    Log,
    Write,
    app_of,
    first_write_after,
    log_of,
    uncovered,
    writers,
)

TAKEN = Hold("L", "alice", "h_a", 10.0, 10.1)


def found(*one: Hold | Write) -> list[str]:
    holds = tuple(each for each in one if isinstance(each, Hold))
    writes = tuple(each for each in one if isinstance(each, Write))
    return list(uncovered(Log(holds, writes), lambda _: "L"))


def a_write(since: float, user: str = "alice", until: float | None = None) -> Write:
    return Write(user, "a1-map", "patch", since, since + 0.1 if until is None else until)


def test_writes_under_a_lease_are_covered() -> None:
    assert found(TAKEN, a_write(10.2), a_write(10.0 + VALID_S)) == []
    renewed = Hold("L", "alice", "h_a", 12.0, 12.1)
    assert found(TAKEN, renewed, a_write(12.0 + VALID_S)) == []


def test_a_write_before_a_lease_after_it_or_of_another_is_found() -> None:
    assert "nobody holds L" in found(TAKEN, a_write(9.0))[0]
    assert "9.1 s after the last renewal" in found(TAKEN, a_write(10.1 + VALID_S))[0]
    assert "alice holds L" in found(TAKEN, a_write(11.0, "bob"))[0]
    released = Hold("L", "alice", "", 12.0, 12.1)
    assert "after it was released" in found(TAKEN, released, a_write(13.0))[0]


def test_a_write_that_is_under_way_while_another_one_takes_the_lease_is_found() -> None:
    other = Hold("L", "bob", "h_b", 15.0, 15.1)
    assert "bob took L meanwhile" in found(TAKEN, other, a_write(14.9, until=15.05))[0]
    assert "bob holds L" in found(TAKEN, other, a_write(16.0))[0]
    assert found(TAKEN, other, a_write(14.0), a_write(16.0, "bob")) == []


def entry(user: str, verb: str, resource: str, name: str, **more: Any) -> str:
    made = {
        "stage": "ResponseComplete",
        "verb": verb,
        "user": {"username": user},
        "objectRef": {"resource": resource, "name": name},
        "requestURI": "/x",
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": "2026-01-01T00:00:10.000000Z",
        "stageTimestamp": "2026-01-01T00:00:10.500000Z",
    }
    return json.dumps({**made, **more})


def test_what_succeeded_is_read_from_the_log_and_nothing_else() -> None:
    held = {"metadata": {"name": "L"}, "spec": {"holderIdentity": "h"}}
    reviewed = {"resource": "selfsubjectaccessreviews", "apiGroup": "authorization.k8s.io"}
    log = log_of(
        [
            entry("alice", "update", "leases", "L", responseObject=held),
            entry("alice", "patch", "configmaps", "a1-map"),
            entry("alice", "patch", "configmaps", "a1-map", requestURI="/x?dryRun=All"),
            entry("alice", "patch", "configmaps", "a1-map", responseStatus={"code": 409}),
            entry("alice", "get", "configmaps", "a1-map"),
            entry("alice", "create", "", "", objectRef=reviewed),
            entry("alice", "create", "events", "driftdeck.1"),
            entry("dave", "patch", "configmaps", "a1-map"),
        ],
        frozenset({"alice"}),
    )
    assert [(one.lease, one.holder) for one in log.holds] == [("L", "h")]
    assert [one.until - one.since for one in log.writes] == [0.5]
    assert log.after(log.writes[0].since) == Log((), ())


def test_objects_and_inventories_are_of_their_app() -> None:
    assert {app_of(name) for name in ("a1-map", "driftdeck-a1-0")} == {"a1"}
    log = Log((), (a_write(1.0), a_write(2.0, "bob")))
    assert writers(log.writes, "a1") == {"alice", "bob"}
    assert first_write_after(log, 0.0, frozenset({"a1-map"}), "alice") == log.writes[1]
