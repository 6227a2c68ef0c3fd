"""core.neighbours.argocd: Applications as apps, and what is said of the rest."""

import pytest

from core.model import Render
from core.neighbours import ARGOCD
from tests.core.neighbours.manifests import Result, check_oddities

GUESTBOOK = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: guestbook
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source:
    repoURL: https://github.com/argoproj/argocd-example-apps.git
    targetRevision: HEAD
    path: guestbook
  destination:
    server: https://kubernetes.default.svc
    namespace: guestbook
"""
FULL = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  namespace: argocd
  annotations: {argocd.argoproj.io/sync-wave: "5"}
spec:
  project: shop
  source:
    repoURL: git@git.example.org:platform/config.git
    targetRevision: 1.*
    path: ./charts/shop/
    helm:
      valueFiles: [values-prod.yaml, ../common.yaml, "https://x/y.yaml"]
      valuesObject: {replicas: 3}
      parameters: [{name: image.tag, value: v1}]
      releaseName: shop-prod
      version: v3
  destination:
    name: prod-eu
    namespace: shop
  syncPolicy:
    automated: {prune: true, selfHeal: true}
    syncOptions:
      - CreateNamespace=true
      - ServerSideApply=true
      - Replace=true
      - PrunePropagationPolicy=foreground
      - Validate=false
      - Replace=false
    retry: {limit: 5}
  ignoreDifferences:
    - group: apps
      kind: Deployment
      name: web
      jsonPointers: [/spec/replicas, "/metadata/annotations/a~1b"]
      jqPathExpressions:
        - .spec.template.spec.containers[] | select(.name == "proxy") | .image
        - .spec.template.spec.initContainers[0].args
        - .data."tls.crt"
        - .spec.containers[].image
        - .a | length
    - kind: Secret
      namespace: shop-*
      managedFieldsManagers: [vault]
    - group: "*"
      kind: "*"
      managedFieldsManagers: [kube-controller-manager]
  revisionHistoryLimit: 3
  invented: {by: them}
"""


def test_an_application_is_an_app_that_is_only_looked_at_as_it_was() -> None:
    result = Result(ARGOCD, GUESTBOOK)
    app = result.app
    assert (app.name, app.repo) == (
        "guestbook",
        "https://github.com/argoproj/argocd-example-apps.git",
    )
    assert (app.revision, app.path, app.namespace) == ("HEAD", "guestbook", "guestbook")
    assert (app.heal, app.follow, app.render) == (False, False, Render.AUTO)
    assert result.said == []
    assert result.stated.clusters[0].context == ""


def test_what_has_a_counterpart_is_carried_and_all_else_is_named() -> None:
    result = Result(ARGOCD, FULL)
    app = result.app
    assert (app.name, app.repo) == ("shop-prod", "git.example.org:platform/config.git")
    assert (app.revision, app.path, app.render) == ("1.*", "charts/shop", Render.HELM)
    assert (app.values, app.heal, app.follow) == (("values-prod.yaml",), True, True)
    assert [one.context for one in result.stated.clusters] == ["", "prod-eu"]
    assert app.cluster == "prod-eu"
    rules = [(rule.pointer, rule.path, rule.manager, rule.kind) for rule in app.ignore]
    assert rules == [
        ("/spec/replicas", None, None, "Deployment"),
        ("/metadata/annotations/a~1b", None, None, "Deployment"),
        (None, "spec.template.spec.containers[name=proxy].image", None, "Deployment"),
        (None, "spec.template.spec.initContainers[0].args", None, "Deployment"),
        (None, 'data["tls.crt"]', None, "Deployment"),
        (None, None, "vault", "Secret"),
        (None, None, "kube-controller-manager", ""),
    ]
    scopes = [(rule.group, rule.name, rule.namespace) for rule in app.ignore]
    assert scopes[0] == ("apps", "web", "")
    assert scopes[-2:] == [("()", "", "shop-.*"), ("", "", "")]
    for words in (
        ("spec.source.helm.valuesObject: put these values into a file",),
        ("spec.source.helm.parameters: ",),
        ("valueFiles: ../common.yaml is not below the app's folder",),
        ("valueFiles: https://x/y.yaml is of elsewhere",),
        ("syncPolicy.automated.prune: not carried over",),
        ("syncOptions CreateNamespace=true: state the namespace itself in Git",),
        ("syncOptions Replace=true: ",),
        ("syncOptions PrunePropagationPolicy=foreground: driftdeck has nothing like it",),
        ("syncOptions Validate=false: ",),
        ("spec.ignoreDifferences: jq cannot be written as a path: .spec.containers[].image",),
        ("spec.ignoreDifferences: jq cannot be written as a path: .a | length",),
        ("spec.invented: driftdeck has nothing like it",),
        ("its sync wave",),
        ("spec.destination: write the context of prod-eu",),
    ):
        assert result.says("Application argocd/shop: ", *words), words
    assert len(result.said) == 14, result.said


