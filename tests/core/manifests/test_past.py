"""A long history is read no more often than it differs, and never wrongly."""

import json
import random

import pytest

from core.errors import ManifestError
from core.manifests import Past, load, stated_at
from core.manifests.past import examined
from core.model import Absent, Document

LINES = [
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata:",
    "  name: web",
    "  annotations:",
    '    text: "x: y"',
    "    more: |",
    "      name: web",
    "      replicas: 3",
    "spec:",
    "  replicas: 3",
    "  template:",
    "    - name: side",
    "      image: side:1",
    "    - name: web",
    "      image: web:1",
    "      args:",
    "      - a",
    "      - b: c",
    "  finalizers: [a, b]",
]
PATHS = (
    "spec.replicas",
    "spec.template[name=web].image",
    "spec.template[1].name",
    "spec.template[name=web].args",
    "metadata.annotations.more",
    "spec.finalizers[=a]",
    "spec.nothing",
    "",
)
OTHER_VALUES = ["4", "web", "side", '"a"', "'b'", "x:2", "- z", "|", "{}", "&a b", "*a", ""]


def document() -> Document:
    return load("a.yaml", "\n".join(LINES).encode()).documents[0]


def changed(lines: list[str], dice: random.Random) -> list[str]:
    """Change, drop, repeat or move one line."""
    lines = [*lines]
    at = dice.randrange(len(lines))
    what = dice.random()
    if what < 0.7 and ":" in lines[at]:
        lines[at] = f"{lines[at].split(':', 1)[0]}: {dice.choice(OTHER_VALUES)}"
    elif what < 0.8:
        del lines[at]
    elif what < 0.9:
        lines.insert(dice.randrange(len(lines)), lines[at])
    else:
        lines[at] = " " * dice.randrange(4) + lines[at].strip()
    return lines


@pytest.mark.parametrize("seed", range(40))
def test_whatever_changes_the_answer_is_that_of_a_full_reading(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  edits, no secret
    sought, lines = document(), LINES
    past = Past(sought, PATHS, examined)
    for _ in range(60):
        content = "\n".join(lines).encode()
        said = past.stated(content)
        for path in PATHS if said is not None else ():
            try:
                value = stated_at(content, sought, path)
            except ManifestError:
                break  # less can be read at once than one line at a time
            assert said is not None
            found = said.values[path]
            assert (found is None) == isinstance(value, Absent)
            assert found is None or json.loads(found) == value, (path, content)
        lines = changed(lines if dice.random() < 0.8 else LINES, dice)


def test_a_new_image_tag_is_not_parsed_and_a_new_structure_is() -> None:
    past = Past(document(), ["spec.replicas"], examined)
    text = "\n".join(LINES).encode()
    past.stated(text)
    once = past.parsed_bytes
    for number in range(100):
        said = past.stated(text.replace(b"web:1", b"web:%d" % number))
        assert said is not None
        assert said.values == {"spec.replicas": b"3"}
    assert past.parsed_bytes == once
    past.stated(text.replace(b"image: web:1", b"image: {}"))
    assert past.parsed_bytes > once


def test_the_other_documents_of_a_file_are_not_parsed() -> None:
    past = Past(document(), ["spec.replicas"], examined)
    text = "\n".join(LINES)
    for number in range(10):
        other = (
            f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{n: {number}}}"
        )
        said = past.stated(f"{text}\n{other}\n".encode())
        assert said is not None
        assert said.values == {"spec.replicas": b"3"}
    assert past.parsed_bytes == len(text) + 1


def test_what_cannot_be_read_says_nothing() -> None:
    past = Past(document(), ["spec.replicas"], examined)
    assert past.stated(b"name: web\na: [\n") is None
    gone = past.stated(b"a: 1\n")
    assert gone is not None
    assert not gone.stated
