"""core.sources.layouts: which apps there are, by the tree of a commit."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import RejectedError
from core.git import Repositories
from core.model import AppSpec
from core.model.sources.layouts import Layout
from core.settings.document import parse_settings
from core.sources.layouts import APPS_MAX, EVER_MAX, Layouts, Matches, expanded
from tests.core.git.sample import Sample

MANIFEST = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"


def layout_of(sample: Sample, shape: str, more: str = "") -> Layout:
    text = (
        f"clusters: {{eu: {{context: a}}, us: {{context: b}}}}\n"
        f"apps:\n  - layout: '{shape}'\n    repo: {sample.path}\n{more}"
    )
    if "{cluster}" not in shape:
        text += "    cluster: eu\n"
    (found,) = parse_settings("driftdeck.yaml", text.encode(), sample.path).layouts
    return found


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({f"clusters/{at}/web.yaml": MANIFEST for at in ("eu/shop", "eu/pay", "us/shop")})
    return made


def test_a_folder_is_an_app_and_a_commit_s_work_tree_is_not_looked_at(sample: Sample) -> None:
    (sample.path / "clusters/eu/unborn").mkdir()
    found = Layouts(Repositories()).read(layout_of(sample, "clusters/{cluster}/{name}"))
    assert [(app.name, app.path) for app in found.apps] == [
        ("pay-eu", "clusters/eu/pay"),
        ("shop-eu", "clusters/eu/shop"),
        ("shop-us", "clusters/us/shop"),
    ]
    assert found.problems == ()


def test_a_commit_elsewhere_costs_nothing(sample: Sample) -> None:
    reader, layout = Layouts(Repositories()), layout_of(sample, "clusters/{cluster}/{name}")
    before = reader.read(layout)
    sample.commit({"docs/a.md": b"x"})
    assert reader.read(layout) is before
    sample.commit({"clusters/us/pay/web.yaml": MANIFEST})
    assert len(reader.read(layout).apps) == 4


def test_what_can_be_no_app_is_said_and_stops_no_other(sample: Sample) -> None:
    sample.commit({"clusters/asia/shop/a.yaml": MANIFEST, "clusters/us/My_App/a.yaml": MANIFEST})
    found = Layouts(Repositories()).read(layout_of(sample, "clusters/{cluster}/{name}"))
    assert len(found.apps) == 3
    asia, mine = found.problems
    assert '"clusters/asia/shop" is left out' in asia
    assert 'there is no cluster "asia"; clusters here: eu, us' in asia
    assert mine == (
        '"clusters/us/My_App" is left out: "My_App" is no name of a-z, 0-9, "-" and "."'
    )


def test_links_and_submodules_are_no_folders(sample: Sample) -> None:
    (sample.path / "clusters/us/linked").symlink_to("shop")
    sample.git("add", "-A")
    sample.git("commit", "-qm", "a link")
    found = Layouts(Repositories()).read(layout_of(sample, "clusters/{cluster}/{name}"))
    assert len(found.apps) == 3


def test_two_folders_of_one_name_are_both_left_out(sample: Sample) -> None:
    layout = layout_of(sample, "clusters/{cluster}/{name}", "    name: '{name}'\n")
    found = Layouts(Repositories()).read(layout)
    assert [app.name for app in found.apps] == ["pay"]
    assert found.problems == ('"clusters/us/shop" and "clusters/eu/shop" are both called shop',)


def test_a_layout_that_nothing_fits_says_so(sample: Sample) -> None:
    found = Layouts(Repositories()).read(layout_of(sample, "apps/{name}"))
    assert found.problems == ("no folder is of the shape apps/{name}",)


def test_branches_tell_environments(sample: Sample) -> None:
    sample.commit({"apps/web/a.yaml": MANIFEST}, branch="env/prod")
    sample.commit({"apps/web/a.yaml": MANIFEST, "apps/new/a.yaml": MANIFEST}, branch="env/test")
    sample.commit({"apps/web/a.yaml": MANIFEST}, branch="env/Odd_One")
    layout = layout_of(sample, "apps/{name}", "    revision: 'env/{env}'\n")
    found = Layouts(Repositories()).read(layout)
    assert [(app.name, app.revision) for app in found.apps] == [
        ("web-prod", "env/prod"),
        ("new-test", "env/test"),
        ("web-test", "env/test"),
    ]


def test_files_of_values_tell_environments(sample: Sample) -> None:
    sample.commit({f"charts/web/{name}": b"a: b\n" for name in ("Chart.yaml", "values/prod.yaml")})
    (sample.path / "charts/web/values/linked.yaml").symlink_to("prod.yaml")
    sample.git("add", "charts")
    sample.git("commit", "-qm", "a link")
    layout = layout_of(sample, "charts/{name}", "    values: ['values/{env}.yaml']\n")
    (app,) = Layouts(Repositories()).read(layout).apps
    assert (app.name, app.values) == ("web-prod", ("values/prod.yaml",))


def test_too_many_matches_are_refused_with_their_number(sample: Sample) -> None:
    sample.commit({f"clusters/eu/a{number}/web.yaml": MANIFEST for number in range(APPS_MAX)})
    with pytest.raises(RejectedError, match="more than 2,000 matches"):
        Layouts(Repositories()).read(layout_of(sample, "clusters/{cluster}/{name}"))


def test_a_name_goes_on_meaning_what_it_meant_first(sample: Sample) -> None:
    layout = layout_of(sample, "clusters/{cluster}/{name}", "    name: '{name}'\n")
    matches = Matches((), (layout,), Repositories())
    assert [app.path for app in matches.found(layout).came] == ["clusters/eu/pay"]
    sample.commit({"clusters/eu/pay/web.yaml": None, "clusters/us/pay/web.yaml": MANIFEST})
    moved = matches.found(layout)
    assert [app.name for app in moved.gone] == ["pay"]
    assert moved.problem is not None
    assert '"clusters/us/pay" is left out: pay is the name of another app' in moved.problem.words


def test_a_command_that_follows_nothing_reads_all_layouts_at_once(sample: Sample) -> None:
    found = expanded([layout_of(sample, "clusters/{cluster}/{name}")], ())
    assert [app.name for app in found.apps] == ["pay-eu", "shop-eu", "shop-us"]


def test_apps_cannot_come_and_go_for_ever(sample: Sample) -> None:
    app = AppSpec(name="a", repo="r", revision="", path="", cluster="eu")
    others = tuple(replace(app, name=f"a{number}") for number in range(EVER_MAX - 2))
    layout = layout_of(sample, "clusters/{cluster}/{name}")
    with pytest.raises(RejectedError, match="more than 10,000 apps came and went"):
        Matches(others, (layout,), Repositories()).found(layout)
