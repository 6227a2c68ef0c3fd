"""The hot-fix was right: live values written back to Git, typed."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.git import commit_files
from tests.core.git.sample import ANN, Sample
from tests.loop.clusters import Place, run, sandbox_place

STRATEGIC = "application/strategic-merge-patch+json"
WEB = """\
# the shop's web
apiVersion: apps/v1
kind: Deployment
metadata: {name: web} # do not rename
spec:
  replicas: 3  # see INC-7
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: 'example/web:1'   # by CI
        env:
        # of the JVM
        - {name: JAVA_OPTS, value: -Xmx1g}
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {sale: 'off'} # until June\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: planted}\n"
SETTINGS = """apps:
  - {name: shop, repo: repo, revision: main, path: shop, namespace: default, owns: [default]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS)
    texts = {"web.yaml": WEB, "flags.yaml": MAP, "key.yaml": SECRET}
    files = {f"shop/{name}": text.encode() for name, text in texts.items()}
    now = time.time()
    commit_files(tmp_path / "repo", files, author=ANN, message="Begin", when=now, init=True)
    with sandbox_place(tmp_path) as made:
        assert run(made, "sync", "--yes").returncode == 0
        yield made


def patch(place: Place, path: str, body: Any, kind: str = STRATEGIC) -> str:
    """Somebody edits an object live; return the version it left."""
    url = f"{path}?fieldManager=kubectl-edit"
    answer = place.client.call("PATCH", url, body, content_type=kind)
    assert answer.status == 200, answer.body
    return str(answer.json()["metadata"]["resourceVersion"])


def hot_fix(place: Place) -> str:
    env = [{"name": "JAVA_OPTS", "value": "-Xmx4g"}, {"name": "DEBUG", "value": "1"}]
    container = {"name": "web", "image": "example/web:2", "env": env}
    spec = {"replicas": 5, "template": {"spec": {"containers": [container]}}}
    return patch(place, "/apis/apps/v1/namespaces/default/deployments/web", {"spec": spec})


def words(text: str) -> str:
    return " ".join(text.split())


ADOPTED = """\
-  replicas: 3  # see INC-7
+  replicas: 5  # see INC-7
-        image: 'example/web:1'   # by CI
+        image: 'example/web:2'   # by CI
-        - {name: JAVA_OPTS, value: -Xmx1g}
+        - {name: JAVA_OPTS, value: "-Xmx4g"}
+        - name: DEBUG
+          value: "1"
"""


def test_a_hot_fix_becomes_a_commit_and_the_drift_is_gone_without_a_write(place: Place) -> None:
    version = hot_fix(place)
    patch(place, "/api/v1/namespaces/default/configmaps/flags", {"data": {"sale": "on"}})
    shown = run(place, "adopt", "shop", "deployment/web", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "kubectl edit" in words(shown.stdout)
    assert '+        - {name: JAVA_OPTS, value: "-Xmx4g"}' in shown.stdout
    git = Sample(place.repo).git
    assert git("rev-list", "--count", "main").strip() == "1"
    done = run(place, "adopt", "shop", "Deployment/web", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = git("diff", "-U0", "HEAD~", "HEAD").splitlines(keepends=True)
    assert "".join(line for line in lines[4:] if not line.startswith("@@")) == ADOPTED
    assert git("status", "--porcelain") == ""
    message = git("show", "-s", "--format=%B", "main")
    assert message.startswith("Adopt 4 live values of Deployment web\n")
    assert "- spec.replicas: 3 -> 5, set by kubectl edit" in message
    assert "Object: Deployment/default/web" in message
    assert "Journal-Id: " in message
    git("fsck", "--strict")
    rest = run(place, "diff")
    assert rest.returncode == 1
    assert "1 drifted, 2 in sync" in rest.stdout
    live = place.client.call("GET", "/apis/apps/v1/namespaces/default/deployments/web").json()
    assert live["metadata"]["resourceVersion"] == version
    assert run(place, "adopt", "shop", "--branch", "hotfix/sale", "--yes").returncode == 0
    assert "sale: 'on'} # until June" in git("show", "hotfix/sale:shop/flags.yaml")
    assert "sale: 'off'" in git("show", "main:shop/flags.yaml")


def test_one_field_of_several_an_object_added_live_and_what_cannot_be_adopted(place: Place) -> None:
    hot_fix(place)
    done = run(place, "adopt", "shop", "--field", "spec.replicas", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    git = Sample(place.repo).git
    assert git("show", "main:shop/web.yaml") == WEB.replace("replicas: 3", "replicas: 5")
    none = run(place, "adopt", "shop", "Deployment/web", "--field", "spec.nothing", "--yes")
    assert none.returncode == 5
    assert "spec.nothing does not differ" in none.stderr
    patch(place, "/api/v1/namespaces/default/secrets/key", {"stringData": {"password": "x"}})
    secret = run(place, "adopt", "shop", "secret/key", "--yes")
    assert secret.returncode == 5
    assert "its values are secret" in words(secret.stderr)
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "hot.fix", "labels": {"by": "ann"}},
        "data": {"level": "debug", "text": "a\nb\n"},
    }
    path = "/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create"
    assert place.client.call("POST", path, body).status == 201
    done = run(place, "adopt", "shop", "ConfigMap/hot.fix", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert git("show", "main:shop/configmap-hot.fix.yaml") == (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hot.fix\n  namespace: default\n"
        "  labels:\n    by: ann\ndata:\n  level: debug\n  text: |\n    a\n    b\n"
    )
    message = git("show", "-s", "--format=%B", "main")
    assert message.startswith("Adopt ConfigMap hot.fix\n")
    assert "- all of it, made by kubectl create" in message
    rest = run(place, "diff").stdout
    assert "hot.fix" not in rest.partition("Adopt ConfigMap hot.fix")[2]


def delete(place: Place, path: str) -> None:
    """Somebody deletes an object live."""
    assert place.client.call("DELETE", f"{path}?fieldManager=kubectl").status == 200


def test_a_deletion_becomes_a_commit_and_nothing_is_made_again(place: Place) -> None:
    git = Sample(place.repo).git
    delete(place, "/api/v1/namespaces/default/configmaps/flags")
    none = run(place, "adopt", "shop", "--yes")
    assert (none.returncode, none.stdout) == (
        0,
        "no field has drifted; what is missing or extra is named: ConfigMap/default/flags\n",
    )
    shown = run(place, "adopt", "shop", "cm/flags", "--dry-run")
    assert "deleted in the cluster; Git states it no more, then" in words(shown.stdout)
    assert "-data: {sale: 'off'} # until June" in shown.stdout
    assert git("rev-list", "--count", "main").strip() == "1"
    done = run(place, "adopt", "shop", "cm/flags", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert git("ls-tree", "--name-only", "main:shop").split() == ["key.yaml", "web.yaml"]
    assert git("status", "--porcelain") == ""
    message = git("show", "-s", "--format=%B", "main")
    assert message.startswith("Adopt the deletion of ConfigMap flags\n")
    rest = run(place, "diff")
    assert (rest.returncode, "2 in sync" in rest.stdout) == (0, True), rest.stdout


def test_a_pending_commit_is_not_taken_for_a_deletion_and_a_secret_stays_hidden(
    place: Place,
) -> None:
    text = MAP.replace("flags", "new")
    files = {"shop/new.yaml": text.encode()}
    commit_files(place.repo, files, author=ANN, message="Add", when=time.time())
    new = run(place, "adopt", "shop", "cm/new", "--yes")
    assert new.returncode == 5
    assert "nobody deleted it, as far as is known" in words(new.stderr)
    delete(place, "/api/v1/namespaces/default/secrets/key")
    done = run(place, "adopt", "shop", "secret/key", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "planted" not in done.stdout + done.stderr
    left = Sample(place.repo).git("ls-tree", "--name-only", "main:shop").split()
    assert left == ["flags.yaml", "new.yaml", "web.yaml"]
