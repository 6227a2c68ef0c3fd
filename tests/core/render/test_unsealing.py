"""core.render.unsealing: encrypted objects that kustomize and helm hand on, or cannot."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.clock import Clock
from core.decryption.opener import AGAIN_S, Opener
from core.errors import RejectedError
from core.manifests import Folder
from core.model import OWN_KEYS, Document
from core.render import Release, Renderer
from core.render.fence import Limits
from tests.core.decryption.keys import Person
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script, world_of

SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  password: hunter2
  user: app
"""
OVERLAY = "resources: [../base]\nnamespace: prod\nnamePrefix: x-\ncommonAnnotations: {team: a}\n"
PATCH = """\
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: %s
"""


class Place:
    """Somebody with a key, kustomize and helm."""

    def __init__(self, person: Person, tools: Mapping[str, str]) -> None:
        self.person, self.tools = person, tools
        self.sealed = person.encrypted(SECRET)

    def rendered(
        self, files: Mapping[str, str], *, key: bool = True, chart: bool = False
    ) -> Folder:
        environment = self.person.environment if key else self.person.nobody
        opener = Opener(HERE, environment)
        world = replace(world_of(files), opened=opener.by(OWN_KEYS))
        renderer = Renderer(self.tools, limits=Limits(seconds=60.0))
        if chart:
            return renderer.charted(world, "shop", Release("shop", "live")).folder
        return renderer.kustomized(world, "prod").folder

    def kustomized(self, files: Mapping[str, str], **how: bool) -> Folder:
        base = {"base/kustomization.yaml": "resources: [db.yaml]\n", "base/db.yaml": self.sealed}
        return self.rendered({**base, "prod/kustomization.yaml": OVERLAY, **files}, **how)


@pytest.fixture(scope="module")
def place(sops: Path, kubectl: Path, helm: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("bin")
    script(folder, "kubectl", f'exec {kubectl} "$@"')
    return Place(Person(sops, folder), script(folder, "helm", f'exec {helm} "$@"'))


def body(document: Document) -> Any:
    return msgspec.json.decode(document.body)


def test_an_encrypted_resource_is_opened_as_kustomize_hands_it_on(place: Place) -> None:
    found = place.kustomized({})
    assert (found.problems, found.broken) == ((), ())
    (secret,) = found.documents
    assert secret.sealed
    assert body(secret) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "x-db", "namespace": "prod", "annotations": {"team": "a"}},
        "stringData": {"password": "hunter2", "user": "app"},
    }
    assert (secret.file, secret.line) == ("base/db.yaml", 1)
    assert secret.made is not None
    (statement,) = secret.made.statements
    assert (statement.file, statement.line, statement.sealed) == ("base/db.yaml", 1, True)
    assert body(statement)["stringData"] == {"password": "hunter2", "user": "app"}


def test_without_the_key_the_rendered_object_is_unknown_and_the_others_stand(place: Place) -> None:
    more = {
        "prod/kustomization.yaml": OVERLAY.replace("[../base]", "[../base, plain.yaml]"),
        "prod/plain.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n",
    }
    found = place.kustomized(more, key=False)
    assert [document.name for document in found.documents] == ["x-plain"]
    ((named, problem),) = found.broken
    assert (named.name, named.sealed, named.body) == ("x-db", True, b"")
    assert problem.startswith("base/db.yaml:1: encrypted with sops, and not opened: no key")
    assert found.passing == (problem,)
    assert found.refused == (("", problem),)


def test_a_patch_may_add_what_is_plain_and_never_move_what_is_not(place: Place) -> None:
    patched = {"prod/kustomization.yaml": OVERLAY + "patches: [{path: p.yaml}]\n"}
    found = place.kustomized({**patched, "prod/p.yaml": PATCH % "{user: other}"})
    (secret,) = found.documents
    assert body(secret)["stringData"] == {"password": "hunter2", "user": "other"}
    ciphertext = next(
        line.partition(": ")[2] for line in place.sealed.splitlines() if "password" in line
    )
    moved = json.dumps({"user": ciphertext})
    found = place.kustomized({**patched, "prod/p.yaml": PATCH % moved})
    assert found.documents == ()
    ((named, problem),) = found.broken
    assert (named.name, named.sealed) == ("x-db", True)
    assert "no file that it is rendered from states it as it came out" in problem


