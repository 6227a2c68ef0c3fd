"""The golden tables of scalars against the real kubectl: what it makes of them is what we make.

`kubectl label --local` decodes a manifest as every kubectl command does, keeps the types of a kind
it does not know, and needs no server.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.errors import ManifestError
from core.manifests import load
from core.model import Json
from tests.core.manifests.test_scalars import GOLDEN, KEYS, NO_KEYS, NOT_FINITE

pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="NOT PROVEN: no kubectl"),
]

INT64 = range(-(2**63), 2**63)
SCALARS = [scalar for scalar, _ in GOLDEN if scalar != "-"]
WRITTEN_KEYS = [f"{{? {key} : 1}}" for key, _ in KEYS]
REFUSED = [*NOT_FINITE, *(f"{{? {key} : 1}}" for key in NO_KEYS)]


def manifest(number: int, value: str) -> str:
    head = "apiVersion: example.com/v1\nkind: Thing\n"
    return f"{head}metadata: {{name: row-{number}}}\nv: {value}\n"


def kubectl(manifests: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kubectl", "label", "--local", "-o", "json", "-f", "-", "checked=yes"],  # noqa: S607
        input="---\n".join(manifests),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _sent(number: str) -> int | float:
    """Read a number as the API server does: beyond 64 bits it is a float."""
    value = int(number)
    return value if value in INT64 else float(value)


@pytest.fixture(scope="module")
def answers() -> Mapping[str, Json]:
    """What kubectl makes of every row, by what is written."""
    written = [*SCALARS, *WRITTEN_KEYS]
    done = kubectl([manifest(number, value) for number, value in enumerate(written)])
    assert done.returncode == 0, done.stderr
    decoder = json.JSONDecoder(parse_int=_sent)
    found: dict[str, Json] = {}
    at = 0
    while at < len(done.stdout):
        made: dict[str, Any]
        made, end = decoder.raw_decode(done.stdout, at)
        found[written[int(made["metadata"]["name"].removeprefix("row-"))]] = made.get("v")
        at = end + 1
    assert len(found) == len(written)
    return found


def ours(value: str) -> Json:
    (document,) = load("x.yaml", manifest(0, value).encode()).documents
    loaded: Json = json.loads(document.body).get("v")
    return loaded


def typed(value: Json) -> object:
    """Tell True from 1 and 1.0 from 1, which Python takes for equal."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return type(value), value


@pytest.mark.parametrize("written", [*SCALARS, *WRITTEN_KEYS])
def test_kubectl_reads_it_as_we_do(answers: Mapping[str, Json], written: str) -> None:
    assert typed(ours(written)) == typed(answers[written])


@pytest.mark.parametrize("written", REFUSED)
def test_kubectl_refuses_what_we_refuse(written: str) -> None:
    with pytest.raises(ManifestError):
        ours(written)
    done = kubectl([manifest(0, written)])
    assert done.returncode != 0, done.stdout


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v: 1\nv: 2\n", 2),
        ("on: a\nyes: b\nv: 1\n", 1),
        ("a: &x {v: 2}\n<<: *x\n", 2),
        ("v: 1\n<<: {v: 2}\n", 2),
        ("<<: {v: 2}\nv: 1\n", 1),
        ("? v\n: 3\n", 3),
        ("a: &x 1e3\nv: *x\n", 1000),
        ("v: [y, 0o17, ~, 1_0]\n", [True, 15, None, 10]),
        ("v:\n-\n- 08\n", [None, 8]),
        ("v: |\n  leek\n  lentil", "leek\nlentil\n"),
        ("v: >\n  leek\n  lentil", "leek lentil\n"),
        ("v: |+\n  leek\n  lentil", "leek\nlentil\n"),
        ("v: |+\n  leek\n\n", "leek\n\n"),
        ("v: |-\n  leek\n  lentil", "leek\nlentil"),
        ("v: |\r\n  leek\r\n  lentil", "leek\nlentil\n"),
        ("v: |\r\n  leek\r\n  lentil\r", "leek\nlentil\n"),
        ("v: |\n  leek\n  ", "leek\n"),
        ("v: plain", "plain"),
        ("v: 'quoted'", "quoted"),
        ("a: &x 1\nb: *x\nc: &x 2\nv: *x\n", 2),
        ("a: &x 1\nv: [*x, &x 2, *x]\n", [1, 2, 2]),
        ("a: &x {b: &x 1, c: *x}\nv: *x\n", 1),
        ("a: &x {b: 1}\nb: {<<: *x, c: &x {d: 2}}\nv: {<<: *x}\n", {"d": 2}),
        ("v: [192.0.2.1, 2001:db8::]\n", ["192.0.2.1", "2001:db8::"]),
        ('v: {"a": fd00:10::, "b": "fd00:10::"}\n', {"a": "fd00:10::", "b": "fd00:10::"}),
        ("v: [a:, b::, it's:, [c:], {d: e:}]\n", ["a:", "b::", "it's:", ["c:"], {"d": "e:"}]),
        ("v: {a:}\n", {"a:": None}),
        ("v: {a:, b: 1}\n", {"a:": None, "b": 1}),
        ("v: [1:, ~:, y:]\n", ["1:", "~:", "y:"]),
        ("v: [&x fd00::, *x]\n", ["fd00::", "fd00::"]),
        ("v: [two\n  lines:]\n", ["two lines:"]),
        ("v: ['é', [[fd00::]]]\n", ["é", [["fd00::"]]]),
    ],
)
def test_kubectl_reads_a_whole_document_as_we_do(text: str, value: Json) -> None:
    content = manifest(0, "").removesuffix("v: \n") + text
    done = kubectl([content])
    assert done.returncode == 0, done.stderr
    (document,) = load("x.yaml", content.encode()).documents
    theirs, loaded = json.loads(done.stdout), json.loads(document.body)
    assert loaded["v"] == value
    del theirs["metadata"], loaded["metadata"]
    assert loaded == theirs
