"""core.compare.evidence.past: what earlier commits stated, held against a live object."""

import json
from typing import Any

import pytest

from core.compare import Past
from core.model.paths import parse_path
from tests.core.compare.world import KINDS, SCHEMAS


def deployment(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": list(containers)}}, **spec}}


def past(live: dict[str, Any], *statements: dict[str, Any]) -> Past:
    return Past(
        [json.dumps(each).encode() for each in statements], live, SCHEMAS[KINDS["Deployment"]]
    )


WEB: dict[str, Any] = {"name": "web", "image": "web:1", "resources": {"limits": {"cpu": "1000m"}}}
SIDE: dict[str, Any] = {"name": "side", "image": "side:1"}
FILLED = {**SIDE, "imagePullPolicy": "IfNotPresent", "terminationMessagePolicy": "File"}
CONTAINERS = "spec.template.spec.containers"


@pytest.mark.parametrize(
    ("path", "stated"),
    [
        ("spec.replicas", True),
        (f"{CONTAINERS}[name=web].image", False),
        (f"{CONTAINERS}[name=web].resources.limits.cpu", True),
        (f"{CONTAINERS}[name=side]", True),
        (f"{CONTAINERS}[name=other]", False),
        ("spec.paused", False),
    ],
)
def test_a_value_was_stated_where_an_earlier_version_means_the_same(
    path: str, *, stated: bool
) -> None:
    web = {**WEB, "image": "web:2", "resources": {"limits": {"cpu": "1"}}}
    live = deployment(web, FILLED, {"name": "other", "image": "x"}, replicas=3, paused=True)
    assert past(live, deployment(WEB, SIDE, replicas=3)).stated(parse_path(path)) is stated


def test_any_of_the_earlier_versions_may_have_stated_it() -> None:
    found = past(deployment(replicas=3), *(deployment(replicas=n) for n in (5, 4, 3, 2)))
    assert found.stated(parse_path("spec.replicas"))
    assert not past(deployment(replicas=3)).stated(parse_path("spec.replicas"))


def test_a_part_of_a_container_that_was_edited_is_not_what_was_stated() -> None:
    found = past(deployment({**FILLED, "image": "side:9"}), deployment(SIDE))
    assert not found.stated(parse_path(f"{CONTAINERS}[name=side]"))


def test_a_field_that_git_came_to_state_is_lacked_and_one_that_went_is_not() -> None:
    paused = parse_path("spec.paused")
    before, now = deployment(replicas=3), deployment(replicas=3, paused=True)
    assert past(deployment(replicas=3), before).lacked(paused, now)
    # What is live is what Git states now in all else: the field was there, and somebody took it.
    newest = deployment(replicas=4, paused=True)
    assert not past(deployment(replicas=4), now, before).lacked(paused, newest)
