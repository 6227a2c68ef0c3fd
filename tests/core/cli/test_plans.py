"""A plan on paper: what a person reads of it, and what a program does."""

from dataclasses import replace
from typing import Any

import pytest

from core.cli.output.ink import Ink
from core.cli.output.plans.forms import sync_form
from core.cli.output.plans.text import plan_lines, run_lines
from core.cli.output.report import Page
from core.cli.program import chosen_job
from core.errors import UsageError
from core.model import (
    Actor,
    Allowed,
    Blocked,
    Coming,
    Confidence,
    FieldChange,
    FieldVerdict,
    Guard,
    Key,
    KindRef,
    Masked,
    ObjectRef,
    Plan,
    Problem,
    Remedy,
    Run,
    Stamp,
    Step,
    Verb,
)

KIND = KindRef("apps/v1", "Deployment")
KEY = Key("shop", ObjectRef("apps", "Deployment", "web", "api"))
BY = Actor("kubectl-edit", None, None, None, None, None, Confidence.OWNED)
CHANGE = FieldChange("spec.replicas", FieldVerdict.DRIFT, 5, 3, actor=BY)
STUCK = replace(CHANGE, path="spec.selector", healable=False, note="field is immutable")
STEP = Step(KEY, KIND, Verb.APPLY, Stamp("d", "7", "u1"), (CHANGE,), restarts=True, stage=2, wave=1)
WEBHOOK = 'admission webhook "guard" denied the request: no'


def form(*steps: Step, runs: tuple[Run, ...] = ()) -> Any:
    return sync_form([Plan("prod", steps, {"shop": "c1"}, ("a note",))], runs, ("one is left",))


def test_a_plan_for_programs_names_each_object_and_what_becomes_of_it() -> None:
    found = form(STEP)
    (plan,) = found["plans"]
    assert (found["schema"], found["left_alone"], found["runs"]) == (
        "driftdeck.dev/v1",
        ["one is left"],
        [],
    )
    assert (plan["cluster"], plan["revisions"], plan["notes"]) == (
        "prod",
        {"shop": "c1"},
        ["a note"],
    )
    counted = {name: count for name, count in plan["counts"].items() if count}
    assert (counted, plan["counts"]["take_over"]) == ({"apply": 1}, 0)
    (step,) = plan["steps"]
    assert step | {"changes": [], "left": []} == {
        "app": "shop",
        "api_version": "apps/v1",
        "kind": "Deployment",
        "namespace": "web",
        "name": "api",
        "uid": "u1",
        "resource_version": "7",
        "verb": "apply",
        "stage": 2,
        "wave": 1,
        "problem": None,
        "refused_by": None,
        "hint": None,
        "stopped": False,
        "untried": None,
        "protected": None,
        "restarts_pods": True,
        "immutable": [],
        "overrules": {"kubectl-edit": 1},
        "changes": [],
        "left": [],
        "creates": None,
    }
    assert [change["path"] for change in step["changes"]] == ["spec.replicas"]


def test_a_plan_for_programs_says_who_refuses_what_is_immutable_and_what_is_not_there_yet() -> None:
    refused = replace(STEP, problem=f"web.yaml:1: {WEBHOOK}", changes=(STUCK,))
    coming = replace(
        STEP, verb=Verb.CREATE, stamp=Coming(), untried="its kind", creates=Masked("x")
    )
    first, second = form(refused, coming)["plans"][0]["steps"]
    assert first["refused_by"] == {"what": "webhook", "name": "guard"}
    assert (first["immutable"], second["untried"]) == (["spec.selector"], "its kind")
    assert (second["uid"], second["resource_version"]) == (None, None)
    assert second["creates"] == {"sha256": "x"}
    assert form(refused, coming)["plans"][0]["counts"]["left_out"] == 1


def test_a_plan_for_programs_says_what_guards_say() -> None:
    said = (Allowed(Guard.NOT_EMPTY, "3 objects"), Blocked(Guard.TWO_LOOKS, "soon", pending=True))
    found: Any = sync_form([Plan("prod", (), guards={"shop": said})], (), ())
    assert found["plans"][0]["guards"] == {
        "shop": [
            {"guard": "G4", "holds": True, "pending": False, "message": "3 objects"},
            {"guard": "G9", "holds": False, "pending": True, "message": "soon"},
        ]
    }


def test_what_was_done_is_said_beside_what_was_planned() -> None:
    problems = (Problem(Remedy.CHANGE_GIT, WEBHOOK), Problem(Remedy.GRANT, "x", stopped=True))
    (run,) = form(STEP, runs=(Run(1, "sync", 3, 1, problems, finished=True),))["runs"]
    assert (run["done"], run["total"]) == (1, 3)
    assert [each["stopped"] for each in run["problems"]] == [False, True]
    assert run["problems"][0]["refused_by"]["name"] == "guard"


def test_a_person_is_told_what_can_be_done_about_a_refusal() -> None:
    refused = replace(STEP, problem=WEBHOOK)
    lines = list(plan_lines(Plan("prod", (refused,)), Page(Ink(), 0.0)))
    assert "      whoever runs that webhook, or a change of the object in Git, can end it" in lines
    ended = Run(1, "sync", 2, 0, (Problem(Remedy.GRANT, "exceeded quota: q"),), finished=True)
    said = list(run_lines(ended, Ink()))
    assert said[1:] == ["    raise that quota, or ask for less in Git", "0 of 2 done, 1 refused"]


@pytest.mark.parametrize("more", [[], ["--wait", "5m", "--yes"]])
def test_json_asks_nothing_and_is_one_object(more: list[str]) -> None:
    with pytest.raises(UsageError, match="-o json"):
        chosen_job(["sync", "-o", "json", *more])
