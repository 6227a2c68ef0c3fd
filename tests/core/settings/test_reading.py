"""Settings are read strictly: every fault names its place, and flags win where they are clear."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.cli.exit_codes import code_of_error
from core.errors import UsageError
from core.model import AppSpec, ClusterSpec, IgnoreRule
from core.settings.reading import FILE_NAME, Flags, Settings, read_settings

FULL = """\
clusters:
  prod: {context: prod-eu, protected: true}
  inside: {in_cluster: true}
apps:
  - name: payments
    repo: ../config
    revision: main
    path: ./clusters/prod/payments/
    cluster: prod
    namespace: payments
    heal: false
    follow: false
    namespaces: [payments, shared]
    inventory_namespace: tools
  - name: web
    repo: .
    cluster: inside
"""
ONE = "apps:\n  - name: web\n    repo: .\n"


def settings_of(folder: Path, text: str | bytes, **flags: str) -> Settings:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / FILE_NAME).write_bytes(content)
    return read_settings(Flags(**flags), folder)


def test_every_key_of_the_file_arrives(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, FULL)
    assert settings.apps == (
        AppSpec(
            name="payments",
            repo=str(tmp_path.parent / "config"),
            revision="main",
            path="clusters/prod/payments",
            cluster="prod",
            namespace="payments",
            heal=False,
            follow=False,
            namespaces=("payments", "shared"),
            inventory_namespace="tools",
        ),
        AppSpec(name="web", repo=str(tmp_path), revision="HEAD", path="", cluster="inside"),
    )
    assert settings.clusters == (
        ClusterSpec(name="prod", context="prod-eu", protected=True),
        ClusterSpec(name="inside", in_cluster=True),
    )


def test_a_file_without_clusters_means_the_current_context(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, ONE)
    assert settings.apps[0].cluster == settings.clusters[0].name == "current"
    assert settings.clusters[0].context == ""


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("appz: []\n", "1:1", 'unknown key "appz"; did you mean "apps"?'),
        (ONE + "    prunes: true\n", "4:5", 'unknown key "prunes"'),
        (ONE + "    Heal: true\n", "4:5", 'did you mean "heal"?'),
        ("clusters: {a: {contxt: b}}\n" + ONE, "1:16", 'did you mean "context"?'),
        (ONE + "    heal: 1\n", "4:11", "heal must be true or false"),
        (ONE + "    heal: 'yes'\n", "4:11", "heal must be true or false"),
        (ONE + "    revision: 1234\n", "4:15", "revision must be text"),
        (ONE + "    namespaces: a\n", "4:17", "namespaces must be a list"),
        (ONE + "    namespaces: []\n", "4:17", "name at least one namespace"),
        (ONE + "    namespaces: [a, B]\n", "4:21", '"B" is no namespace'),
        (ONE + "    namespaces: [a, null]\n", "4:21", "a namespace must be text"),
        (ONE + "    namespace: a/b\n", "4:16", '"a/b" is no namespace'),
        (ONE + "    inventory_namespace: '*'\n", "4:26", '"*" is no namespace'),
        (ONE + "    cluster: prod\n", "4:14", 'there is no cluster "prod"'),
        (ONE + "    path: ../up\n", "4:11", "inside the repository"),
        (ONE + "    path: /etc\n", "4:11", "inside the repository"),
        (ONE + "    name: again\n", "4:5", 'the key "name" stands here twice'),
        (ONE + "  - name: web\n    repo: x\n", "4:11", 'two apps are named "web"'),
        ("apps:\n  - name: Web!\n    repo: .\n", "2:11", '"Web!" is no app name'),
        ("apps:\n  - name: web\n", "2:5", "this needs a repo"),
        ("apps:\n  - repo: .\n", "2:5", "this needs a name"),
        ("apps:\n  - name: web\n    repo: https://u:pw@a/b\n", "3:11", "no user and no password"),
        ("apps:\n  - name: web\n    repo: http://a/b\n", "3:11", "anybody on the way"),
        ("apps:\n  - name: web\n    repo: ext::sh -c id\n", "3:11", "no spaces"),
        ("repositories: [{}]\napps: [{name: a, repo: .}]\n", "1:16", "this needs a url"),
        ("repositories: [{url: x}]\napps: [{name: a, repo: .}]\n", "1:22", "begins no address"),
        (
            "repositories: [{url: 'https://a', poll: 1s}]\napps: [{name: a, repo: .}]\n",
            "1:41",
            "from 5s to 24h",
        ),
        (
            "repositories: [{url: 'https://a', depth: true}]\napps: [{name: a, repo: .}]\n",
            "1:42",
            "depth must be a whole number",
        ),
        (
            "apps:\n  - {name: a, repo: 'ssh://a@h/x'}\n  - {name: b, repo: 'ssh://b@h/x'}\n",
            "3:21",
            "as another user",
        ),
        ("apps: []\n", "1:7", "name at least one app"),
        ("apps: {}\n", "1:7", "apps must be a list"),
        ("apps: [1]\n", "1:8", "this must be a mapping"),
        ("clusters: {}\n", "1:1", "name at least one app"),
        (
            "clusters: {a: {}, b: {context: b}}\n" + ONE,
            "3:5",
            "an app needs a cluster; clusters here: a, b",
        ),
        ("clusters: {a: {in_cluster: true, context: b}}\n" + ONE, "1:43", "exclude each other"),
        ("clusters: {a: {in_cluster: true, kubeconfig: b}}\n" + ONE, "1:46", "exclude each other"),
        (
            "clusters: {a: {}, b: {}}\n" + ONE,
            "1:22",
            "the current context is the cluster a already",
        ),
        (
            "clusters: {a: {context: x}, b: {context: x}}\n" + ONE,
            "1:32",
            'context "x" is the cluster a already; one server has one name',
        ),
        (
            "clusters: {a: {in_cluster: true}, b: {in_cluster: true}}\n" + ONE,
            "1:38",
            "the pod's own API server is the cluster a already",
        ),
        (ONE + "    namespaces: [a]\n    owns: [a, b]\n", "5:15", "it owns b, which is not one of"),
        (ONE + "    cluster_kinds: [ClusterRole]\n", "4:20", "cluster_kinds goes with namespaces"),
        (
            ONE + "    namespaces: [a]\n    cluster_kinds: [clusterroles]\n",
            "5:21",
            "a kind is written as in a manifest, like ClusterRole",
        ),
        ("", "1:1", "this must be a mapping"),
        ("- a\n", "1:1", "this must be a mapping"),
        ("apps: [\n", "2:1", "expected the node content"),
        ("a: b\n---\nc: d\n", "2:1", "but found another document"),
        ("? [a]\n: b\n", "1:3", "a key must be text"),
        ("apps: &a [*a]\n", "1:11", "aliases are not read"),
        ("apps: !!python/name:os.system x\n", "1:7", "the tag"),
        ("apps: \x07\n", "1:7", "not allowed in YAML"),
        (b"apps:\n  \xff\n", "2:3", "not UTF-8"),
        pytest.param("apps: " + "[" * 5000, "1:22", "nested too deeply", id="deep"),
        ("apps: !!int 0x\n", "1:7", "is no number"),
        ("apps: !foo []\n", "1:7", "the tag !foo is not read here"),
        ("apps: [!!set {}]\n", "1:8", "the tag tag:yaml.org,2002:set is not read here"),
        ("!foo apps: []\n", "1:1", "the tag !foo is not read here"),
        (ONE + '    revision: "\\ud800"\n', "4:15", "a NUL or half a character"),
        ('clusters: {a: {audit_log: "\\0"}}\n' + ONE, "1:27", "a NUL or half a character"),
        ("apps:\n  - name: a..b\n    repo: .\n", "2:11", '"a..b" is no app name'),
        ("apps:\n  - name: a.-b\n    repo: .\n", "2:11", '"a.-b" is no app name'),
        ("apps:\n  - name: a-.b\n    repo: .\n", "2:11", '"a-.b" is no app name'),
        pytest.param(f"apps:\n  - name: {'a' * 201}\n", "2:11", "at most 200", id="long"),
    ],
)
def test_a_fault_in_the_file_names_its_line_and_column(
    tmp_path: Path, text: str | bytes, place: str, reason: str
) -> None:
    with pytest.raises(UsageError) as caught:
        settings_of(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / FILE_NAME}:{place}: ")
    assert reason in message
    assert code_of_error(caught.value) == 2


def test_a_missing_file_that_was_named_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_settings(Flags(config="other.yaml"), tmp_path)


def test_a_named_file_gives_relative_repositories_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "d.yaml").write_text(ONE)
    settings = read_settings(Flags(config="conf/d.yaml"), tmp_path)
    assert settings.apps[0].repo == str(tmp_path / "conf")


def test_a_file_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(ONE)
    (tmp_path / FILE_NAME).chmod(0o666)
    with pytest.raises(UsageError, match="chmod o-w"):
        read_settings(Flags(), tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there.yaml").write_text(ONE)
    (tmp_path / "here" / FILE_NAME).symlink_to(tmp_path / "there.yaml")
    with pytest.raises(UsageError, match="link to another folder"):
        read_settings(Flags(), tmp_path / "here")


def test_a_link_inside_the_folder_is_followed_as_in_a_mounted_configmap(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / FILE_NAME).write_text(ONE)
    (tmp_path / FILE_NAME).symlink_to(Path("..data", FILE_NAME))
    assert read_settings(Flags(), tmp_path).apps[0].name == "web"


def test_a_pipe_or_a_folder_in_place_of_the_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no regular file"):
        read_settings(Flags(config="pipe"), tmp_path)
    with pytest.raises(UsageError, match="Is a directory"):
        read_settings(Flags(config="."), tmp_path)


def test_a_file_above_one_mebibyte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="larger than"):
        settings_of(tmp_path, "#" * (1 << 20) + "\n")


def test_nothing_named_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no driftdeck\.yaml here.*--repo"):
        read_settings(Flags(), tmp_path)


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ({"repo": "My_Config.git"}, "my-config"),
        ({"repo": "r", "path": "deploy/Shop/"}, "shop"),
        ({"repo": "r", "path": "."}, "r"),
    ],
)
def test_flags_alone_make_one_app_named_after_its_folder(
    tmp_path: Path, flags: Mapping[str, str], name: str
) -> None:
    (app,) = read_settings(Flags(**flags), tmp_path).apps
    assert (app.name, app.repo, app.revision) == (name, str(tmp_path / flags["repo"]), "HEAD")


def test_flags_alone_say_revision_context_and_namespace(tmp_path: Path) -> None:
    flags = Flags(repo=".", revision="v1", context="kind", namespace="shop")
    settings = read_settings(flags, tmp_path)
    assert settings.clusters == (ClusterSpec(name="kind", context="kind"),)
    (app,) = settings.apps
    assert (app.revision, app.cluster, app.namespace) == ("v1", "kind", "shop")


def test_a_repository_flag_goes_past_the_file_in_the_folder(tmp_path: Path) -> None:
    assert settings_of(tmp_path, FULL, repo="elsewhere").apps[0].name == "elsewhere"


def test_a_wrong_flag_names_itself(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--path: .*inside the repository"):
        read_settings(Flags(path="../x"), tmp_path)


def test_globs_choose_the_files_of_an_app(tmp_path: Path) -> None:
    text = ONE + "    include: ['**/*.yaml']\n    exclude: [values.yaml, dashboards/]\n"
    (app,) = settings_of(tmp_path, text).apps
    assert (app.include, app.exclude) == (("**/*.yaml",), ("values.yaml", "dashboards/"))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("[]", "at least one pattern"),
        ("[1]", "a pattern must be text"),
        ("['']", "no pattern of files"),
        ("['!a']", "no pattern of files"),
        ("['../a']", "no pattern of files"),
        ("['[z-a]']", "is no pattern: bad character range"),
    ],
)
def test_what_is_no_glob_is_named_with_its_place(tmp_path: Path, value: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        settings_of(tmp_path, f"{ONE}    exclude: {value}\n")
    assert f"{FILE_NAME}:4:" in str(caught.value)


def test_choosing_an_app_leaves_the_other_clusters_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, FULL, app="web")
    assert [app.name for app in settings.apps] == ["web"]
    assert [cluster.name for cluster in settings.clusters] == ["inside"]


def test_an_unknown_app_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='no app "wbe"; apps here: payments, web'):
        settings_of(tmp_path, FULL, app="wbe")


def test_a_flag_over_several_apps_asks_which(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--revision changes one app; say which with --app"):
        settings_of(tmp_path, FULL, revision="v1")
    assert settings_of(tmp_path, FULL, revision="v1", app="web").apps[0].revision == "v1"


def test_clusters_may_be_in_files_of_their_own_and_kept_as_they_are(tmp_path: Path) -> None:
    clusters = "{a: {kubeconfig: a.conf, read_only: true}, b: {kubeconfig: /b.conf}, c: {}}"
    apps = [f"{{name: {name}, repo: ., path: {name}, cluster: {name}}}" for name in "abc"]
    (tmp_path / "driftdeck.yaml").write_text(f"clusters: {clusters}\napps: [{', '.join(apps)}]\n")
    assert read_settings(Flags(), tmp_path).clusters == (
        ClusterSpec(name="a", kubeconfig=str(tmp_path / "a.conf"), read_only=True),
        ClusterSpec(name="b", kubeconfig="/b.conf"),
        ClusterSpec(name="c"),
    )


def test_a_cluster_that_no_app_needs_is_not_there_to_be_contacted(tmp_path: Path) -> None:
    apps = "{name: x, repo: ., path: x, cluster: a}, {name: y, repo: ., path: y, cluster: b}"
    clusters = "{a: {context: a}, b: {context: b}, c: {context: c}}"
    (tmp_path / "driftdeck.yaml").write_text(f"clusters: {clusters}\napps: [{apps}]\n")
    named = [cluster.name for cluster in read_settings(Flags(), tmp_path).clusters]
    chosen = [cluster.name for cluster in read_settings(Flags(app="y"), tmp_path).clusters]
    assert (named, chosen) == (["a", "b"], ["b"])


def test_a_context_flag_keeps_a_protected_cluster_protected(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, FULL, context="prod-eu", app="web")
    assert settings.clusters == (ClusterSpec(name="prod", context="prod-eu", protected=True),)
    assert settings.apps[0].cluster == "prod"


def test_a_repository_flag_with_an_app_changes_that_app(tmp_path: Path) -> None:
    (app,) = settings_of(tmp_path, FULL, app="payments", path="other").apps
    assert (app.name, app.path, app.heal) == ("payments", "other", False)


@pytest.mark.parametrize("text", ["", FULL])
def test_a_repository_flag_with_an_app_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text or ONE)
    flags = Flags(repo="../other", path="a/app", app="a-app")
    (app,) = read_settings(flags, tmp_path).apps
    assert (app.name, app.path, app.heal) == ("a-app", "a/app", True)
    assert app.repo == str(tmp_path.parent / "other")


def test_a_repository_flag_with_an_app_changes_that_app_of_a_file_that_is_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "x.yaml").write_text(FULL)
    flags = Flags(config="x.yaml", repo="other", app="payments")
    (app,) = read_settings(flags, tmp_path).apps
    assert (app.name, app.repo, app.heal) == ("payments", str(tmp_path / "other"), False)


@pytest.fixture
def work_tree(tmp_path: Path) -> Path:
    """A repository, as far as settings look, with a folder and a link to that."""
    tree = tmp_path / "config"
    (tree / ".git" / "refs").mkdir(parents=True)
    (tree / "clusters" / "prod").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tree / "clusters")
    return tree


@pytest.mark.parametrize(
    ("repo", "path", "found"),
    [
        ("config", None, ""),
        ("config", "clusters", "clusters"),
        ("config/clusters", None, "clusters"),
        ("config/clusters/prod/", None, "clusters/prod"),
        ("config/clusters/prod", ".", "clusters/prod"),
        ("config/clusters/prod", "clusters", "clusters"),
        ("link/prod", None, "clusters/prod"),
    ],
)
def test_a_folder_of_a_work_tree_means_its_repository_and_by_itself_that_folder(
    work_tree: Path, repo: str, path: str | None, found: str
) -> None:
    (app,) = read_settings(Flags(repo=repo, path=path), work_tree.parent).apps
    assert (app.repo, app.path) == (str(work_tree), found)


def test_a_settings_file_beside_manifests_means_its_repository(work_tree: Path) -> None:
    (app,) = settings_of(work_tree / "clusters", ONE).apps
    assert (app.name, app.repo, app.path) == ("web", str(work_tree), "clusters")


@pytest.mark.parametrize("repo", ["elsewhere", "gone", "config/.git/refs", "config/gone"])
def test_what_is_in_no_work_tree_stays_what_it_is(work_tree: Path, repo: str) -> None:
    (work_tree.parent / "elsewhere").mkdir()
    (app,) = read_settings(Flags(repo=repo), work_tree.parent).apps
    assert (app.repo, app.path) == (str(work_tree.parent / repo), "")


def test_a_repository_inside_of_another_is_its_own(work_tree: Path) -> None:
    inner = work_tree / "clusters" / "prod"
    (inner / ".git").write_text("gitdir: elsewhere")
    (app,) = read_settings(Flags(repo=str(inner)), work_tree).apps
    assert (app.repo, app.path) == (str(inner), "")


def test_inside_a_bare_repository_is_no_work_tree(tmp_path: Path) -> None:
    for name in ("HEAD", "objects", "refs/heads"):
        (tmp_path / "mirror.git" / name).mkdir(parents=True)
    (app,) = read_settings(Flags(repo="mirror.git/refs/heads"), tmp_path).apps
    assert (app.repo, app.path) == (str(tmp_path / "mirror.git/refs/heads"), "")


def test_a_name_that_no_app_can_have_names_its_flag(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='--app: "My App" is no app name'):
        read_settings(Flags(repo=".", app="My App"), tmp_path)


@pytest.mark.parametrize("more", ["owns: [shop]", "namespace: shop"])
def test_the_apps_beside_a_chosen_one_of_its_cluster_are_known_though_not_chosen(
    tmp_path: Path, more: str
) -> None:
    text = "clusters: {prod: {context: a}, lab: {context: b}}\napps:\n" + "".join(
        f"  - {{name: {name}, repo: ., path: {name}, cluster: {cluster}, {more}}}\n"
        for name, cluster in (("shop", "prod"), ("other", "prod"), ("far", "lab"))
    )
    settings = settings_of(tmp_path, text, app="shop")
    assert [app.name for app in settings.apps] == ["shop"]
    assert [app.name for app in settings.neighbours] == ["other"]
    assert [app.name for app in settings_of(tmp_path, text, app="other").neighbours] == ["shop"]
    assert settings_of(tmp_path, text, app="far").neighbours == ()
    assert settings_of(tmp_path, text).neighbours == ()


# Ignore rules -----------------------------------------------------------------------------------

RULES = """\
apps:
  - name: web
    repo: .
    ignore:
      - {pointer: /spec/replicas, kind: Deployment}
      - path: spec.template.spec.containers[name=proxy]
        group: apps
        name: web-.*
        namespace: shop
        labels: tier in (front, back)
      - {manager: scaler}
      - pointer: ""
