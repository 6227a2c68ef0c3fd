"""core.settings.sources.elsewhere: which repositories bases may lie in, and how they are asked."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model.sources.remotes import Remote
from core.settings.document import parse_settings

ENTRY = (
    "repositories: [{url: 'https://git.example/platform', token_env: TOKEN, depth: 9},"
    " {url: 'http://plain.example', insecure: true}]\n"
)


def read(app: str, *, top: str = ENTRY) -> tuple[Remote, ...]:
    text = f"{top}apps: [{{repo: ., {app}}}]\n"
    found = parse_settings("driftdeck.yaml", text.encode(), Path("/"))
    return found.apps[0].remote_bases


def test_a_repository_of_bases_is_asked_as_the_settings_say_for_one_commit_alone() -> None:
    known, other, plain = read(
        "name: web, remote_bases: ['https://git.example/platform/bases.git',"
        " 'git@github.com:org/bases', 'http://plain.example/bases']"
    )
    assert (str(known.address), known.token_env, known.depth) == (
        "https://git.example/platform/bases.git",
        "TOKEN",
        9,
    )
    assert (str(other.address), other.address.user, other.depth) == (
        "github.com:org/bases",
        "git",
        1,
    )
    assert plain.address.scheme == "http"


def test_without_the_list_there_is_none() -> None:
    assert read("name: web") == ()


def test_apps_of_a_layout_have_theirs() -> None:
    text = "apps: [{repo: ., layout: 'a/{name}', remote_bases: ['https://host/bases']}]\n"
    found = parse_settings("driftdeck.yaml", text.encode(), Path("/")).layouts[0]
    (base,) = found.made({"name": "web"}, "a/web").remote_bases
    assert (str(base.address), base.depth) == ("https://host/bases", 1)


@pytest.mark.parametrize(
    ("bases", "words"),
    [
        ("['../bases']", "asked by https"),
        ("[{url: x}]", "at most 2,000"),
        ("['https://user:secret@host/x']", "no password"),
        ("['file:///etc']", "asked by https"),
        ("['http://other.example/x']", "insecure: true"),
        ("['https://host/x?ref=main']", r"has no \?"),
        ("[https://host]", "names no repository"),
    ],
)
def test_what_is_no_repository_of_another_machine_is_refused(bases: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        read(f"name: web, remote_bases: {bases}")
    assert "secret" not in str(caught.value)
    assert "driftdeck.yaml:2" in str(caught.value)
