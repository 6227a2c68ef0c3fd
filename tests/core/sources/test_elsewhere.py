"""core.sources: an overlay on a base in another repository, which the app's settings name."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from core.errors import RejectedError, UnavailableError
from core.git import Repositories
from core.model import AppSpec
from core.render import Renderer
from core.settings.sources.elsewhere import bases_asked_as
from core.sources.reading import Folders
from tests.core.git.sample import Sample
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script
from tests.githost.https import HttpsHost
from tests.githost.place import Place

MAP = b"{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: '1'}}"
BASE: dict[str, bytes | None] = {
    "base/kustomization.yaml": b"resources: [m.yaml]\n",
    "base/m.yaml": MAP,
}


@pytest.fixture
def repositories(web: Place) -> Iterator[Repositories]:
    """What a program knows that no app of which lives on the server."""
    environment = {"HOME": str(web.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    made = Repositories((), environment)
    yield made
    made.close()


class Overlay:
    """An app of a repository here, on a base of the server."""

    def __init__(self, folder: Path, kubectl: Path, web: Place, known: Repositories) -> None:
        self.sample, self.web = Sample(folder / "own"), web
        renderer = Renderer(script(folder / "bin", "kubectl", f'exec {kubectl} "$@"'))
        self.folders = Folders(str(self.sample.path), known, HERE, renderer, patience_s=30.0)
        (asked,) = bases_asked_as((web.remote,), ())
        bases = (replace(web.remote, depth=asked.depth),)
        self.spec = AppSpec(
            name="shop",
            repo=str(self.sample.path),
            revision="main",
            path="over",
            cluster="c",
            remote_bases=bases,
        )

    def state(self, commit: str, *, host: str = "") -> None:
        name = f"{host or self.web.path}//base?ref={commit}"
        text = f"namePrefix: prod-\nresources:\n  - {name}\n"
        self.sample.commit({"over/kustomization.yaml": text.encode()})


@pytest.fixture
def overlay(tmp_path: Path, kubectl: Path, web: Place, repositories: Repositories) -> Overlay:
    return Overlay(tmp_path, kubectl, web, repositories)


def test_a_base_is_had_at_its_commit_whatever_its_branch_is_at(overlay: Overlay) -> None:
    first = overlay.web.sample.commit(BASE)
    overlay.web.sample.commit({"base/m.yaml": MAP.replace(b"'1'", b"'2'")})
    overlay.state(first)
    found = overlay.folders.read(overlay.spec)
    assert found is not None
    (document,) = found.documents
    assert document.name == "prod-m"
    assert b'"a":"1"' in document.body.replace(b" ", b"")
    host = overlay.web.remote.address.host
    assert document.file == f"{host}/config@{first[:12]}/base/m.yaml"
    assert document.made is not None
    assert document.made.inputs == ("over/kustomization.yaml",)
    assert not document.made.statements
    second = overlay.web.sample.commit({"base/m.yaml": MAP.replace(b"'1'", b"'3'")})
    overlay.state(second)
    found = overlay.folders.read(overlay.spec)
    assert found is not None
    assert b'"3"' in found.documents[0].body


def test_a_commit_that_is_not_there_and_a_repository_that_is_not_named_are_told(
    overlay: Overlay,
) -> None:
    overlay.web.sample.commit(BASE)
    overlay.state("0" * 40)
    with pytest.raises((RejectedError, UnavailableError), match="000000000000"):
        overlay.folders.read(overlay.spec)
    overlay.state("0" * 40, host="https://elsewhere.example/config.git")
    with pytest.raises(RejectedError, match="nothing is fetched; vendor it, or name its"):
        overlay.folders.read(overlay.spec)


def test_a_server_that_hangs_holds_nobody_up_for_long(
    overlay: Overlay, host: HttpsHost, repositories: Repositories
) -> None:
    overlay.state(overlay.web.sample.commit(BASE))
    over = Event()
    host.answer = lambda handler: handler.command == "POST" and not over.wait()
    hurried = Folders(str(overlay.sample.path), repositories, HERE, patience_s=0.05)
    with pytest.raises(UnavailableError, match="is being fetched") as caught:
        hurried.read(overlay.spec)
    assert caught.value.retry_after_s == 1.0
    with pytest.raises(UnavailableError, match="is being fetched"):
        hurried.proved(overlay.spec, "")
    over.set()
    assert overlay.folders.read(overlay.spec) is not None


def test_a_server_that_refused_is_left_alone_for_a_while(overlay: Overlay, host: HttpsHost) -> None:
    overlay.state("0" * 40)
    for _ in range(2):
        with pytest.raises((RejectedError, UnavailableError)):
            overlay.folders.read(overlay.spec)
        asked = len(host.asked)
    with pytest.raises((RejectedError, UnavailableError)):
        overlay.folders.read(overlay.spec)
    assert len(host.asked) == asked
