"""`driftdeck diff A..B` and two apps against each other: typed, and no cluster anywhere."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import commands
from tests.core.git.sample import Sample
from tests.githost.https import HttpsHost

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata:\n  a: '%s'\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: %s}\n"
SETTINGS = """\
apps:
  - {name: shop, repo: repo, revision: main, path: shop, namespace: shop}
  - {name: cart, repo: repo, revision: main, path: cart, namespace: cart}
"""
REMOTE = """\
repositories:
  - {url: "%(base)s", token_file: token, ca_file: githost-ca.pem}
apps:
  - {name: shop, repo: "%(url)s", revision: main, path: shop}
"""


class World:
    """A folder with settings, and a repository of two branches; no kubeconfig is to be found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "driftdeck.yaml").write_text(SETTINGS)
        self.sample = Sample(folder / "repo")
        self.main = fill(self.sample)

    def diff(self, *words: str) -> subprocess.CompletedProcess[str]:
        home = self.folder / "home"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
        }
        return commands.run("diff", *words, environment=environment, folder=self.folder)

    def form(self, *words: str) -> Any:
        done = self.diff(*words, "-o", "json")
        assert done.returncode == 1, done.stderr
        return json.loads(done.stdout)


def fill(sample: Sample) -> str:
    """Commit what main states and what a branch beside it states; return main."""
    both = {"shop/kept.yaml": MAP % ("kept", 1), "cart/kept.yaml": MAP % ("kept", 1)}
    old = both | {"shop/m.yaml": MAP % ("m", 1), "shop/old.yaml": MAP % ("old", 1)}
    old["shop/s.yaml"] = SECRET % "hunter2"
    main = sample.commit({path: text.encode() for path, text in old.items()}, "One")
    sample.git("branch", "feature")
    new = {"shop/m.yaml": MAP % ("m", 2), "shop/new.yaml": MAP % ("new", 1)}
    new["shop/s.yaml"] = SECRET % "hunter3"
    files: dict[str, bytes | None] = {path: text.encode() for path, text in new.items()}
    sample.commit(files | {"shop/old.yaml": None}, "Two", branch="feature")
    return main


def assert_no_secret(text: str) -> None:
    assert "hunter" not in text
    assert base64.b64encode(b"hunter").decode() not in text


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_two_revisions_are_compared_without_any_cluster(world: World) -> None:
    done = world.diff("main..feature", "shop")
    assert (done.returncode, done.stderr) == (1, "")
    feature = world.sample.git("rev-parse", "--short=7", "feature").strip()
    for said in (
        "shop main..feature\n",
        "  ConfigMap m: changed\n    data.a\n",
        f'"2"  {feature} Ann, ',
        "Two  shop/m.yaml:5\n",
        "  ConfigMap new: added\n",
        "  ConfigMap old: removed\n",
        "One  shop/old.yaml:1\n",
        "  2 changed, 1 removed, 1 added, 1 the same\n",
    ):
        assert said in done.stdout
    assert_no_secret(done.stdout)


def test_programs_read_both_values_and_where_each_is_stated(world: World) -> None:
    form = world.form("main..feature", "shop")
    (one,) = form["comparisons"]
    assert (form["complete"], one["old"]["commit"]) == (True, world.main)
    assert one["counts"] == {"changed": 2, "removed": 1, "added": 1, "same": 1}
    by_name = {each["name"]: each for each in one["objects"]}
    (change,) = by_name["m"]["changes"]
    assert (change["path"], change["old"], change["new"]) == ("data.a", "1", "2")
    assert (change["origin"]["file"], change["origin"]["line"]) == ("shop/m.yaml", 5)
    assert by_name["old"]["origin"]["commit"] == world.main
    (secret,) = by_name["s"]["changes"]
    assert [*secret["old"]] == [*secret["new"]] == ["sha256"]


def test_a_side_that_is_left_out_is_the_apps_own_revision(world: World) -> None:
    there, back = world.form("..feature", "shop"), world.form("feature..", "shop")
    ends = [(c["old"]["revision"], c["new"]["revision"]) for c in there["comparisons"]]
    assert ends == [("main", "feature")]
    assert back["comparisons"][0]["counts"] == {"changed": 2, "removed": 1, "added": 1, "same": 1}
    assert back["comparisons"][0]["new"]["commit"] == world.main


def test_without_a_name_every_app_is_compared(world: World) -> None:
    form = world.form("main..feature")
    assert [one["new"]["app"] for one in form["comparisons"]] == ["shop", "cart"]
    assert [len(one["objects"]) for one in form["comparisons"]] == [4, 0]
    assert world.diff("main..feature", "cart").returncode == 0


def test_whole_objects_are_shown_as_files_with_secrets_hidden(world: World) -> None:
    done = world.diff("main..feature", "shop", "-o", "diff")
    assert done.returncode == 1
    assert "--- OLD/v1.ConfigMap..m\n+++ NEW/v1.ConfigMap..m\n" in done.stdout
    assert '-  a: "1"\n+  a: "2"\n' in done.stdout
    assert_no_secret(done.stdout)


