"""Environments of one layout: a promotion moves an image on, a revert brings it back."""

import subprocess
from pathlib import Path

import pytest

from tests import commands
from tests.core.git.sample import Sample
from tests.core.render.worlds import script
from tests.loop.clusters import Place, run, sandbox_place

pytestmark = pytest.mark.outside

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: ghcr.io/web}]
"""
OVERLAY = """\
# %s
namespace: %s
resources: [../../base]
images:
  - name: ghcr.io/web # the shop
    newTag: '%s'
"""
SETTINGS = 'apps:\n  - {layout: "apps/{name}/overlays/{env}", repo: repo, revision: main}\n'
PROD = "apps/shop/overlays/prod/kustomization.yaml"


def command(place: Place, path: str, *words: str) -> str:
    done: subprocess.CompletedProcess[str] = run(place, *words, PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def image(place: Place, env: str) -> str:
    live = place.client.call("GET", f"/apis/apps/v1/namespaces/{env}/deployments/web").json()
    return str(live["spec"]["template"]["spec"]["containers"][0]["image"])


def test_a_promotion_moves_an_image_on_and_its_revert_brings_it_back(
    kubectl: Path, tmp_path: Path
) -> None:
    tools = script(tmp_path / "bin", "kubectl", f'exec {kubectl} "$@"')["PATH"]
    with sandbox_place(tmp_path) as place:
        for env in ("staging", "prod"):
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": env}}
            assert place.client.call("POST", "/api/v1/namespaces", made).status == 201
        texts = {
            "apps/shop/base/kustomization.yaml": "resources: [web.yaml]\n",
            "apps/shop/base/web.yaml": BASE,
            "apps/shop/overlays/staging/kustomization.yaml": OVERLAY % ("a", "staging", "1.10"),
            PROD: OVERLAY % ("b", "prod", "1.9"),
        }
        sample = Sample(place.repo)
        sample.commit({path: text.encode() for path, text in texts.items()})
        (place.folder / "driftdeck.yaml").write_text(SETTINGS)
        command(place, tools, "sync", "--yes")
        assert [image(place, env) for env in ("staging", "prod")] == [
            "ghcr.io/web:1.10",
            "ghcr.io/web:1.9",
        ]
        shown = command(
            place, tools, "promote", "shop", "--from", "staging", "--to", "prod", "--yes"
        )
        assert "Deployment staging/web: changed" in shown
        assert "containers[name=web].image: ghcr.io/web:1.9 -> ghcr.io/web:1.10" in shown
        assert (place.repo / PROD).read_text() == texts[PROD].replace("1.9", "1.10")
        commit = shown.split("committed ")[1].split()[0]
        command(place, tools, "sync", "shop-prod", "--yes")
        assert image(place, "prod") == "ghcr.io/web:1.10"
        command(place, tools, "revert", commit, "--app", "shop-prod", "--yes")
        assert (place.repo / PROD).read_text() == texts[PROD]
        told = commands.run("journal", "shop-prod", environment=place.environment()).stdout
        assert "promote to shop-prod  done" in told
        assert f"revert of {commit[:7]}  done" in told
