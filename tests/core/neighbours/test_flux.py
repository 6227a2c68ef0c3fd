"""core.neighbours.flux: Kustomizations and HelmReleases as apps, and what is said of the rest."""

import pytest

from core.model import Render
from core.neighbours import FLUX
from tests.core.neighbours.manifests import Result, check_oddities

SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 1m0s
  url: ssh://git@github.com/fluxcd/flux2-kustomize-helm-example
  ref: {branch: main}
  secretRef: {name: flux-system}
"""
APPS = """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m0s
  dependsOn: [{name: infra-configs}]
  sourceRef: {kind: GitRepository, name: flux-system}
  path: ./apps/production
  prune: true
  wait: true
  timeout: 5m0s
  targetNamespace: shop
  decryption: {provider: sops, secretRef: {name: sops-age}}
  postBuild: {substitute: {cluster_env: prod}, substituteFrom: [{kind: ConfigMap, name: x}]}
  patches: [{patch: "x", target: {kind: Deployment}}]
  serviceAccountName: deployer
"""
PODINFO = """\
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, namespace: podinfo}
spec:
  interval: 50m
  releaseName: podinfo
  chart:
    spec:
      chart: ./charts/podinfo
      reconcileStrategy: Revision
      sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
      valuesFiles: [./charts/podinfo/values.yaml, charts/podinfo/prod.yaml, ./common.yaml]
      verify: {provider: cosign}
  driftDetection:
    mode: enabled
    ignore:
      - paths: [/spec/replicas, spec]
        target: {kind: Deployment, name: "web-.*", labelSelector: "app=web"}
      - paths: [/data]
        target: {annotationSelector: "a=b"}
      - paths: [/data]
        target: {name: "("}
  install: {crds: Create}
  upgrade: {remediation: {retries: 3}}
  valuesFrom: [{kind: ConfigMap, name: x}]
  values: {redis: {enabled: true}}
