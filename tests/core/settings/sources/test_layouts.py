"""core.settings.sources.layouts: entries that stand for many apps."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model.sources.layouts import Layout, Matched
from core.settings.document import parse_settings
from core.settings.reading import FILE_NAME, Flags, Settings, read_settings

CLUSTERS = "clusters: {eu: {context: eu-1}, us: {context: us-1}}\n"
EACH = CLUSTERS + "apps:\n  - layout: clusters/{cluster}/{name}\n    repo: .\n"


def layout_of(text: str) -> Layout:
    (found,) = parse_settings("driftdeck.yaml", text.encode(), Path("/here")).layouts
    return found


def settings_of(folder: Path, text: str, **flags: str) -> Settings:
    (folder / FILE_NAME).write_text(text)
    return read_settings(Flags(**flags), folder, expand)


def expand(layouts: tuple[Layout, ...], _: object) -> Matched:
    (layout,) = layouts
    words = ({"cluster": "eu", "name": "shop"}, {"cluster": "us", "name": "shop"})
    made = (layout.app(each, f"clusters/{each['cluster']}/shop") for each in words)
    return Matched(tuple(made), ('"clusters/x y" is left out',))


def test_a_match_gets_its_folder_its_cluster_and_a_name_of_all_its_words() -> None:
    app = layout_of(EACH).app({"cluster": "us", "name": "shop"}, "clusters/us/shop")
    assert (app.name, app.cluster, app.path, app.repo) == (
        "shop-us",
        "us",
        "clusters/us/shop",
        "/here",
    )


def test_placeholders_stand_in_every_setting() -> None:
    text = EACH + "    name: '{name}.{cluster}'\n    namespace: '{name}'\n    owns: ['{name}']\n"
    app = layout_of(text).app({"cluster": "us", "name": "shop"}, "x")
    assert (app.name, app.namespace, app.owns) == ("shop.us", "shop", ("shop",))


def test_a_namespace_in_the_shape_is_the_app_s() -> None:
    layout = layout_of("apps:\n  - {layout: '{namespace}/{name}', repo: .}\n")
    app = layout.app({"namespace": "pay", "name": "web"}, "pay/web")
    assert (app.name, app.namespace) == ("web", "pay")


def test_a_single_app_may_have_settings_of_its_own() -> None:
    text = EACH + "    heal: false\n    overrides: {shop-us: {heal: true, namespace: web}}\n"
    us = layout_of(text).app({"cluster": "us", "name": "shop"}, "x")
    eu = layout_of(text).app({"cluster": "eu", "name": "shop"}, "x")
    assert (us.heal, us.namespace, eu.heal, eu.namespace) == (True, "web", False, "")


def test_branches_and_files_of_values_may_tell_the_environment() -> None:
    layout = layout_of(
        "apps:\n  - {layout: 'charts/{name}', repo: ., revision: 'env/{env}',"
        " values: ['values/{env}.yaml']}\n"
    )
    assert (layout.revision, layout.values, layout.top) == (
        "env/{env}",
        ("values/{env}.yaml",),
        "charts",
    )
    app = layout.app({"name": "shop", "env": "prod"}, "charts/shop")
    assert (app.name, app.revision, app.values) == ("shop-prod", "env/prod", ("values/prod.yaml",))


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        (EACH + "    path: x\n", "5:11", "the layout says the path"),
        (EACH + "    overides: {}\n", "5:5", 'did you mean "overrides"?'),
        (EACH + "    overrides: {a: {heel: true}}\n", "5:21", 'did you mean "heal"?'),
        (EACH + "    overrides: {a: {namespace: A}}\n", "5:32", '"A" is no namespace'),
        (EACH + "    overrides: {a: {repo: x}}\n", "5:21", 'unknown key "repo"'),
        (EACH + "    namespace: '{name}_x'\n", "5:16", '"name_x" is no namespace'),
        (EACH + "    cluster: asia\n", "5:14", 'there is no cluster "asia"'),
        (EACH + EACH.partition("apps:\n")[2], "5:13", "two apps are named"),
        ("apps: [{layout: a/b, repo: .}]\n", "1:17", "tells the apps apart"),
        ("apps: [{layout: '{name}{env}', repo: .}]\n", "1:17", "one placeholder in"),
        ("apps: [{layout: '../{name}', repo: .}]\n", "1:17", "inside the repository"),
        ("apps: [{layout: '', repo: .}]\n", "1:17", "the root of a repository is one app"),
        ("apps: [{layout: /, repo: .}]\n", "1:17", "inside the repository"),
        ("apps: [{layout: '{name}'}]\n", "1:8", "this needs a repo"),
    ],
)
def test_a_fault_names_its_place(tmp_path: Path, text: str, place: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings("driftdeck.yaml", text.encode(), tmp_path)
    assert str(caught.value).startswith(f"driftdeck.yaml:{place}: "), caught.value
    assert reason in str(caught.value)


def test_a_match_whose_words_do_not_fit_names_the_entry() -> None:
    with pytest.raises(UsageError, match=r'driftdeck.yaml:3:5: there is no cluster "asia"'):
        layout_of(EACH).app({"cluster": "asia", "name": "shop"}, "clusters/asia/shop")


def test_the_same_shape_in_two_repositories_is_two_layouts() -> None:
    text = EACH + EACH.partition("apps:\n")[2].replace("repo: .", "repo: other")
    both = parse_settings("driftdeck.yaml", text.encode(), Path("/here")).layouts
    assert len({each.name for each in both}) == 2


def test_every_cluster_that_a_match_may_name_is_known(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(EACH)
    settings = read_settings(Flags(), tmp_path)
    assert [one.name for one in settings.clusters] == ["eu", "us"]
    assert not settings.apps
    (tmp_path / FILE_NAME).write_text(EACH + "    name: '{name}-{cluster}'\n    cluster: eu\n")
    assert [one.name for one in read_settings(Flags(), tmp_path).clusters] == ["eu"]


def test_one_app_of_a_layout_is_chosen_by_its_name_and_the_others_are_neighbours(
    tmp_path: Path,
) -> None:
    settings = settings_of(tmp_path, EACH, app="shop-us")
    assert [app.name for app in settings.apps] == ["shop-us"]
    assert [one.name for one in settings.clusters] == ["us"]
    assert not settings.layouts
    changed = settings_of(tmp_path, EACH, app="shop-us", revision="feature")
    assert changed.apps[0].revision == "feature"


def test_an_unknown_app_is_told_with_those_there_are_and_what_was_left_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r'no app "web"; apps here: shop-eu, shop-us; "clusters/x'):
        settings_of(tmp_path, EACH, app="web")


def test_a_flag_that_changes_one_app_needs_its_name(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(EACH)
    with pytest.raises(UsageError, match="say which with --app"):
        read_settings(Flags(revision="x"), tmp_path)


def test_a_layout_of_a_folder_inside_a_repository_begins_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inside = tmp_path / "estate"
    inside.mkdir()
    (inside / FILE_NAME).write_text(EACH)
    (layout,) = read_settings(Flags(), inside).layouts
    assert (layout.spec.repo, layout.shape) == (
        str(tmp_path.resolve()),
        "estate/clusters/{cluster}/{name}",
    )
