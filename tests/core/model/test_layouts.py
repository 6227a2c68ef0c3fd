"""core.model.sources.layouts: shapes of folders, and the words that stand in their place."""

from collections.abc import Mapping

import pytest

from core.model.sources.layouts import files, filled, folders, holes, is_word, words_of


class Listed:
    """Folders of a commit, from the paths of its files."""

    def __init__(self, *paths: str) -> None:
        self._paths = paths

    def below(self, folder: str) -> Mapping[str, bool]:
        start = f"{folder}/" if folder else ""
        below = [path.removeprefix(start) for path in self._paths if path.startswith(start)]
        return {path.partition("/")[0]: "/" in path for path in below}


ESTATE = Listed(
    "README.md",
    "clusters/eu/shop/web.yaml",
    "clusters/eu/pay/web.yaml",
    "clusters/us/shop/web.yaml",
    "clusters/us/notes.txt",
    "clusters/.hidden/shop/web.yaml",
    "apps/shop/overlays/prod/kustomization.yaml",
    "apps/shop/overlays/staging/kustomization.yaml",
    "apps/shop/base/kustomization.yaml",
    "chart/Chart.yaml",
    "chart/values/prod.yaml",
    "chart/values/staging.yaml",
)


def test_each_folder_of_a_shape_matches_with_its_words() -> None:
    assert list(folders("clusters/{cluster}/{name}", ESTATE, {})) == [
        ("clusters/eu/pay", {"cluster": "eu", "name": "pay"}),
        ("clusters/eu/shop", {"cluster": "eu", "name": "shop"}),
        ("clusters/us/shop", {"cluster": "us", "name": "shop"}),
    ]


def test_a_fixed_part_may_stand_between_two_words() -> None:
    found = list(folders("apps/{name}/overlays/{env}", ESTATE, {}))
    assert [words for _, words in found] == [
        {"name": "shop", "env": "prod"},
        {"name": "shop", "env": "staging"},
    ]


def test_a_word_that_is_known_already_leaves_only_its_folder() -> None:
    found = folders("clusters/{cluster}/{name}", ESTATE, {"cluster": "us"})
    assert [folder for folder, _ in found] == ["clusters/us/shop"]


def test_a_file_and_a_hidden_folder_are_no_matches() -> None:
    assert [folder for folder, _ in folders("{name}", ESTATE, {})] == ["apps", "chart", "clusters"]
    assert list(folders("clusters/us/{name}", ESTATE, {})) == [
        ("clusters/us/shop", {"name": "shop"})
    ]


def test_files_of_values_tell_environments() -> None:
    found = list(files("values/{env}.yaml", "chart", ESTATE, {"name": "chart"}))
    assert [words["env"] for words in found] == ["prod", "staging"]
    assert list(files("values/{env}.yaml", "apps", ESTATE, {})) == []
    fixed = list(files("values/common.yaml", "chart", ESTATE, {"name": "x"}))
    assert fixed == [{"name": "x"}]  # a file that is not there is helm's to miss


@pytest.mark.parametrize(
    ("shape", "text", "words"),
    [
        ("env/{env}", "env/prod", {"env": "prod"}),
        ("env/{env}", "env/", None),
        ("env/{env}", "prod", None),
        ("team-{name}-x", "team-a-x", {"name": "a"}),
        ("team-{name}-x", "team-x", None),
        ("fixed", "fixed", {}),
        ("fixed", "fixe", None),
    ],
)
def test_a_text_fits_a_shape_or_does_not(
    shape: str, text: str, words: Mapping[str, str] | None
) -> None:
    assert words_of(shape, text, {}) == words


def test_only_the_four_placeholders_are_any() -> None:
    assert holes("{name}/{env}/{name}/{other}/a{2}") == ("name", "env")
    assert filled("{name}-{env}-{other}", {"name": "a"}) == "a-{env}-{other}"


@pytest.mark.parametrize("word", ["a", "shop", "a-b.c", "9"])
def test_what_can_name_an_app_is_a_word(word: str) -> None:
    assert is_word(word)


@pytest.mark.parametrize(
    "word", ["", "-a", "A", "a_b", "--post-renderer=x", "a\n", "a/b", "a" * 64]
)
def test_what_a_program_could_take_for_something_else_is_none(word: str) -> None:
    assert not is_word(word)
