"""core.installation.reading and installation: from repositories to what is printed and said."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.installation.installation import Choices, Installation, installation_of
from core.installation.manifests import stream
from core.installation.reading import (
    Wants,
    namespaces_of,
    sources_of,
    wants_of,
    wants_with_server,
)
from core.installation.settings import Home, in_pod
from core.manifests.plain import load_plain
from core.model import AppSpec, ClusterSpec, Remedy
from core.model.controllers.controller import UNSTATED
from core.settings.reading import Settings
from tests.core.git.sample import Sample

pytestmark = pytest.mark.outside  # git makes the repository

PROD = ClusterSpec(name="prod", kubeconfig="/nowhere/config")
EU = ClusterSpec(name="eu", context="eu", kubeconfig="/nowhere/config")
MAP = b"{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}\n"
WIDGET = b"{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}\n"
ROLE = b"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}}\n"
TEXT = 'apps: [{name: shop, repo: "https://git.example/c.git"}]\n'


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({"shop/m.yaml": MAP, "odd/w.yaml": WIDGET + b"---\n" + ROLE, "bad/x.yaml": b"["})
    return made


def settings_of(sample: Sample, *paths: str) -> Settings:
    repo = str(sample.path)
    apps = [
        AppSpec(name=path, repo=repo, revision="main", path=path, cluster="prod") for path in paths
    ]
    return Settings(apps=tuple(apps), clusters=(PROD,), named=(PROD,))


def made(wants: Wants, settings: Settings) -> Installation:
    home = Home(cluster=PROD, namespace="driftdeck", controller=UNSTATED, namespaces={})
    document = load_plain("driftdeck.yaml", TEXT.encode())
    given = in_pod(document, Path(), home, settings.clusters)
    return installation_of(settings, given, home, wants, Choices(image="x", replicas=1))


async def test_apps_are_read_and_one_that_cannot_be_is_named(sample: Sample) -> None:
    found = await sources_of(settings_of(sample, "shop", "bad", "none"))
    assert {*found.read} == {"shop", "bad"}
    assert found.problems["none"].remedy is Remedy.CHANGE_GIT
    (lacking,) = found.lacking
    assert lacking.startswith("app bad: bad/x.yaml:")


async def test_what_is_printed_has_the_rights_of_what_git_states(sample: Sample) -> None:
    settings = settings_of(sample, "shop")
    wants = wants_of(PROD, settings, await sources_of(settings), "default")
    text = stream(made(wants, settings).parts, [])
    assert "namespace: default" in text
    assert made(wants, settings).notes == ()
    again = settings_of(sample, "shop")
    assert stream(made(wants_of(PROD, again, await sources_of(again), "default"), again).parts, [])


async def test_a_kind_that_nobody_knows_is_asked_for_and_named_where_nobody_answers(
    sample: Sample,
) -> None:
    settings = settings_of(sample, "odd")
    wants = await wants_with_server(PROD, settings, await sources_of(settings), "default")
    assert wants.unknown == ("app odd: Widget (example.com/v1)",)
    silent, unknown, grants = made(wants, settings).notes
    assert silent.startswith("cluster prod did not say what it serves: no kubeconfig: ")
    assert unknown.startswith("app odd: Widget (example.com/v1): no definition of it lies in Git")
    assert grants.startswith("app odd states rights (Role/default/r): the API server lets nobody")


async def test_namespaces_that_nobody_makes_are_named(sample: Sample) -> None:
    settings = settings_of(sample, "shop")
    wants = wants_of(PROD, settings, await sources_of(settings), "team")
    assert made(wants, settings).notes == (
        "no app states these namespaces, so they have to exist: team",
    )


async def test_no_server_is_asked_where_all_kinds_are_known(sample: Sample) -> None:
    settings = settings_of(sample, "shop")
    wants = await wants_with_server(PROD, settings, await sources_of(settings), "default")
    assert (wants.unknown, wants.problem) == ((), None)


async def test_apps_of_other_clusters_are_told_to_need_rights_there(sample: Sample) -> None:
    settings = replace(settings_of(sample, "shop"), clusters=(PROD, EU))
    wants = wants_of(PROD, settings, await sources_of(settings), "default")
    (note,) = made(wants, settings).notes
    assert note.startswith("cluster eu: its apps need rights there, of the user of its kubeconfig")


def test_objects_that_name_no_namespace_go_where_they_went_before(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "clusters: [{name: c, cluster: {server: 'https://x:6444'}}]\n"
        "contexts: [{name: c, context: {cluster: c, namespace: team}}]\ncurrent-context: c\n"
    )
    known = ClusterSpec(name="a", kubeconfig=str(config))
    inside = ClusterSpec(name="b", in_cluster=True)
    found = namespaces_of((known, inside, PROD), "ops")
    assert found == {"a": "team", "b": "ops", "prod": "default"}
