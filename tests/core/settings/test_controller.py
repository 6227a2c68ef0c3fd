"""core.settings.controller: where the controller lives."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model import ClusterSpec
from core.model.controller import Controller
from core.settings.controller import home_of
from core.settings.document import parse_settings

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
