"""The real kubectl against the embedded server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from core.sandbox import SandboxThread

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.25"}]}
"""
pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="NOT PROVEN: no kubectl")


class Kubectl(Protocol):
    def __call__(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def kubectl(tmp_path: Path) -> Iterator[Kubectl]:
    with SandboxThread() as server:
        config = server.kubeconfig(tmp_path)
        environment = {**os.environ, "KUBECONFIG": str(config), "HOME": str(tmp_path)}

        def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
            return subprocess.run(  # noqa: S603 - fixed words, our own test
                ["kubectl", *words],  # noqa: S607 - the user's own kubectl is the point
                input=stdin,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

        applied = run("apply", "--server-side", "-f", "-", stdin=MANIFEST)
        assert applied.stdout == "deployment.apps/web serverside-applied\n", applied.stderr
        yield run


def _owners(kubectl: Kubectl) -> set[str]:
    words = ("get", "deployment", "web", "--show-managed-fields", "-o")
    template = (
        "jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}/{.subresource} {end}"
    )
    return set(kubectl(*words, template).stdout.split())


def test_kubectl_shows_objects_as_a_table(kubectl: Kubectl) -> None:
    assert kubectl("get", "deployments").stdout.split()[:3] == ["NAME", "AGE", "web"]


def test_kubectl_scale_leaves_its_subresource(kubectl: Kubectl) -> None:
    assert kubectl("scale", "deployment", "web", "--replicas=5").returncode == 0
    assert _owners(kubectl) == {"kubectl/Apply/", "kubectl/Update/scale"}


def test_kubectl_set_image_and_label_are_managers_of_their_own(kubectl: Kubectl) -> None:
    assert kubectl("set", "image", "deployment/web", "web=nginx:2").returncode == 0
    assert kubectl("label", "deployment", "web", "a=b").returncode == 0
    assert kubectl("patch", "deployment", "web", "-p", '{"spec":{"paused":true}}').returncode == 0
    assert _owners(kubectl) == {
        "kubectl/Apply/",
        "kubectl-set/Update/",
        "kubectl-label/Update/",
        "kubectl-patch/Update/",
    }


def test_kubectl_diff_sees_a_difference_by_a_dry_run(kubectl: Kubectl) -> None:
    assert kubectl("diff", "--server-side", "-f", "-", stdin=MANIFEST).returncode == 0
    changed = MANIFEST.replace("replicas: 2", "replicas: 3")
    done = kubectl("diff", "--server-side", "-f", "-", stdin=changed)
    assert done.returncode == 1
    assert "+  replicas: 3" in done.stdout


def test_kubectl_apply_without_server_side_works_too(kubectl: Kubectl) -> None:
    other = MANIFEST.replace("{name: web}", "{name: other}")
    assert kubectl("apply", "-f", "-", stdin=other).stdout == "deployment.apps/other created\n"
    changed = other.replace("nginx:1.25", "nginx:2")
    done = kubectl("apply", "-f", "-", stdin=changed)
    assert done.stdout == "deployment.apps/other configured\n", done.stderr


def test_kubectl_delete_and_watch(kubectl: Kubectl) -> None:
    done = kubectl("delete", "deployment", "web")
    assert done.stdout == 'deployment.apps "web" deleted\n', done.stderr
    gone = kubectl("wait", "--for=delete", "deployment/web", "--timeout=60s")
    assert gone.returncode == 0


def test_kubectl_tells_who_may_not(kubectl: Kubectl) -> None:
    done = kubectl("--context", "sandbox-viewer", "delete", "deployment", "web")
    assert "Error from server (Forbidden)" in done.stderr
