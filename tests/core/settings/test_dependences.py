"""Which app waits for which, as the settings say it."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model.sources.layouts import Layout, Matched
from core.settings.reading import FILE_NAME, Flags, Settings, read_settings


def settings_of(folder: Path, *apps: str, expand: object = None) -> Settings:
    text = "apps:\n" + "".join(f"  - {{repo: ., {app}}}\n" for app in apps)
    (folder / FILE_NAME).write_text(text)
    return read_settings(Flags(), folder, expand)  # type: ignore[arg-type]


def error_of(folder: Path, *apps: str) -> str:
    with pytest.raises(UsageError) as caught:
        settings_of(folder, *apps)
    return str(caught.value).removeprefix(f"{folder}/")


def test_an_app_names_those_it_depends_on_wherever_they_stand(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        "name: web, depends_on: [db, infra]",
        "name: infra",
        "name: db, depends_on: [infra]",
    )
    assert [app.depends_on for app in settings.apps] == [("db", "infra"), (), ("infra",)]


def test_an_app_that_there_is_not_is_an_error_at_its_place(tmp_path: Path) -> None:
    said = error_of(tmp_path, "name: infra", "name: web, depends_on: [infra, infar]")
    assert said == 'driftdeck.yaml:3:46: there is no app "infar"; apps here: infra, web'


@pytest.mark.parametrize(
    ("apps", "way"),
    [
        (("name: a, depends_on: [a]",), "a needs a"),
        (("name: a, depends_on: [b]", "name: b, depends_on: [a]"), "a needs b needs a"),
        (
            (
                "name: x, depends_on: [a]",
                "name: a, depends_on: [b]",
                "name: b, depends_on: [c]",
                "name: c, depends_on: [a]",
            ),
            "a needs b needs c needs a",
        ),
    ],
)
def test_a_circle_is_an_error_that_shows_the_way_round(
    tmp_path: Path, apps: tuple[str, ...], way: str
) -> None:
    said = error_of(tmp_path, *apps)
    assert said.startswith("driftdeck.yaml:")
    assert said.endswith(f": no app can be first here: {way}")


def test_two_ways_to_one_app_are_no_circle(tmp_path: Path) -> None:
    settings_of(
        tmp_path,
        "name: a, depends_on: [b, c]",
        "name: b, depends_on: [d]",
        "name: c, depends_on: [d]",
        "name: d",
    )


@pytest.mark.parametrize("said", ["7", "[7]", '[""]', '["A b"]', "infra"])
def test_what_is_no_list_of_names_is_an_error(tmp_path: Path, said: str) -> None:
    assert error_of(tmp_path, f"name: web, depends_on: {said}").startswith("driftdeck.yaml:2:")


def test_a_layout_may_make_the_app_that_another_depends_on(tmp_path: Path) -> None:
    apps = (
        "name: web, depends_on: [shop-eu]",
        'layout: "apps/{name}/{env}", depends_on: ["{name}-db"]',
    )
    assert settings_of(tmp_path, *apps).apps[0].depends_on == ("shop-eu",)

    def expand(layouts: tuple[Layout, ...], _: object) -> Matched:
        found = {"name": "shop", "env": "eu"}
        return Matched(tuple(each.app(found, "apps/shop/eu") for each in layouts))

    with pytest.raises(UsageError, match='app shop-eu: depends_on: there is no app "shop-db"'):
        settings_of(tmp_path, *apps, expand=expand)
