"""What a sync or a heal changed is put back from the journal, and what cannot be is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.git.sample import Sample
from tests.loop.clusters import MERGE_PATCH, Place, entries, run, sandbox_place

MAPS, SECRETS = (f"/api/v1/namespaces/default/{kind}" for kind in ("configmaps", "secrets"))
MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: one, labels: {tier: web}}
data: {a: '1', b: '1', c: '1'}
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: planted}\n"


class Stage:
    """A folder of a ConfigMap and a Secret, synced."""

    def __init__(self, place: Place) -> None:
        self.place = place
        assert self("sync", "--yes")[0] == 0

    def __call__(self, *words: str) -> tuple[int, str, str]:
        done = run(self.place, *words)
        return done.returncode, done.stdout, done.stderr

    def drift(self, path: str, **patch: Any) -> None:
        url = f"{path}?fieldManager=kubectl-edit"
        answer = self.place.client.call("PATCH", url, patch, content_type=MERGE_PATCH)
        assert answer.status == 200, answer.body

    def data(self) -> Any:
        return self.place.client.call("GET", f"{MAPS}/one").json()["data"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    apps = "apps:\n  - {name: shop, repo: repo, path: app, namespace: default}\n"
    (tmp_path / "driftdeck.yaml").write_text(apps)
    with sandbox_place(tmp_path) as place:
        Sample(place.repo).commit({"app/one.yaml": MAP.encode(), "app/s.yaml": SECRET.encode()})
        yield Stage(place)


def test_a_sync_is_undone_but_for_what_is_secret_or_was_changed_since(stage: Stage) -> None:
    stage.drift(f"{MAPS}/one", data={"a": "9", "b": None, "x": "7"})
    stage.drift(f"{SECRETS}/s", stringData={"key": "other"})
    assert stage("sync", "--yes")[0] == 0
    assert stage.data() == {"a": "1", "b": "1", "c": "1"}
    stage.drift(f"{MAPS}/one", data={"b": "5"})

    code, out, err = stage("undo", "--dry-run")
    assert code == 0, out + err
    for words in (
        "put back ConfigMap default/one  (shop)",
        'live  "1"\n      back  "9"',
        "data.b stays: it is not as that left it any more",
        "! its value is a secret, of which only a hash is on record",
        "with --autoheal app shop is healed again",
        "1 to put back; 1 cannot be done",
    ):
        assert words in out, out
    assert stage.data() == {"a": "1", "b": "5", "c": "1"}

    code, out, err = stage("undo", "--yes")
    assert (code, "1 of 1 done" in out) == (4, False), out + err
    assert stage.data() == {"a": "9", "b": "5", "c": "1", "x": "7"}
    newest = entries(stage.place.environment())[-1]
    assert (newest["deed"], newest["outcome"]["ending"]) == ("undo", "done")
    assert {change["path"] for change in newest["changes"]} == {"data.a", "data.x"}
    code, out, _ = stage("undo", str(newest["number"]), "--yes")
    assert code == 0, out
    assert stage.data() == {"a": "1", "b": "5", "c": "1"}
    assert "Git never stated it as it is" in stage("diff", "--past")[1]
    for number in ("0", "999"):
        code, out, err = stage("undo", number, "--yes")
        assert (code, out) == (2, ""), out + err
        assert f"driftdeck: the journal has no entry {number}\n" in err
