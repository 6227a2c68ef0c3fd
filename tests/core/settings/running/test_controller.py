"""core.settings.running.controller: where the controller lives."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model import ClusterSpec
from core.model.controllers.controller import Controller
from core.settings.document import parse_settings
from core.settings.reading import FILE_NAME, Flags, Settings, read_settings
from core.settings.running.controller import home_of

CLUSTERS = "clusters: {prod: {in_cluster: true}, lab: {context: lab}}\n"
APPS = "apps: [{name: a, repo: ., cluster: lab}]\n"


def controller(text: str, folder: Path) -> Controller:
    return parse_settings("d.yaml", f"{CLUSTERS}{APPS}{text}".encode(), folder).controller


def test_what_settings_say_of_it_is_read(tmp_path: Path) -> None:
    assert controller("", tmp_path) == Controller()
    said = "controller: {namespace: ops, cluster: lab, shards: 3, listen: '[::]:9000'}"
    expected = Controller(
        namespace="ops", cluster="lab", shards=3, listen=("::", 9000), stated=True
    )
    assert controller(said, tmp_path) == expected
    assert controller("controller: {}", tmp_path) == Controller(stated=True)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{namespace: ''}", "d.yaml:3:25: a controller lives in a namespace"),
        ("{cluster: us}", 'd.yaml:3:23: there is no cluster "us"; clusters here: prod, lab'),
        ("{shards: 0}", "d.yaml:3:22: shards are counted from 1"),
        ("{listen: here}", "d.yaml:3:22: listen is written like"),
        ("{replicas: 2}", 'd.yaml:3:14: unknown key "replicas"'),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, said: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        controller(f"controller: {said}", tmp_path)
    assert words in str(error.value)


def test_it_lives_in_the_named_cluster_the_pods_own_or_the_only_one() -> None:
    prod, lab = ClusterSpec(name="prod", in_cluster=True), ClusterSpec(name="lab")
    assert home_of(Controller(), (prod, lab)) is prod
    assert home_of(Controller(cluster="lab"), (prod, lab)) is lab
    assert home_of(Controller(), (lab,)) is lab
    with pytest.raises(UsageError, match=r"say in which cluster the controller lives.*: lab, eu"):
        home_of(Controller(), (lab, ClusterSpec(name="eu")))


POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
LAB = "clusters: {lab: {context: lab}}\n"
TWO = "clusters: {lab: {context: lab}, eu: {context: eu}}\n"


def settings(text: str, folder: Path) -> Settings:
    (folder / FILE_NAME).write_text(text + APPS)
    return read_settings(Flags(), folder)


def test_replicas_meet_in_the_cluster_of_their_pods(tmp_path: Path) -> None:
    told = settings(CLUSTERS, tmp_path)
    assert told.leasing(POD) == ClusterSpec(name="prod", in_cluster=True)
    assert told.leasing({}) is None  # the same file, read on a laptop
    assert settings(LAB, tmp_path).leasing(POD) is None  # a pod that looks after others


def test_elsewhere_they_meet_where_settings_or_a_flag_say_that_they_are_several(
    tmp_path: Path,
) -> None:
    lab = ClusterSpec(name="lab", context="lab")
    assert settings(f"{LAB}controller: {{}}\n", tmp_path).leasing({}) == lab
    told = settings(f"{TWO}controller: {{cluster: eu, shards: 2}}\n", tmp_path).divided(5)
    assert told.controller == Controller(cluster="eu", shards=5, stated=True)
    assert told.leasing({}) == ClusterSpec(name="eu", context="eu")  # though no app is meant for it
    with pytest.raises(UsageError, match="say in which cluster"):
        settings(TWO, tmp_path).divided(1).leasing({})
    assert settings(TWO, tmp_path).leasing({}) is None


def test_replicas_of_a_repository_of_the_flags_meet_in_its_cluster(tmp_path: Path) -> None:
    told = read_settings(Flags(repo=".", context="eu"), tmp_path).divided(1)
    assert told.leasing({}) == ClusterSpec(name="eu", context="eu")
