"""The dashboard and the alert rules speak of metrics that there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.core.cli.telemetry.metrics.test_page import families, labels_of, names

ROOM = resources.files("core.cli.telemetry.metrics")
DASHBOARD: dict[str, Any] = json.loads(ROOM.joinpath("dashboard.json").read_text("utf-8"))
ALERTS: dict[str, Any] = yaml.safe_load(ROOM.joinpath("alerts.yaml").read_text("utf-8"))
METRIC = re.compile(
    r"\b((?:driftdeck|rest_client|workqueue|process)_\w+?)(?:_bucket)?(?=[\s{)\[,]|$)"
)
LABELS = re.compile(r"(?:by|on) \(([^)]*)\)|([a-z]+)(?==~|=\"|!=)")


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    return [rule for group in ALERTS["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    for panel in panels():
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in rules())
    for variable in DASHBOARD["templating"]["list"][1:]:
        yield variable["definition"].removeprefix("label_values(")


@pytest.mark.parametrize("said", sorted(set(expressions())))
def test_every_metric_and_label_that_is_asked_for_is_there(said: str) -> None:
    made, there = families(), names()
    asked = set(METRIC.findall(said))
    assert asked
    assert asked <= there.keys()
    known = {label for name in asked for label in labels_of(made, there[name])}
    found = {each.strip() for pair in LABELS.findall(said) for each in ",".join(pair).split(",")}
    assert found - {"", "le", "job", "instance"} <= known


def test_what_safety_and_operations_count_on_has_an_alert() -> None:
    asked = {name for rule in rules() for name in METRIC.findall(rule["expr"])}
    assert asked >= {
        "driftdeck_prune_blocked_total",
        "driftdeck_breaker_open",
        "driftdeck_cache_divergence_total",
        "driftdeck_watch_decode_errors_total",
        "driftdeck_journal_write_errors_total",
        "driftdeck_cluster_up",
        "driftdeck_source_up",
        "driftdeck_fights_total",
        "driftdeck_leader",
    }


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["description"].endswith(".")


def test_panels_have_numbers_of_their_own_and_do_not_cover_each_other() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or apart
    assert all(place["x"] + place["w"] <= 24 for place in places)


@pytest.mark.outside
def test_promtool_takes_the_rules(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("NOT PROVEN: that promtool takes the alert rules, for there is none on PATH")
    rules_file = tmp_path / "alerts.yaml"
    rules_file.write_text(ROOM.joinpath("alerts.yaml").read_text("utf-8"))
    command = [promtool, "check", "rules", str(rules_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