"""
CHARTS = """\
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: podinfo, namespace: podinfo}
spec: {interval: 5m, url: "https://stefanprodan.github.io/podinfo"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: redis, namespace: podinfo}
spec:
  chart: {spec: {chart: redis, version: ">=18", sourceRef: {kind: HelmRepository, name: podinfo}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: manifests, namespace: podinfo}
spec: {url: "oci://ghcr.io/stefanprodan/manifests/podinfo"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: oci, namespace: podinfo}
spec: {sourceRef: {kind: OCIRepository, name: manifests}, path: ./}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: lost, namespace: podinfo}
spec: {sourceRef: {kind: GitRepository, name: none}}
"""


def test_a_kustomization_is_an_app_of_its_source_and_all_else_is_named() -> None:
    result = Result(FLUX, SOURCE + APPS)
    app = result.app
    assert app.name == "apps"
    assert app.repo == "ssh://github.com/fluxcd/flux2-kustomize-helm-example"
    assert (app.revision, app.path, app.namespace) == ("main", "apps/production", "shop")
    assert (app.heal, app.follow, app.render) == (True, True, Render.AUTO)
    (remote,) = result.stated.remotes
    assert (remote.address.user, remote.poll_s) == ("git", 60)
    what = "Kustomization flux-system/apps"
    for words in (
        (what, "spec.dependsOn: say depends_on where an app is to wait for others"),
        (what, "spec.prune: not carried over"),
        (what, "spec.wait: "),
        (what, "spec.targetNamespace: objects that name another namespace keep it"),
        (what, "spec.decryption: "),
        (what, "spec.postBuild: variables in manifests are not replaced"),
        (what, "spec.patches: write it into the kustomization"),
        (what, "spec.serviceAccountName: "),
        ("GitRepository flux-system/flux-system", "spec.secretRef: name the credentials"),
    ):
        assert result.says(*words), words
    assert len(result.said) == 9


def test_a_release_of_a_chart_in_git_is_an_app_called_as_the_release() -> None:
    result = Result(FLUX, SOURCE + PODINFO)
    app = result.app
    assert (app.name, app.path, app.render) == ("podinfo", "charts/podinfo", Render.HELM)
    assert (app.values, app.namespace, app.heal) == (("values.yaml", "prod.yaml"), "podinfo", True)
    (rule,) = app.ignore
    assert (rule.pointer, rule.kind, rule.name, rule.labels) == (
        "/spec/replicas",
        "Deployment",
        "web-.*",
        "app=web",
    )
    for words in (
        "valuesFiles: common.yaml is not below the app's folder",
        "spec.driftDetection.ignore: annotationSelector",
        "a rule of ignore: pointer: ",
        "a rule of ignore: name: name is no regular expression",
        "spec.valuesFrom: ",
        "spec.values: put these values",
        "spec.install: ",
        "spec.upgrade: ",
        "spec.chart.spec.verify: ",
    ):
        assert result.says("HelmRelease podinfo/podinfo: ", words), words


@pytest.mark.parametrize(
    ("more", "name", "namespace"),
    [
        ("targetNamespace: web", "web-podinfo", "web"),
        ("targetNamespace: web, releaseName: x", "x", "web"),
        ("releaseName: Odd_Name", "podinfo-podinfo", "podinfo"),
    ],
)
def test_the_name_of_a_release_is_the_one_that_flux_gives_it(
    more: str, name: str, namespace: str
) -> None:
    lines = "".join(f"  {line}\n" for line in more.split(", "))
    result = Result(FLUX, SOURCE + PODINFO.replace("  releaseName: podinfo\n", lines))
    assert (result.app.name, result.app.namespace) == (name, namespace)
    assert any("is called" in line for line in result.said) == ("Odd" in more)


def test_what_is_in_no_repository_of_git_is_named_and_no_app() -> None:
    result = Result(FLUX, SOURCE + APPS + CHARTS)
    assert result.app.name == "apps"
    for words in (
        ("HelmRelease podinfo/redis: the chart redis of HelmRepository podinfo (https://stef",),
        ("Kustomization podinfo/oci: OCIRepository manifests (oci://ghcr.io/", "no repository of"),
        ("Kustomization podinfo/lost: its GitRepository none is not here",),
    ):
        assert result.says(*words), words


@pytest.mark.parametrize(
    ("ref", "revision"),
    [
        ("{tag: v1.2.3, branch: main}", "v1.2.3"),
        ('{semver: ">=1.0.0 <2.0.0", tag: v9}', ">=1.0.0 <2.0.0"),
        ("{branch: main, commit: 0123456789012345678901234567890123456789}",
         "0123456789012345678901234567890123456789"),
        ("{name: refs/heads/x, semver: '*'}", "refs/heads/x"),
        ("{}", "master"),
    ],
)  # fmt: skip
def test_the_revision_is_the_one_that_flux_would_take(ref: str, revision: str) -> None:
    assert Result(FLUX, SOURCE.replace("{branch: main}", ref) + APPS).app.revision == revision


def test_what_is_suspended_is_only_looked_at() -> None:
    for text in (
        SOURCE + APPS.replace("prune: true", "suspend: true"),
        SOURCE.replace("ref:", "suspend: true\n  ref:") + APPS,
    ):
        result = Result(FLUX, text)
        assert (result.app.heal, result.app.follow) == (False, False)
        assert result.says("is suspended: heal and follow are off")


def test_a_release_whose_drift_flux_does_not_correct_is_not_healed() -> None:
    for mode in ("warn", "disabled"):
        app = Result(FLUX, SOURCE + PODINFO.replace("enabled", mode, 1)).app
        assert (app.heal, app.follow) == (False, True)


def test_what_a_source_ignores_is_excluded_below_the_folder_of_an_app() -> None:
    ignore = (
        "  ignore: |\n    # all\n    *.md\n    /apps/production/drafts/\n    /infra\n    !keep\n"
    )
    result = Result(FLUX, SOURCE + ignore + APPS)
    assert result.app.exclude == ("*.md", "/drafts")
    assert result.says("the source's ignore: /infra is not about files below apps/production")
    assert result.says("the source's ignore: !keep")


def test_another_cluster_is_named_by_its_secret() -> None:
    more = "  kubeConfig: {secretRef: {name: staging}}\n"
    result = Result(FLUX, SOURCE + APPS + more)
    assert [(one.name, one.context) for one in result.stated.clusters] == [
        ("here", ""),
        ("staging", "staging"),
    ]
    assert result.app.cluster == "staging"
    assert result.says("spec.kubeConfig: write the context of the cluster that staging is for")


def test_two_of_one_name_are_told_apart_by_their_namespaces() -> None:
    other = APPS.replace("namespace: flux-system", "namespace: team", 1)
    other = other.replace("name: flux-system}", "name: flux-system, namespace: flux-system}")
    result = Result(FLUX, SOURCE + APPS + other)
    assert [app.name for app in result.stated.apps] == ["apps", "team-apps"]


def test_odd_objects_are_carried_or_named_and_what_is_printed_is_always_read() -> None:
    for text in (SOURCE + APPS, SOURCE + PODINFO, SOURCE + CHARTS):
        check_oddities(FLUX, text)
