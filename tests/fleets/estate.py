"""A whole estate: three clusters, two environments, a base with a chart in it, a secret.

It looks as such repositories in public do: `apps/base` is a kustomization that names a chart of the
repository, `apps/staging` and `apps/production` are overlays with an encrypted secret each, and
each cluster has an overlay of its own that says which image it runs.
"""

import base64
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests import commands
from tests.apiserver import binaries
from tests.apiserver.waiting import eventually
from tests.commands import Piped
from tests.controller import Controller
from tests.core.decryption.keys import Person
from tests.core.git.sample import Sample
from tests.fleets.story import Server

ENVIRONMENTS: Final = {"eu": "staging", "us": "production", "ap": "production"}  # by cluster
DEPLOYMENT: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - {name: shop, image: registry.example/shop}
"""
SERVICE: Final = """\
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}, labels: {tier: {{ .Values.tier | quote }}}}
spec: {selector: {app: cache}, ports: [{port: 6379}]}
"""
SECRET: Final = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: %s}\n"
BASE: Final = """\
resources: [shop.yaml]
helmCharts:
- name: cache
  releaseName: cache
  valuesFile: cache.yaml
"""
ENVIRONMENT: Final = """\
resources: [../base, secret.yaml]
labels:
- pairs: {environment: %s}
"""
CLUSTER: Final = """\
namespace: shop
resources: [namespace.yaml, ../../../apps/%s]
images:
- {name: registry.example/shop, newTag: "%s"}
"""
NAMESPACE: Final = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
SETTINGS: Final = """\
clusters: {%s}
apps:
- layout: "clusters/{cluster}/{name}"
  repo: config.git
  revision: main
  helm_charts: true
"""


def tell(servers: Mapping[str, Server], folder: Path) -> list[tuple[str, float]]:
    """Tell the story; how long its steps took, in seconds."""
    person = Person(binaries.binary("sops"), folder)
    clusters = (f"{name}: {{kubeconfig: {one.kubeconfig}}}" for name, one in servers.items())
    (folder / "driftdeck.yaml").write_text(SETTINGS % ", ".join(clusters))
    work = Sample(folder / "work")
    work.commit({path: text.encode() for path, text in _files(person).items()}, "Begin")
    work.git("clone", "-q", "--bare", str(work.path), str(folder / "config.git"))
    words = ("--headless", "--autoheal", "--config", str(folder / "driftdeck.yaml"))
    took: list[tuple[str, float]] = []

    def seen(what: str, holds: Callable[[], bool], within_s: float = 90) -> None:
        began = time.monotonic()
        assert eventually(holds, within_s=within_s), f"not seen: {what}"
        took.append((what, time.monotonic() - began))

    def push(path: str, text: str) -> None:
        work.commit({path: text.encode()}, path)
        work.git("push", "-q", str(folder / "config.git"), "HEAD:main")

    with Controller(words, _environment(folder, person), Piped):
        first = dict.fromkeys(servers, "registry.example/shop:1.0")
        seen("three clusters from nothing", lambda: _images(servers) == first)
        seen("their secrets", lambda: _passwords(servers) == ENVIRONMENTS)
        seen("their charts", lambda: all(_get(s, "services", "cache") for s in servers.values()))
        assert _check(folder, person) == 0
        before = {name: _versions(one) for name, one in servers.items()}
        push("clusters/us/shop/kustomization.yaml", CLUSTER % ("production", "1.1"))
        moved = {**first, "us": "registry.example/shop:1.1"}
        seen("a tag in one overlay", lambda: _images(servers) == moved)
        after = {name: _versions(one) for name, one in servers.items()}
        assert {name for name in servers if before[name] != after[name]} == {"us"}
        assert _check(folder, person) == 0
    return took


def _files(person: Person) -> dict[str, str]:
    """What the repository holds."""
    files = {
        "apps/base/kustomization.yaml": BASE,
        "apps/base/shop.yaml": DEPLOYMENT,
        "apps/base/cache.yaml": "tier: cache\n",
        "apps/base/charts/cache/Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n",
        "apps/base/charts/cache/values.yaml": "tier: none\n",
        "apps/base/charts/cache/templates/service.yaml": SERVICE,
    }
    for environment in sorted(set(ENVIRONMENTS.values())):
        files[f"apps/{environment}/kustomization.yaml"] = ENVIRONMENT % environment
        files[f"apps/{environment}/secret.yaml"] = person.encrypted(SECRET % environment)
    for name, environment in ENVIRONMENTS.items():
        files[f"clusters/{name}/shop/kustomization.yaml"] = CLUSTER % (environment, "1.0")
        files[f"clusters/{name}/shop/namespace.yaml"] = NAMESPACE
    return files


def _environment(folder: Path, person: Person) -> dict[str, str]:
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    for name in ("kubectl", "helm", "sops"):
        place = tools / name
        if not place.exists():
            place.symlink_to(binaries.binary(name).resolve())
    return {
        **person.environment,
        "PATH": f"{tools}:/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONPATH": str(commands.ROOT),
    }


def _check(folder: Path, person: Person) -> int:
    """Run `driftdeck diff`: 0 says that all was seen, and nothing differs."""
    words = ("diff", "--config", str(folder / "driftdeck.yaml"))
    done: subprocess.CompletedProcess[str] = commands.run(
        *words, environment=_environment(folder, person), timeout_s=120
    )
    assert "password" not in done.stdout or "sha256" in done.stdout
    return done.returncode


def _get(server: Server, plural: str, name: str) -> dict[str, object]:
    group = "/apis/apps/v1" if plural == "deployments" else "/api/v1"
    answer = server.client.call("GET", f"{group}/namespaces/shop/{plural}/{name}")
    found: dict[str, object] = answer.json() if answer.status == 200 else {}
    return found


def _images(servers: Mapping[str, Server]) -> dict[str, str]:
    found = {name: _get(one, "deployments", "shop") for name, one in servers.items()}
    return {name: _image(live) for name, live in found.items() if live}


def _image(live: Mapping[str, object]) -> str:
    spec = live["spec"]
    assert isinstance(spec, dict)
    return str(spec["template"]["spec"]["containers"][0]["image"])


def _passwords(servers: Mapping[str, Server]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, one in servers.items():
        data = _get(one, "secrets", "db").get("data")
        if isinstance(data, dict):
            found[name] = _decoded(str(data["password"]))
    return found


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _versions(server: Server) -> dict[str, object]:
    """What stands of the estate in one cluster, and at which generation or version."""
    found = {}
    for plural, name in (("deployments", "shop"), ("services", "cache"), ("secrets", "db")):
        metadata = _get(server, plural, name)["metadata"]
        assert isinstance(metadata, dict)
        found[name] = metadata.get("generation", metadata["resourceVersion"])
    return found
