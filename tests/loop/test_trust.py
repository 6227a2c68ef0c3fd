"""Typed commands where commits must be signed: an unsigned one changes nothing anywhere."""

import json
import secrets
from pathlib import Path

import pytest

from core.cli.ending import exit_code_of
from core.cli.program import chosen_job
from tests.core.git.sample import Sample
from tests.core.sources.keys import Key, ssh_key
from tests.loop.clusters import Place, sandbox_place

SETTINGS = """\
repositories: [{url: ./repo, signed_by: [ann.pub]}]
apps: [{name: shop, repo: repo, revision: main, path: shop, namespace: %s}]
"""


def told(place: Place, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command in this process; return its exit code and all that it printed."""
    capsys.readouterr()
    _, _, _, *command = place.command(*words)
    code = exit_code_of(lambda: chosen_job(command)(None))
    return code, "".join(capsys.readouterr())


def test_an_unsigned_commit_is_named_and_the_last_good_one_stays_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    namespace = f"trust-{secrets.token_hex(3)}"
    sample, ann = Sample(tmp_path / "repo"), ssh_key(tmp_path, "ann")
    with sandbox_place(tmp_path) as place:
        for name, value in place.environment().items():
            monkeypatch.setenv(name, value)
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        assert place.client.call("POST", "/api/v1/namespaces", body).status == 201
        (tmp_path / "driftdeck.yaml").write_text(SETTINGS % namespace)
        good = state(sample, 1, ann)
        code, said = told(place, capsys, "sync", "--yes")
        assert (code, live(place, namespace)) == (0, "1"), said
        bad = state(sample, 2, None)
        path = f"/api/v1/namespaces/{namespace}/configmaps/m?fieldManager=kubectl-edit"
        merge = "application/merge-patch+json"
        place.client.call("PATCH", path, {"data": {"a": "9"}}, content_type=merge)
        reason = (
            f"commit {bad[:7]} is not signed, and settings require it; {good[:7]} stays in force"
        )
        code, said = told(place, capsys, "diff", "-o", "json")
        (app,) = json.loads(said[: said.rindex("}") + 1])["apps"]
        assert (code, app["revision"], app["problem"]) == (5, good, reason), said
        code, said = told(place, capsys, "diff")
        assert reason in said
        code, said = told(place, capsys, "sync", "--yes")
        assert live(place, namespace) == "1", said
        assert (code, reason in said) == (5, True), said
        code, said = told(place, capsys, "revert", bad, "--yes")
        assert (code, "what is written here is not signed" in said) == (5, True), said
        assert sample.git("rev-parse", "main").strip() == bad


def state(sample: Sample, value: int, key: Key | None) -> str:
    """Commit what the map shall hold, signed or not."""
    text = f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: m}}, data: {{a: '{value}'}}}}"
    made = sample.commit({"shop/m.yaml": text.encode()}, f"a is {value}")
    return key.commit(sample, "--amend") if key is not None else made


def live(place: Place, namespace: str) -> str:
    answer = place.client.call("GET", f"/api/v1/namespaces/{namespace}/configmaps/m")
    return str(answer.json()["data"]["a"])
