"""`driftdeck import`: objects of other engines in files and in a cluster, settings on stdout."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.cli.ending import exit_code_of
from core.cli.program import chosen_job
from core.settings.document import parse_settings
from tests.apiserver.definitions import define
from tests.core.neighbours.test_argocd import FULL, GUESTBOOK
from tests.loop.clusters import sandbox_place


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run a command in this process; return its exit code and what it printed."""
    capsys.readouterr()
    code = exit_code_of(lambda: chosen_job(["import", *words])(None))
    return code, *capsys.readouterr()


def names_in(text: str) -> list[str]:
    return [app.name for app in parse_settings("x", text.encode(), Path("/")).apps]


def test_files_and_the_standard_input_are_carried_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": []}
    (tmp_path / "full.yaml").write_text(f"{FULL}---\n{json.dumps(listed)}\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GUESTBOOK.encode())))
    code, out, err = told(capsys, "argocd", str(tmp_path / "full.yaml"), "-")
    assert (code, names_in(out)) == (0, ["shop-prod", "guestbook"])
    line = "driftdeck: Application argocd/shop: not carried over: spec.source.helm.parameters: "
    assert line in err
    assert len(err.splitlines()) == sum("# not carried over: " in each for each in out.splitlines())
    code, out, err = told(capsys, "flux", str(tmp_path / "full.yaml"))
    assert (code, out) == (2, "")
    assert "there is nothing of Flux here that could become an app" in err


def test_what_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text("a: [\n")
    for name, words in (("none.yaml", "No such file or directory"), ("bad.yaml", "bad.yaml:2: ")):
        code, out, err = told(capsys, "argocd", str(tmp_path / name))
        assert (code, out) == (2, ""), err
        assert words in err
    assert told(capsys, "spinnaker")[0] == 2


def definition(group: str, plural: str, kind: str) -> Any:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1alpha1", "served": True, "storage": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind, "singular": kind.lower()},
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def test_without_files_the_cluster_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox_place(tmp_path) as place:
        monkeypatch.setenv("KUBECONFIG", str(place.kubeconfig))
        code, out, err = told(capsys, "argocd")
        assert (code, out) == (2, ""), err
        define(place.client, definition("argoproj.io", "applications", "Application"))
        define(place.client, definition("other.example", "applications", "Application"))
        found = {**yaml.safe_load(GUESTBOOK)}
        for group, name in (("argoproj.io", "shop"), ("other.example", "stranger")):
            body = {**found, "apiVersion": f"{group}/v1alpha1"}
            body["metadata"] = {"name": name, "namespace": "default"}
            path = f"/apis/{group}/v1alpha1/namespaces/default/applications"
            assert place.client.call("POST", path, body).status == 201
        code, out, err = told(capsys, "argocd")
        assert (code, names_in(out), err) == (0, ["shop"], "")
        code, out, err = told(capsys, "argocd", "--context", "nowhere")
        assert (code, out) == (2, ""), err
