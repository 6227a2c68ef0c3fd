"""core.compare.evidence.tracking: which other engine keeps an object, by the marks it leaves."""

import json
from typing import Any

import pytest

from core.compare import tracker_of
from core.model import Live

ARGO_ID, ARGO = "argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"
FLUX, HELM = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"
INSTANCE = "app.kubernetes.io/instance"
RELEASE, PLACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"


def tracker(
    labels: Any = None, annotations: Any = None, managers: tuple[str, ...] = ("kubectl",)
) -> str:
    metadata = {
        "labels": labels,
        "annotations": annotations,
        "managedFields": [{"manager": name, "operation": "Apply"} for name in managers],
    }
    return tracker_of(Live("u", "1", json.dumps({"metadata": metadata}).encode()))


@pytest.mark.parametrize(
    ("labels", "annotations", "managers", "words"),
    [
        ({f"{FLUX}/name": "shop", f"{FLUX}/namespace": "flux"}, {}, (),
         "Flux Kustomization flux/shop"),
        ({f"{FLUX}/name": "shop"}, {}, (), "Flux Kustomization shop"),
        ({f"{FLUX}/namespace": "flux"}, {}, (), ""),
        ({f"{HELM}/name": "shop", f"{HELM}/namespace": "x"}, {}, (), "Flux HelmRelease x/shop"),
        ({}, {ARGO_ID: "shop:apps/Deployment:web/a"}, (), "Argo CD application shop"),
        ({ARGO: "shop"}, {}, (), "Argo CD application shop"),
        ({ARGO: "other"}, {ARGO_ID: "shop:x"}, (), "Argo CD application shop"),
        ({INSTANCE: "shop"}, {}, ("a", "argocd-controller"), "Argo CD application shop"),
        ({INSTANCE: "shop"}, {}, ("kubectl",), ""),
        ({INSTANCE: "other", ARGO: "shop"}, {}, ("argocd-controller",), "Argo CD application shop"),
        ({}, {}, ("argocd-controller",), ""),
        ({}, {RELEASE: "shop", PLACE: "web"}, (), "Helm release web/shop"),
        ({}, {RELEASE: "shop"}, (), "Helm release shop"),
        ({}, {PLACE: "web"}, (), ""),
        ({f"{FLUX}/name": "f"}, {ARGO_ID: "a:x", RELEASE: "h"}, (), "Flux Kustomization f"),
        ({}, {ARGO_ID: "a:x", RELEASE: "h"}, (), "Argo CD application a"),
        ({"app": "shop"}, {"note": "x"}, ("helm",), ""),
        (None, None, (), ""),
    ],
)  # fmt: skip
def test_an_engine_is_named_by_the_marks_it_leaves(
    labels: Any, annotations: Any, managers: tuple[str, ...], words: str
) -> None:
    assert tracker(labels, annotations, managers) == words


@pytest.mark.parametrize("body", [b"{", b"{}", b"[" * 100_000, b'{"metadata": {"labels": 3}}'])
def test_of_an_object_that_cannot_be_read_no_engine_is_named(body: bytes) -> None:
    assert tracker_of(Live("u", "1", body)) == ""
