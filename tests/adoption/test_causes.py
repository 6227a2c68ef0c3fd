"""Objects that others deployed, before driftdeck wrote any: what Git does counts as Git's doing."""

import json
import secrets
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.client import Json
from tests.apiserver.server import ApiServer
from tests.loop.stage import Stage, changes
from tests.loop.test_loop import of
from tests.matrix.hands import LAST_APPLIED

pytestmark = pytest.mark.real
BEFORE = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: "1", b: "2"}\n'
AFTER = BEFORE.replace(', b: "2"', "")
BODY: Json = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "web"},
    "data": {"a": "1", "b": "2"},
}


@pytest.fixture
def stage(real_server: ApiServer, tmp_path: Path) -> Stage:
    made = Stage(real_server, f"adopt-{secrets.token_hex(4)}", tmp_path)
    body: Json = {"metadata": {"name": made.namespace}}
    assert made.client.call("POST", "/api/v1/namespaces", body).status == HTTPStatus.CREATED
    return made


def create(stage: Stage, by: str, body: Json = BODY) -> None:
    path = f"{stage.path('v1', 'ConfigMap')}?fieldManager={by}"
    assert stage.client.call("POST", path, body).status == HTTPStatus.CREATED


def data(stage: Stage) -> Any:
    return stage.client.call("GET", f"{stage.path('v1', 'ConfigMap')}/web").json()["data"]


@pytest.mark.parametrize("manager", ["helm", "kustomize-controller", "argocd-controller"])
def test_what_git_dropped_is_drift_whoever_deployed_it(stage: Stage, manager: str) -> None:
    if manager == "helm":
        create(stage, manager)
    else:
        stage.put(BEFORE, manager)
    stage.git(web=BEFORE)
    assert stage.diff()["web"]["verdict"] == "in_sync"
    stage.git(web=AFTER)
    for user in ("driftdeck", "viewer"):
        found = stage.diff(user)["web"]
        assert (found["verdict"], found["cause"]) == ("drifted", "git_ahead")
        assert changes(found) == {"data.b": "drift"}
    assert stage.run("sync", "--yes").returncode == 0
    assert data(stage) == {"a": "1"}
    assert stage.diff()["web"]["verdict"] == "in_sync"


def test_what_another_added_and_git_never_stated_stays_harmless(stage: Stage) -> None:
    create(stage, "helm")
    stage.git(web=AFTER)
    assert stage.diff()["web"]["verdict"] == "in_sync"


def test_the_cause_is_git_where_the_live_value_is_what_the_commit_before_stated(
    stage: Stage,
) -> None:
    applied = {**BODY, "metadata": {"name": "web", "annotations": {LAST_APPLIED: json.dumps(BODY)}}}
    create(stage, "kubectl-client-side-apply", applied)
    stage.git(web=BEFORE)
    assert stage.diff()["web"]["verdict"] == "in_sync"
    stage.git(web=BEFORE.replace('b: "2"', 'b: "3"'))
    found = stage.diff()["web"]
    assert (found["verdict"], found["cause"]) == ("drifted", "git_ahead")
    assert [change["cause"] for change in found["changes"]] == ["git_ahead"]
    assert "Git moved on, not applied yet" in stage.text()


@pytest.mark.parametrize(
    ("settings", "expected", "skipped"),
    [
        (", follow: false", {"a": "1", "b": "2", "c": "3"}, "follow: false"),
        (", heal: false", {"a": "2", "b": "9", "c": "3"}, "heal: false"),
    ],
)
def test_on_the_first_day_each_switch_holds_field_by_field(
    stage: Stage, settings: str, expected: dict[str, str], skipped: str
) -> None:
    """Helm made it; then Git moves `a`, and a person moves `b`, before the engine comes."""
    body: Json = {**BODY, "data": {"a": "1", "b": "2", "c": "3"}}
    create(stage, "helm", body)
    text = BEFORE.replace('b: "2"', 'b: "2", c: "3"')
    stage.git(web=text)
    stage.git(web=text.replace('a: "1"', 'a: "2"'))
    stage.patch(f"{stage.path('v1', 'ConfigMap')}/web", {"data": {"b": "9"}}, "kubectl-edit")
    stage.settings = settings
    place = stage.place()
    with place.controller("--autoheal") as controller:
        _, line = controller.take(of("heal_skipped"), within_s=60)
        assert line["message"] == skipped
        controller.take(lambda each: each["event"] in {"healed", "synced"}, within_s=60)
    assert data(stage) == expected
    found = stage.diff()["web"]
    assert found["cause"] == ("git_ahead" if "follow" in settings else "live_changed")


def test_standing_permission_takes_over_quietly_and_follows_from_then_on(stage: Stage) -> None:
    create(stage, "helm")
    stage.git(web=BEFORE)
    before = data(stage)
    place = stage.place()
    with place.controller("--autoheal") as controller:
        _, line = controller.take(of("taken_over"), within_s=60)
        assert (line["object"]["name"], line["changes"]) == ("web", None)
        assert data(stage) == before
        stage.git(web=AFTER)  # drops b
        _, line = controller.take(of("synced"), within_s=60)
        assert [change["cause"] for change in line["changes"]] == ["git_ahead"]
        told = {each["event"] for each in controller.seen}
    assert data(stage) == {"a": "1"}
    assert not told & {"healed", "heal_failed", "sync_failed", "heal_skipped"}
