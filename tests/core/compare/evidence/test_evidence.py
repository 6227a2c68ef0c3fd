"""core.compare.evidence.evidence: what Git once stated, told by owners and the last apply."""

import json

import pytest

from core.compare.evidence.evidence import Evidence
from core.model import JsonObject
from core.model.paths import parse_path
from tests.core.compare.world import managed

LAST = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(
    ("path", "was"),
    [("data.a", True), ("data.b", False), ("data", True), ("metadata.a", False)],
)
def test_a_key_that_was_written_as_text_was_stated(path: str, *, was: bool) -> None:
    owned: JsonObject = {
        "metadata": {"managedFields": managed({"driftdeck:Apply": "stringData.a"})}
    }
    text = json.dumps({"stringData": {"a": "x"}})
    applied: JsonObject = {"metadata": {"annotations": {LAST: text}}}
    assert Evidence(applied, {}).was_ours(parse_path(path)) is was
    if path != "data":  # an entry owns what it lists, not what is around it
        assert Evidence(owned, {}).was_ours(parse_path(path)) is was
