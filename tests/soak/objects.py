"""What Git states in the soak, and where a live object is not as Git states it.

The second is no part of driftdeck: what proves it must not share its notion of "in sync".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

APPS: Final = ("till", "cart", "mail", "stock")
_PER_APP: Final = {"ConfigMap": 5, "Deployment": 4, "Service": 2, "Secret": 1}
_VERSIONS: Final = {"Deployment": "apps/v1"}
_NOBODY_ELSES: Final = (
    "metadata.annotations",
    "metadata.labels",
    "data",
    "spec.selector",
    "spec.template.metadata.annotations",
    "spec.template.spec.containers[0].resources",
)
_CONTROLLERS: Final = frozenset({"deployment.kubernetes.io/revision"})


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One object, as a URL names it."""

    resource: str  # "configmaps"
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.resource}/{self.namespace}/{self.name}"

    @property
    def path(self) -> str:
        """Its URL."""
        root = "/apis/apps/v1" if self.resource == "deployments" else "/api/v1"
        return f"{root}/namespaces/{self.namespace}/{self.resource}/{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Stated:
    """One object of Git; *turn* counts the commits that changed it."""

    app: str
    kind: str
    name: str
    turn: int = 0

    @property
    def ref(self) -> Ref:
        """Where it is in the cluster."""
        return Ref(f"{self.kind.lower()}s", namespace_of(self.app), self.name)

    @property
    def file(self) -> str:
        """Where it is in Git."""
        return f"{self.app}/{self.kind.lower()}-{self.name}.yaml"

    def manifest(self) -> dict[str, Any]:
        """It, as people write it."""
        metadata = {
            "name": self.name,
            "namespace": namespace_of(self.app),
            "labels": {"app": self.name, "tier": f"tier-{self.turn % 3}"},
            "annotations": {"soak/owner": "team"},
        }
        head = {"apiVersion": _VERSIONS.get(self.kind, "v1"), "kind": self.kind}
        return {**head, "metadata": metadata, **self._content()}

    def text(self) -> bytes:
        """Its file."""
        return yaml.dump(
            self.manifest(), Dumper=yaml.CSafeDumper, sort_keys=False, encoding="utf-8"
        )

    def _content(self) -> dict[str, Any]:
        match self.kind:
            case "ConfigMap":
                data = {f"key-{index}": f"value {index}" for index in range(4)}
                return {"data": {**data, "turn": str(self.turn)}}
            case "Secret":
                return {"type": "Opaque", "data": {"token": "c2VjcmV0", "turn": _digits(self.turn)}}
            case "Service":
                ports = [{"port": 80, "targetPort": 8000 + self.turn}]
                return {
                    "spec": {"clusterIP": "None", "selector": {"app": self.name}, "ports": ports}
                }
            case _:
                return {"spec": self._deployment()}

    def _deployment(self) -> dict[str, Any]:
        labels = {"app": self.name}
        container = {
            "name": "web",
            "image": f"registry.example/{self.name}:{self.turn}",
            "env": [{"name": "MODE", "value": "production"}, {"name": "LEVEL", "value": "info"}],
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        }
        annotations = {"soak/turn": str(self.turn)}
        metadata = {"labels": labels, "annotations": annotations}
        template = {"metadata": metadata, "spec": {"containers": [container]}}
        selector = {"matchLabels": labels}
        return {"replicas": 2, "selector": selector, "template": template}


def _digits(turn: int) -> str:
    return ("MA==", "MQ==", "Mg==", "Mw==", "NA==", "NQ==", "Ng==", "Nw==")[turn % 8]


def namespace_of(app: str) -> str:
    """Each app has its own."""
    return f"soak-{app}"


def first_statement() -> tuple[Stated, ...]:
    """What Git states before anybody commits."""
    return tuple(
        Stated(app, kind, f"{kind.lower()[:3]}-{number}")
        for app in APPS
        for kind, count in _PER_APP.items()
        for number in range(count)
    )


def apart(stated: Any, live: Any, at: str = "") -> Iterator[str]:
    """Name the places where *live* is not as it is *stated*.

    What Git leaves open the server may fill in, but not in lists and not where only Git writes.
    """
    if isinstance(stated, Mapping) and isinstance(live, Mapping):
        for key, value in stated.items():
            place = f"{at}.{key}" if at else key
            yield from apart(value, live[key], place) if key in live else (f"{place} is gone",)
        if at in _NOBODY_ELSES:
            more = sorted(set(live) - set(stated) - _CONTROLLERS)
            yield from (f"{at}.{key} is new" for key in more)
    elif isinstance(stated, list) and isinstance(live, list) and len(stated) == len(live):
        for index, (one, other) in enumerate(zip(stated, live, strict=True)):
            yield from apart(one, other, f"{at}[{index}]")
    elif stated != live:
        yield f"{at} is {live!r} and not {stated!r}"