def test_a_source_that_was_changed_after_it_was_encrypted_is_not_opened(place: Place) -> None:
    changed = place.sealed.replace("name: db", "name: other")
    found = place.kustomized({"base/db.yaml": changed})
    assert found.documents == ()
    assert "its checksum is another one" in found.problems[0]


@pytest.mark.parametrize(
    ("kustomization", "line"),
    [
        ("secretGenerator: [{name: s, files: [../base/db.yaml]}]\n", 1),
        ("secretGenerator:\n  - name: s\n    envs: [db.env]\n", 3),
        ("configMapGenerator: [{name: s, files: [a=db.env]}]\n", 1),
        ("resources: [../base]\npatches: [{path: ../base/db.yaml}]\n", 2),
    ],
)
def test_an_encrypted_file_that_is_no_resource_is_refused_with_its_line(
    place: Place, kustomization: str, line: int
) -> None:
    env = "A=ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\nsops_lastmodified=2026\nsops_mac=x\n"
    files = {"prod/kustomization.yaml": kustomization, "prod/db.env": env}
    with pytest.raises(RejectedError, match=rf"prod/kustomization.yaml:{line}: .* is encrypted"):
        place.kustomized(files)


CHART = {
    "shop/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "shop/templates/m.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"
        'data: {a: {{ .Files.Get "note.txt" | b64enc | quote }}}\n'
    ),
    "shop/note.txt": "plain",
}


def test_an_encrypted_template_is_opened_and_encrypted_values_are_refused(place: Place) -> None:
    found = place.rendered({**CHART, "shop/templates/db.yaml": place.sealed}, chart=True)
    assert {one.name: (one.sealed, one.file) for one in found.documents} == {
        "m": (False, "shop/templates/m.yaml"),
        "db": (True, "shop/templates/db.yaml"),
    }
    values = place.person.encrypted("a: b\n", only="")
    with pytest.raises(RejectedError, match=r"^shop/values.yaml:1: it is encrypted with sops"):
        place.rendered({**CHART, "shop/values.yaml": values}, chart=True)


def test_a_render_with_a_closed_object_is_not_kept_so_that_it_may_be_opened_later(
    place: Place,
) -> None:
    files = {**CHART, "shop/templates/db.yaml": place.sealed}
    now = [0.0]
    environment = dict(place.person.nobody)
    opener = Opener(HERE, environment, clock=Clock(monotonic=lambda: now[0]))
    world = replace(world_of(files), opened=opener.by(OWN_KEYS))
    renderer = Renderer(place.tools, limits=Limits(seconds=60.0))
    first = renderer.charted(world, "shop", Release("shop", "live")).folder
    assert len(first.passing) == 1
    environment |= place.person.environment
    now[0] = AGAIN_S
    second = renderer.charted(world, "shop", Release("shop", "live"))
    assert {one.name for one in second.folder.documents} == {"m", "db"}
    assert renderer.charted(world, "shop", Release("shop", "live")) is second


def test_a_pulled_chart_is_opened_like_any_other(place: Place) -> None:
    opened = Opener(HERE, place.person.environment).by(OWN_KEYS)
    world = replace(world_of(CHART), opened=opened)
    assert world.beside("web@1.0.0", {"x": b""}).opened is opened


def test_a_file_that_a_template_takes_as_it_is_makes_its_object_unknown(place: Place) -> None:
    found = place.rendered({**CHART, "shop/note.txt": place.sealed}, chart=True)
    assert found.documents == ()
    ((named, problem),) = found.broken
    assert (named.name, named.sealed) == ("m", True)
    assert "it holds ciphertext of sops" in problem