"""


def test_ignore_rules_arrive_with_the_line_they_stand_on(tmp_path: Path) -> None:
    assert settings_of(tmp_path, RULES).apps[0].ignore == (
        IgnoreRule(pointer="/spec/replicas", kind="Deployment", source="driftdeck.yaml:5"),
        IgnoreRule(
            path="spec.template.spec.containers[name=proxy]",
            group="apps",
            name="web-.*",
            namespace="shop",
            labels="tier in (front, back)",
            source="driftdeck.yaml:6",
        ),
        IgnoreRule(manager="scaler", source="driftdeck.yaml:11"),
        IgnoreRule(pointer="", source="driftdeck.yaml:12"),
    )


@pytest.mark.parametrize(
    ("rule", "column", "reason"),
    [
        ("{pointer: /a, path: a}", 9, "a rule has exactly one of: pointer, path, manager"),
        ("{kind: Deployment}", 9, "a rule has exactly one of: pointer, path, manager"),
        ("{pointer: /a, knid: Job}", 23, 'unknown key "knid"; did you mean "kind"?'),
        ("{pointer: [a]}", 19, "pointer must be text"),
        ("{pointer: spec/replicas}", 19, "not a JSON pointer: 'spec/replicas'"),
        ("{path: spec..replicas}", 16, "not a path: 'spec..replicas' at character 5"),
        ('{path: ""}', 16, 'path must name something; a whole object is pointer: ""'),
        ('{manager: ""}', 19, "manager must name something"),
        ("{pointer: /a, name: 'web-('}", 29, "name is no regular expression: missing )"),
        ("{pointer: /a, kind: 'a{99999999999}'}", 29, "kind is no regular expression"),
        ("{pointer: /a, kind: '" + "(" * 3000 + "'}", 29, "kind is no regular expression"),
        ("{pointer: /a, labels: 'a in b'}", 31, "not a label selector: 'a in b' at character 1"),
        ("/spec/replicas", 9, "this must be a mapping"),
    ],
)
def test_a_rule_that_cannot_work_is_an_error_at_its_place(
    tmp_path: Path, rule: str, column: int, reason: str
) -> None:
    text = f"apps:\n  - name: web\n    repo: .\n    ignore:\n      - {rule}\n"
    with pytest.raises(UsageError) as caught:
        settings_of(tmp_path, text)
    assert f"driftdeck.yaml:5:{column}: {reason}" in str(caught.value)