def test_a_comment_for_a_pull_request_folds_each_object(world: World) -> None:
    done = world.diff("main..feature", "shop", "-o", "markdown")
    assert done.returncode == 1
    counted = "2 changed, 1 removed, 1 added, 1 the same"
    assert f"### <code>shop main..feature</code>: {counted}\n" in done.stdout
    assert "<details><summary><code>ConfigMap m</code>: changed</summary>" in done.stdout
    assert "| field | old | new | commit |" in done.stdout
    assert_no_secret(done.stdout)


def test_an_app_that_one_side_does_not_have_yet_is_added(world: World) -> None:
    world.sample.commit({"new/m.yaml": (MAP % ("m", 1)).encode()}, branch="feature")
    flags = "--repo", "repo", "--path", "new"
    (one,) = world.form("main..feature", *flags)["comparisons"]
    assert [each["verdict"] for each in one["objects"]] == ["added"]
    assert one["notes"] == ['there is no folder "new" in main']
    done = world.diff("main..main", *flags)
    assert done.returncode == 5
    assert 'folder "new" does not exist' in done.stderr


def test_content_that_cannot_be_read_is_named_and_nothing_of_it_is_gone(world: World) -> None:
    world.sample.commit({"shop/m.yaml": b"a: [", "shop/kept.yaml": None}, branch="feature")
    done = world.diff("main..feature", "shop")
    assert done.returncode == 5
    assert "driftdeck: app shop: feature: shop/m.yaml:2: " in done.stderr
    assert "ConfigMap m" not in done.stdout
    assert "ConfigMap kept: removed" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["main..nothing"], 'no branch, tag or commit is called "nothing"'),
        (["main...feature"], "write A..B"),
        ([".."], "name a revision"),
        (["main..feature", "shop", "cart"], "diff takes APP"),
        (["main..feature", "--all"], "--all"),
        (["shop", "nothing"], 'there is no app "nothing"; apps here: shop, cart'),
        (["shop", "cart", "--app", "shop"], "--app"),
    ],
)
def test_words_that_cannot_be_are_refused(world: World, words: list[str], said: str) -> None:
    done = world.diff(*words)
    assert done.returncode == 2
    assert said in done.stderr


def test_two_apps_are_compared_as_if_they_had_one_namespace(world: World) -> None:
    named = (MAP % ("kept", 2)).replace("name: kept", "name: kept, namespace: cart")
    world.sample.commit({"cart/kept.yaml": named.encode()})
    (one,) = world.form("cart", "shop")["comparisons"]
    found = {each["name"]: each["verdict"] for each in one["objects"]}
    assert found == {"kept": "changed", "m": "added", "old": "added", "s": "added"}
    text = world.diff("cart", "shop").stdout
    assert "cart..shop\n" in text
    assert '      cart  "2"\n      shop  "1"  ' in text


@pytest.mark.skipif(
    shutil.which("kustomize") is None and shutil.which("kubectl") is None,
    reason="neither kustomize nor kubectl is here",
)
def test_both_revisions_are_rendered_and_no_line_is_blamed_that_does_not_say_it(
    world: World,
) -> None:
    files = {"base/m.yaml": MAP % ("m", 1), "base/kustomization.yaml": "resources: [m.yaml]\n"}
    overlay = "resources: [../base]\nnamePrefix: %s-\ncommonAnnotations: {a: %s}\n"
    files["prod/kustomization.yaml"] = overlay % ("p", "x")
    world.sample.commit({path: text.encode() for path, text in files.items()})
    changed = {"base/m.yaml": MAP % ("m", 2), "prod/kustomization.yaml": overlay % ("p", "z")}
    world.sample.git("branch", "rendered")
    world.sample.commit({path: text.encode() for path, text in changed.items()}, branch="rendered")
    (one,) = world.form("main..rendered", "--repo", "repo", "--path", "prod")["comparisons"]
    (found,) = one["objects"]
    assert (found["name"], found["verdict"]) == ("p-m", "changed")
    data, annotation = found["changes"]
    assert (annotation["path"], annotation["new"]) == ("metadata.annotations.a", "z")
    assert "no line states just this" in annotation["origin"]["note"]
    assert (data["new"], data["origin"]["file"], data["origin"]["line"]) == ("2", "base/m.yaml", 5)


# A repository of another machine ------------------------------------------------------------------


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HttpsHost]:
    with HttpsHost(tmp_path / "served") as host:
        yield host


def test_revisions_of_another_machine_are_fetched_first(world: World, host: HttpsHost) -> None:
    sample = Sample(host.folder / "config.git", bare=True)
    main = fill(sample)
    (world.folder / "token").write_text(host.token)
    named = {"base": host.url("")[:-1], "url": host.url("config.git")}
    (world.folder / "driftdeck.yaml").write_text(REMOTE % named)
    (one,) = world.form("main..feature")["comparisons"]
    assert one["old"]["commit"] == main
    assert one["counts"] == {"changed": 2, "removed": 1, "added": 1, "same": 1}
    later = sample.commit({"shop/new.yaml": (MAP % ("new", 9)).encode()}, branch="feature")
    assert world.form("..feature")["comparisons"][0]["new"]["commit"] == later
    lacking = world.diff("main..nothing")
    assert lacking.returncode == 2
    assert 'has no branch, tag or commit "nothing"' in lacking.stderr
    host.stop()
    away = world.diff("main..feature")
    assert away.returncode == 3
    assert "Connection refused" in away.stderr
    assert "2 changed, 1 removed, 1 added, 1 the same (not complete)" in away.stdout
