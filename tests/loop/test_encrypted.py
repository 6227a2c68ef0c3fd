"""A repository with files that sops encrypted, followed by typed commands on the real server."""

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.core.decryption.keys import Person
from tests.core.git.sample import Sample
from tests.loop.canaries import WORD, leaks
from tests.loop.clusters import MERGE_PATCH, Place, real_place, run

pytestmark = pytest.mark.real
FILE = f"""\
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  password: {WORD}-one
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
data:
  url: {WORD}-two
"""
PLAIN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {a: '%d'}\n"


class World:
    """A namespace, a repository, and somebody with a key."""

    def __init__(self, place: Place, person: Person) -> None:
        self.place, self.person = place, person
        self.namespace = f"sealed-{secrets.token_hex(4)}"
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        assert place.client.call("POST", "/api/v1/namespaces", body).status == 201
        app = f"{{name: app, repo: repo, path: app, namespace: {self.namespace}}}"
        (place.folder / "driftdeck.yaml").write_text(f"apps:\n  - {app}\n")
        self.sample = Sample(place.repo)
        self.said: dict[str, str] = {}

    def commit(self, **files: str) -> str:
        named = {f"app/{name}.yaml": text.encode() for name, text in files.items()}
        return self.sample.commit({**named})

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        seen = dict(environment or self.person.environment)
        done = run(self.place, *words, timeout_s=60, **seen)
        self.said[f"{len(self.said)} {words}"] = done.stdout + done.stderr
        return done.returncode, done.stdout

    def get(self, kind: str, name: str) -> Any:
        path = f"/api/v1/namespaces/{self.namespace}/{kind}/{name}"
        return self.place.client.call("GET", path).json()

    def rows(self, *words: str, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
        report = json.loads(self.run("diff", "-o", "json", *words, environment=environment)[1])
        return {row["name"]: row for row in report["objects"]}


@pytest.fixture
def world(real_server: Any, sops: Path, tmp_path: Path) -> Iterator[World]:
    with real_place(tmp_path, real_server) as place:
        yield World(place, Person(sops, tmp_path))


def test_encrypted_objects_are_applied_masked_and_in_sync_and_without_the_key_left_alone(
    world: World,
) -> None:
    first = world.commit(secret=world.person.encrypted(FILE), plain=PLAIN % 1)
    assert world.run("sync", "--yes")[0] == 0
    assert world.get("secrets", "db")["data"] == {"password": "azRuNHJ5LW9uZQ=="}
    assert world.get("configmaps", "conf")["data"] == {"url": f"{WORD}-two"}

    path = f"/api/v1/namespaces/{world.namespace}/configmaps/conf?fieldManager=kubectl-edit"
    edit = {"data": {"url": f"{WORD}-three"}}
    assert world.place.client.call("PATCH", path, edit, content_type=MERGE_PATCH).status == 200
    (row,) = world.rows().values()  # all else is in sync
    (change,) = row["changes"]
    assert (change["path"], change["actor"]["manager"]) == ("data.url", "kubectl-edit")
    assert {*change["live"], *change["git"]} == {"sha256"}
    lines = (world.place.repo / "app/secret.yaml").read_text().splitlines()
    assert (change["origin"]["file"], change["origin"]["commit"]) == ("app/secret.yaml", first)
    assert lines[change["origin"]["line"] - 1].startswith("    url: ENC[")

    world.commit(secret=world.person.encrypted(FILE.replace("-one", "-new")), plain=PLAIN % 2)
    rows = world.rows("--all", environment=world.person.nobody)
    for name in ("db", "conf"):
        assert rows[name]["verdict"] == "unknown"
        assert rows[name]["reason"].startswith("encrypted: app/secret.yaml:1: ")
        assert world.person.name in rows[name]["reason"]
    assert rows["plain"]["verdict"] == "drifted"
    world.run("sync", "--yes", environment=world.person.nobody)
    assert world.get("configmaps", "plain")["data"] == {"a": "2"}
    assert world.get("configmaps", "conf")["data"] == {"url": f"{WORD}-three"}
    assert world.get("secrets", "db")["data"] == {"password": "azRuNHJ5LW9uZQ=="}

    code, compared = world.run("diff", "HEAD~1..HEAD")
    assert (code, "password" in compared, "url" in compared) == (1, True, False)
    for file in sorted(world.place.folder.rglob("*")):
        if file.is_file() and file.parent.name != "bin":
            world.said[str(file)] = file.read_bytes().decode(errors="replace")
    listed = world.place.client.call("GET", f"/api/v1/namespaces/{world.namespace}/configmaps")
    maps = [one for one in listed.json()["items"] if one["metadata"]["name"] != "conf"]
    world.said["inventory"] = json.dumps(maps)
    assert leaks(world.said) == {}