@pytest.mark.parametrize(
    ("policy", "heal", "follow"),
    [
        ("automated: {}", False, True),
        ("automated: {prune: false, selfHeal: true}", True, True),
        ("automated: {enabled: false, selfHeal: true}", False, False),
        ("syncOptions: []", False, False),
    ],
)
def test_what_it_did_by_itself_is_what_autoheal_may_do(
    policy: str, *, heal: bool, follow: bool
) -> None:
    app = Result(ARGOCD, f"{GUESTBOOK}  syncPolicy: {{{policy}}}\n").app
    assert (app.heal, app.follow) == (heal, follow)


@pytest.mark.parametrize(
    ("more", "include", "exclude"),
    [
        ("", ("/*.yaml", "/*.yml", "/*.json"), ()),
        ("directory: {recurse: true}", (), ()),
        ("directory: {recurse: true, exclude: '{config.json,env-*/*}'}", (),
         ("config.json", "env-*/*")),
        ("directory: {include: '*.yaml'}", ("*.yaml",), ()),
    ],
)  # fmt: skip
def test_a_plain_folder_is_read_as_deep_as_it_was(
    more: str, include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    text = GUESTBOOK.replace("    path: guestbook\n", f"    path: guestbook\n    {more}\n")
    result = Result(ARGOCD, f"{text}status: {{sourceType: Directory}}\n")
    assert (result.app.include, result.app.exclude) == (include, exclude)
    assert result.app.render is Render.PLAIN
    assert result.said == []


PROJECT = """\
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: default, namespace: argocd}
spec:
  sourceRepos: ["*"]
  destinations: %s
  clusterResourceWhitelist: [{group: "*", kind: ClusterRole}, {group: "*", kind: "*"}]
  roles: [{name: admin}]
  syncWindows: [{kind: deny, schedule: "0 22 * * *", duration: 1h}]
"""


def test_the_limits_of_a_project_are_those_of_its_apps() -> None:
    destinations = "[{server: '*', namespace: guestbook}, {server: other, namespace: x}]"
    result = Result(ARGOCD, GUESTBOOK + PROJECT % destinations)
    assert (result.app.namespaces, result.app.cluster_kinds) == (("guestbook",), ("ClusterRole",))
    assert result.says("project default: kinds without a namespace are named one by one")
    assert result.says("AppProject argocd/default: spec.syncWindows")
    assert result.says("AppProject argocd/default: spec.roles")


def test_a_project_without_limits_sets_none_and_patterns_are_left_to_people() -> None:
    wide = Result(ARGOCD, GUESTBOOK + PROJECT % "[{server: '*', namespace: '*'}]")
    assert wide.app.namespaces == ()
    some = Result(ARGOCD, GUESTBOOK + PROJECT % "[{server: '*', namespace: 'team-*'}]")
    assert some.app.namespaces == ()
    assert some.says("project default: namespaces are named one by one: team-*")


MADE = """\
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: guestbooks, namespace: argocd}
spec: {generators: [{git: {repoURL: x}}], template: {}}
"""


def test_of_an_application_set_its_results_are_carried() -> None:
    owner = "  ownerReferences: [{kind: ApplicationSet, name: guestbooks, uid: x}]\n"
    made = GUESTBOOK.replace("  finalizers", f"{owner}  finalizers")
    result = Result(ARGOCD, made + MADE)
    assert result.app.name == "guestbook"
    assert result.says(
        "ApplicationSet argocd/guestbooks: its Applications are carried; what it would"
    )
    alone = Result(ARGOCD, GUESTBOOK + MADE)
    assert alone.says("none of its Applications is here: kubectl get applications -A -o yaml")


SOURCES = """\
  sources:
  - {repoURL: "https://github.com/a/b.git", path: more, targetRevision: main,
     helm: {valueFiles: [$values/more.yaml, $other/more.yaml]}}
  - {repoURL: "https://github.com/a/b.git", path: again}
  - {repoURL: "https://charts.example.org", chart: redis, targetRevision: 18.0.0}
  - {repoURL: "https://github.com/a/values.git", ref: values}
"""


def test_each_source_in_git_is_an_app_and_lent_values_are_named() -> None:
    result = Result(ARGOCD, GUESTBOOK + SOURCES)
    assert [app.name for app in result.stated.apps] == ["guestbook", "guestbook-2"]
    assert [app.path for app in result.stated.apps] == ["more", "again"]
    assert result.says("$values/more.yaml is of another source, and values are files of")
    assert result.says("$other/more.yaml is of elsewhere")
    assert result.says("its 2 sources became as many apps")
    chart = "the chart redis 18.0.0 of https://charts.example.org has no values in Git"
    assert result.says(f"spec.sources[2]: {chart}")


def test_a_chart_with_values_in_git_is_an_app_of_both() -> None:
    more = """\
  sources:
  - {repoURL: "https://charts.example.org/stable", chart: redis, targetRevision: "18.*",
     helm: {valueFiles: [$values/redis/base.yaml, $values/redis/prod/size.yaml, own.yaml]}}
  - {repoURL: "https://github.com/a/values.git", targetRevision: main, ref: values}
"""
    result = Result(ARGOCD, GUESTBOOK + more)
    app = result.app
    assert (app.repo, app.revision, app.path) == (
        "https://github.com/a/values.git",
        "main",
        "redis",
    )
    assert app.values == ("base.yaml", "prod/size.yaml")
    assert app.chart is not None
    assert (str(app.chart), app.chart.version) == (
        "https://charts.example.org/stable/redis",
        "18.*",
    )
    assert result.says("spec.sources[0].helm.valueFiles: own.yaml is of the chart itself")
    registry = Result(ARGOCD, GUESTBOOK + more.replace("https://charts", "charts"))
    assert registry.app.chart is not None
    assert registry.app.chart.is_oci
    plain = Result(ARGOCD, GUESTBOOK + more.replace("https://charts", "http://charts"))
    assert plain.says("repoURL: anybody on the way can change what http://")
    assert plain.app.chart is not None


def test_an_application_without_a_source_in_git_is_named_and_no_app() -> None:
    chart = GUESTBOOK.replace("path: guestbook", "chart: redis")
    odd = GUESTBOOK.replace("https://github.com", "oci://x").replace("guestbook", "other")
    result = Result(ARGOCD, f"{chart}---\n{odd}---\n{GUESTBOOK}")
    assert (result.app.name, len(result.said)) == ("guestbook", 2)
    assert result.says(
        "Application argocd/guestbook: spec.source: the chart redis HEAD of https://github.com"
    )
    assert result.says(
        "Application argocd/other: spec.source: its repoURL: repositories are asked by"
    )


def test_addresses_are_spelt_as_the_settings_take_them() -> None:
    first = GUESTBOOK.replace("https://g", "https://token@g")
    second = GUESTBOOK.replace("https://g", "http://g").replace("name: guestbook", "name: plain")
    result = Result(ARGOCD, f"{first}---\n{second}")
    stated = result.stated
    assert [app.repo.partition(":")[0] for app in stated.apps] == ["https", "http"]
    assert "token" not in result.text
    assert result.says("the user in its address stays behind")
    assert result.says("anybody on the way can change what http://")


def test_an_object_with_what_is_no_text_is_named_and_no_app() -> None:
    result = Result(ARGOCD, GUESTBOOK.replace("HEAD", r'"a\0b"'))
    assert result.carried.apps == ()
    assert result.says("Application argocd/guestbook: it holds a NUL")


def test_no_secret_of_an_address_is_printed() -> None:
    for url in ("https://ann:s3cret@h/x", "ssh://ann:s3cret@h/x", "oci://ann:s3cret@h/x?k=s3cret"):
        for source in (f'repoURL: "{url}"', f'repoURL: "{url}"\n    chart: redis'):
            text = GUESTBOOK.replace(
                "repoURL: https://github.com/argoproj/argocd-example-apps.git", source
            )
            result = Result(ARGOCD, text)
            assert "s3cret" not in f"{result.text}{result.said}"


def test_names_keep_what_only_looks_like_something_else() -> None:
    text = GUESTBOOK.replace("path: guestbook", "path: ./.deploy/")
    app = Result(ARGOCD, text.replace("targetRevision: HEAD", "targetRevision: AHEAD")).app
    assert (app.path, app.revision) == (".deploy", "AHEAD")


def test_a_context_names_the_cluster_that_argo_cd_runs_in() -> None:
    (cluster,) = Result(ARGOCD, GUESTBOOK, "staging").stated.clusters
    assert (cluster.name, cluster.context) == ("staging", "staging")


def test_odd_objects_are_carried_or_named_and_what_is_printed_is_always_read() -> None:
    for text in (GUESTBOOK + SOURCES, FULL, GUESTBOOK + PROJECT % "[{server: '*'}]", MADE):
        check_oddities(ARGOCD, text)
