"""The golden tables of scalars against the real kubectl: what it makes of them is what we make.

`kubectl label --local` decodes a manifest as every kubectl command does, keeps the types of a kind
it does not know, and needs no server.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import ManifestError
from core.manifests import load
from core.model import Json
from tests.core.manifests.text.test_scalars import GOLDEN, KEYS, NO_KEYS, NOT_FINITE

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


def kubectl_of_file(path: Path, content: bytes) -> list[dict[str, Any]] | None:
    """What kubectl makes of a file, its spec as it is; None where it refuses the file."""
    path.write_bytes(content)
    done = subprocess.run(  # noqa: S603
        ["kubectl", "label", "--local", "-o", "json", "-f", str(path), "checked=yes"],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        return None
    found: list[dict[str, Any]] = []
    at = 0
    while at < len(done.stdout.rstrip()):
        made, end = json.JSONDecoder().raw_decode(done.stdout, at)
        found += made["items"] if made["kind"] == "List" else [made]
        at = end + 1
    return found


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


ONE, TWO = manifest(1, "x"), manifest(2, "z")
JSON = '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"row-%d"},"v":"%s"}'
ONE_JSON, TWO_JSON = JSON % (1, "x"), JSON % (2, "z")
MARK = "\ufeff"


@pytest.mark.parametrize(
    "content",
    [
        f"{ONE_JSON}\n{TWO_JSON}",
        f"{ONE_JSON}{TWO_JSON}  \n\t \r\n\n",
        f"{ONE_JSON}\nnull\n{TWO_JSON}",
        f"{ONE}---\n{TWO_JSON}",
        f"\t{ONE_JSON}".replace(",", ",\t\n\t"),
        f"{MARK}{ONE}---\n{TWO}",
        f"{MARK}{MARK}{ONE}---\n{MARK}{TWO}",
        f"{MARK}{ONE_JSON}",
        ONE.replace("v: x", f'v: "{MARK}x"'),
        ONE.replace("v: x", f"v: x{MARK}x"),
        f"---\n---\n{ONE}---\n# nothing\n---\n{TWO}---\n",
        f"--- # first\n{ONE}--- # second\n{TWO}",
        f"---\t\n{ONE}...\n---\n{TWO}",
        f"{ONE}---\n{TWO}".replace("\n", "\r\n"),
        ONE.replace("v: x", "v: |\n  a\n  b").replace("\n", "\r\n"),
        ONE.replace("v: x", "v:\tx\t# said"),
        ONE.replace("\n", "\r"),
        "# only\n# comments\n",
        "apiVersion: v1\nkind: List\nitems: []\n",
        ONE.replace("v: x", "v: !!binary aGk="),
        ONE.replace("v: x", "v: !!binary |\n  aGtr\n  aGk="),
        ONE.replace("v: x", "v: !!binary gP8="),
        ONE.replace("v: x", "v: !!binary"),
        ONE.replace("v: x", "v: {? !!binary aGk= : 1}"),
        ONE.replace("v: x", "a: &x [1]\nv: [" + "*x, " * 9_000 + "]"),
    ],
)
def test_kubectl_reads_a_file_as_we_do(tmp_path: Path, content: str) -> None:
    theirs = kubectl_of_file(tmp_path / "x.yaml", content.encode())
    assert theirs is not None
    found = [json.loads(one.body) for one in load("x.yaml", content.encode()).documents]
    for each in (*theirs, *found):
        del each["metadata"]
    assert found == theirs


@pytest.mark.parametrize(
    "content",
    [ONE, f"{ONE}---\n{TWO}", f"# said\n{ONE_JSON}", f"{MARK}{ONE}", f"{ONE_JSON}\n{TWO_JSON}"],
)
def test_kubectl_reads_what_is_called_json_by_its_content_as_we_do(
    tmp_path: Path, content: str
) -> None:
    theirs = kubectl_of_file(tmp_path / "x.json", content.encode())
    assert theirs is not None
    found = [json.loads(one.body)["v"] for one in load("x.json", content.encode()).documents]
    assert found == [each["v"] for each in theirs]


@pytest.mark.parametrize("content", ["{apiVersion: v1}", f"{ONE_JSON} # said", f"{ONE_JSON},"])
def test_kubectl_refuses_what_is_called_json_and_only_begins_like_it(
    tmp_path: Path, content: str
) -> None:
    assert kubectl_of_file(tmp_path / "x.json", content.encode()) is None
    with pytest.raises(ManifestError, match="not JSON"):
        load("x.json", content.encode())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_kubectl_reads_utf_16_as_we_do(tmp_path: Path, encoding: str) -> None:
    content = f"{MARK}{ONE}---\n{TWO}".encode(encoding)
    theirs = kubectl_of_file(tmp_path / "x.yaml", content)
    assert theirs is not None
    found = [json.loads(one.body)["v"] for one in load("x.yaml", content).documents]
    assert found == [each["v"] for each in theirs] == ["x", "z"]


@pytest.mark.parametrize(
    "content",
    [
        f"{ONE_JSON}\njunk",
        f"{ONE}v:\n\tw: 1\n",
        ONE.replace("v: x", "v: !!binary aGk"),
        ONE.replace("v: x", "v: !!binary a b="),
        ONE.replace("v: x", "v: a\0b"),
        f"%YAML 3.0\n---\n{ONE}",
    ],
)
def test_kubectl_refuses_a_file_that_we_refuse(tmp_path: Path, content: str) -> None:
    assert kubectl_of_file(tmp_path / "x.yaml", content.encode()) is None
    with pytest.raises(ManifestError):
        load("x.yaml", content.encode())
