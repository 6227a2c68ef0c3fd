"""Fields that are left for now: by rules, and by who wrote them a moment ago."""

from typing import Any

import pytest

from core.model import Drift, HeldBy, IgnoreRule, Live, Verdict
from core.reconcile.acting.healing import left_because
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Effect
from tests.core.reconcile.world import (
    CONFIG_MAP,
    World,
    alarms,
    applied,
    document,
    key,
    live,
    questions,
    stated,
    writes,
    written,
)

GIT: dict[str, Any] = {"data": {"a": "1", "b": "1"}}
A = key(CONFIG_MAP, "a")
PERSON = "kubectl-edit"


def edited(manager: str, *fields: str, version: int = 6) -> Live:
    entry = {
        "manager": manager,
        "operation": "Update",
        "time": "1970-01-01T00:16:00Z",
        "fieldsV1": {"f:data": {f"f:{name}": {} for name in fields}},
    }
    data = {**GIT["data"], **dict.fromkeys(fields, "9")}
    return live(CONFIG_MAP, "a", version, data=data, managed=[entry])


def play(manager: str = PERSON, fields: str = "a", **spec: Any) -> tuple[World, list[Effect]]:
    made = applied("a", git=GIT, healing=True, **spec)
    asked = made.change(CONFIG_MAP, "a", edited(manager, *fields))
    return made, made.agree(questions(asked)[0])


def why(made: World) -> str:
    return left_because(Draft(made.state, made.now), made.row("a"))


def words(row: Drift) -> str:
    assert row.held is not None
    return row.held.words


# Who wrote it -------------------------------------------------------------------------------------


def test_an_edit_of_a_person_is_healed_when_it_is_old_enough_and_the_row_says_when() -> None:
    made, effects = play(heal_after=(("human", 900.0),))
    assert written(effects) == []
    held = made.row("a").held
    assert held is not None
    assert (held.by, held.until) == (HeldBy.WRITER, 1900.0)
    said = "written by human (kubectl-edit) a moment ago: healed at 1970-01-01 00:31:40 UTC"
    assert held.words == f"{said} (heal_after)"
    assert why(made) == held.words
    assert 1900.0 in alarms(made.effects)
    made.now = 1899.0
    assert written(made.wait(0.0)) == []
    assert written(made.wait(1.0)) == [A]
    assert made.row("a").held is None


@pytest.mark.parametrize(
    ("manager", "spec", "healed"),
    [
        ("my-operator", {"heal_after": (("human", 900.0),)}, True),
        ("my-operator", {"heal_after": (("unknown", 900.0),)}, False),
        (PERSON, {"heal_after": (("unknown", 900.0),)}, True),
        (PERSON, {}, True),
        (
            "my-operator",
            {"heal_after": (("human", 900.0),), "managers": (("my-operator", "human"),)},
            False,
        ),
    ],
)
def test_it_counts_by_the_class_of_who_wrote(
    manager: str, spec: dict[str, Any], *, healed: bool
) -> None:
    _, effects = play(manager, **spec)
    assert (written(effects) == [A]) is healed


def test_an_edit_that_is_old_already_when_it_is_first_seen_is_healed_at_once() -> None:
    made = applied("a", git=GIT, healing=True, heal_after=(("human", 30.0),))
    made.now = 5000.0
    asked = made.listing(CONFIG_MAP, [("a", edited(PERSON, "a"))])
    assert made.row("a").verdict is Verdict.DRIFTED
    made.agree(questions(asked)[0])
    assert made.row("a").held is not None  # the listing tells that it came just now, at the latest


def test_a_new_commit_waits_for_nobody() -> None:
    made = applied("a", git=GIT, healing=True, heal_after=(("human", 900.0), ("ours", 900.0)))
    effects = made.read_through(document(CONFIG_MAP, "a", data={"a": "3", "b": "1"}), number=2)
    assert written(effects) == [A]


# Rules --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        IgnoreRule(pointer="/data/a", source="driftdeck.yaml:9"),
        IgnoreRule(path="data.a", source="driftdeck.yaml:9"),
        IgnoreRule(manager=PERSON, kind="ConfigMap", source="driftdeck.yaml:9"),
        IgnoreRule(pointer="", name="a", source="driftdeck.yaml:9"),
    ],
)
def test_what_a_rule_names_is_shown_and_not_healed(rule: IgnoreRule) -> None:
    made, effects = play(no_heal=(rule,))
    assert written(effects) == []
    assert made.row("a").verdict is Verdict.DRIFTED
    assert words(made.row("a")).startswith("never healed unasked: by ")
    assert "driftdeck.yaml:9" in why(made)
    assert written(made.execute(made.plan("a"))) == [A]  # a person's sync goes on


def test_other_fields_of_the_object_are_healed_and_it_stays_as_it_is() -> None:
    made, effects = play(fields="ab", no_heal=(IgnoreRule(path="data.a"),))
    (effect,) = writes(effects)
    assert [change.path for change in effect.intent.changes] == ["data.b"]
    assert stated(effect)["data"] == {"a": "9", "b": "1"}
    assert made.row("a").held is not None


@pytest.mark.parametrize("rule", [IgnoreRule(path="data.b"), IgnoreRule(pointer="", name="other")])
def test_a_rule_about_something_else_holds_nothing(rule: IgnoreRule) -> None:
    made, effects = play(no_heal=(rule,))
    assert written(effects) == [A]
    assert made.row("a").held is None


def test_a_new_commit_does_not_overwrite_it_unasked() -> None:
    made = applied("a", git=GIT, healing=True, no_heal=(IgnoreRule(path="data.a"),))
    effects = made.read_through(document(CONFIG_MAP, "a", data={"a": "3", "b": "1"}), number=2)
    assert written(effects) == []


def test_an_object_that_a_rule_names_whole_is_not_made_again() -> None:
    made = applied("a", git=GIT, healing=True, no_heal=(IgnoreRule(pointer="", name="a"),))
    assert written(made.change(CONFIG_MAP, "a", None)) == []
    assert made.row("a").verdict is Verdict.MISSING
    assert "never healed unasked" in words(made.row("a"))
