"""core.render.elsewhere: bases in other repositories that the settings name, each at one commit."""

from collections.abc import Mapping

import pytest

from core.errors import RejectedError, UnavailableError
from core.git import File
from core.model.sources.remotes import Remote, address_of
from core.render.closure import closure_of
from core.render.elsewhere import Bases, Files, shown
from tests.core.render.worlds import world_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = Remote(address=address_of("https://git.example.org:8443/platform/bases.git"))
OTHER = Remote(address=address_of("git@git.example.org:platform/other"))
PLACE = f"git.example.org/platform/bases@{COMMIT[:12]}"
MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"


class Host:
    """Repositories that hold one commit each, and what was asked of them."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.world, self.asked = world_of(files), [""]

    def had(self, remote: Remote, commit: str) -> Files:
        self.asked.append(f"{remote.address} {commit[:4]}")
        return tuple(self.world.files.values()), self.world.content

    @property
    def bases(self) -> Bases:
        return Bases((REPOSITORY, OTHER), self.had)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("https://git.example.org:8443/platform/bases.git//web/base", "web/base"),
        ("https://git.example.org/platform/bases//web", "web"),
        ("https://git.example.org/platform/bases.git/web", "web"),
        ("https://ann:secret@git.example.org/platform/bases", ""),
        ("git::https://git.example.org/platform/bases//web/", "web"),
        ("ssh://git@git.example.org/platform/bases.git//web", "web"),
        ("git@git.example.org:platform/bases.git//web", "web"),
        ("git.example.org/platform/bases/web", "web"),
    ],
)
def test_a_base_is_known_however_its_address_is_written(name: str, folder: str) -> None:
    for ref in (f"?ref={COMMIT}", f"?timeout=90s&version={COMMIT.upper()}"):
        found = Host({}).bases.named(name + ref)
        assert found == (REPOSITORY, COMMIT, folder)


@pytest.mark.parametrize(
    "name",
    [
        "https://git.example.org/platform/bases-evil//web",
        "https://git.example.org.evil/platform/bases//web",
        "https://evil.example/git.example.org/platform/bases",
        "https://git.example.org@evil.example/platform/bases",
        "../git.example.org/platform/bases",
        "web",
    ],
)
def test_what_only_looks_like_it_is_none(name: str) -> None:
    assert Host({}).bases.named(f"{name}?ref={COMMIT}") is None


@pytest.mark.parametrize("ref", ["", "?ref=main", "?ref=v1.2.0", f"?ref={COMMIT[:12]}", "?ref="])
def test_what_may_move_is_refused_and_nothing_is_asked(ref: str) -> None:
    name = f"https://git.example.org/platform/bases//web{ref}"
    world = world_of({"a/kustomization.yaml": f"resources:\n  - {name}\n"})
    host = Host({})
    with pytest.raises(RejectedError, match=r"^a/kustomization\.yaml:2: .*by its 40 digits"):
        closure_of(world, "a", bases=host.bases)
    assert host.asked == [""]


def test_a_base_stands_beside_the_repository_and_is_named_there() -> None:
    name = f"https://git.example.org/platform/bases//web/prod?ref={COMMIT}"
    host = Host(
        {
            "web/prod/kustomization.yaml": "resources: [../base]\n",
            "web/base/kustomization.yaml": "resources: [m.yaml]\n",
            "web/base/m.yaml": MAP,
            "web/stray.yaml": MAP,
        }
    )
    files = {"over/kustomization.yaml": f"resources: [{name}, n.yaml]\n", "over/n.yaml": MAP}
    found = closure_of(world_of(files), "over", bases=host.bases)
    below = {"web/prod/kustomization.yaml", "web/base/kustomization.yaml", "web/base/m.yaml"}
    assert found.files == files.keys() | {f"{PLACE}/{path}" for path in below}
    text = b'{"resources": ["../%s/web/prod", "n.yaml"]}' % PLACE.encode()
    assert found.world.bytes_of("over/kustomization.yaml") == text
    assert found.world.bytes_of(f"{PLACE}/web/base/m.yaml") == MAP.encode()
    assert host.asked[1:] == ["https://git.example.org:8443/platform/bases.git 0123"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"kustomization.yaml": "resources: [../x]\n"}, "leads out of the repository"),
        ({"kustomization.yaml": "patches: [{path: ../../../o/s.yaml}]"}, "leads out of the"),
        ({"kustomization.yaml": "resources: [https://github.com/a/b]"}, "nothing is fetched"),
        ({"kustomization.yaml": "helmCharts: [{name: x}]\n"}, "are not rendered"),
        ({"readme": ""}, "holds no kustomization.yaml"),
    ],
)
def test_a_base_may_name_its_own_files_and_what_the_app_may(
    files: Mapping[str, str], words: str
) -> None:
    name = f"https://git.example.org/platform/bases?ref={COMMIT}"
    world = world_of({"a/kustomization.yaml": f"resources: ['{name}']", "o/s.yaml": MAP})
    with pytest.raises(RejectedError, match=words):
        closure_of(world, "a", bases=Host(files).bases, charts=True)


def test_a_base_may_lie_on_another_base_and_not_outside_of_its_repository() -> None:
    ref = f"?ref={COMMIT}"
    world = world_of(
        {
            "a/kustomization.yaml": f"bases: ['git@git.example.org:platform/other//web{ref}']",
            "b/kustomization.yaml": f"bases: ['git.example.org/platform/bases//../../x{ref}']",
        }
    )
    host = Host(
        {
            "web/kustomization.yaml": f"components: ['git.example.org/platform/bases/part{ref}']",
            "part/kustomization.yaml": "kind: Component\n",
        }
    )
    assert f"{PLACE}/part/kustomization.yaml" in closure_of(world, "a", bases=host.bases).files
    with pytest.raises(RejectedError, match="leads out of its repository"):
        closure_of(world, "b", bases=host.bases)


def test_more_bases_than_there_may_be_are_refused() -> None:
    names = [f"git.example.org/platform/bases?ref={number:040x}" for number in range(21)]
    names = [name.replace("?ref=0000000000", f"?ref={n:010x}") for n, name in enumerate(names)]
    world = world_of({"a/kustomization.yaml": f"resources: {names}"})
    with pytest.raises(RejectedError, match="one base too many; 20 are allowed"):
        closure_of(world, "a", bases=Host({"kustomization.yaml": ""}).bases)


def test_a_base_that_cannot_be_had_now_is_tried_again() -> None:
    def away(remote: Remote, commit: str) -> tuple[tuple[File, ...], object]:
        raise UnavailableError(f"{remote.address}: no route to {commit[:4]}")

    world = world_of(
        {"a/kustomization.yaml": f"bases: [git.example.org/platform/bases?ref={COMMIT}]"}
    )
    with pytest.raises(UnavailableError, match="no route to 0123"):
        closure_of(world, "a", bases=Bases((REPOSITORY,), away))  # type: ignore[arg-type]


def test_what_is_named_elsewhere_is_shown_without_user_and_query() -> None:
    assert shown("https://ann:secret@host/a//b?ref=x&token=y") == '"https://host/a//b"'
