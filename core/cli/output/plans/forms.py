"""The JSON of a plan and of what became of it: `driftdeck sync -o json`."""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.cli.output.forms import SCHEMA, changes_form, cluster_form, identity_of
from core.model import (
    Allowed,
    Blocked,
    Clearance,
    Coming,
    Json,
    JsonObject,
    Plan,
    Problem,
    Run,
    Step,
    Verb,
    as_json,
)
from core.remedy.refusals import is_immutable, refusal

_OURS = "driftdeck"


def sync_form(plans: Sequence[Plan], runs: Iterable[Run], left_alone: Iterable[str]) -> JsonObject:
    """Put the plans of all clusters, and the runs of those that were accepted, into one object."""
    return {
        "schema": SCHEMA,
        "plans": [_plan_form(plan) for plan in plans],
        "left_alone": list(left_alone),
        "runs": [_run_form(run) for run in runs],
    }


def _plan_form(plan: Plan) -> JsonObject:
    verbs = Counter(step.verb for step in plan.runnable)
    return {
        **cluster_form(plan.called),
        "revisions": dict(plan.revisions),
        "counts": {
            **{_word(verb): verbs[verb] for verb in Verb},
            "left_out": len(plan.steps) - len(plan.runnable),
        },
        "notes": list(plan.notes),
        "guards": {app: [_guard_form(each) for each in said] for app, said in plan.guards.items()},
        "steps": [_step_form(step) for step in plan.steps],
    }


def _guard_form(said: Clearance) -> JsonObject:
    """Say what one guard says of what is pruned."""
    holds = isinstance(said, Allowed)
    pending = isinstance(said, Blocked) and said.pending
    return {"guard": said.guard.value, "holds": holds, "pending": pending, "message": said.words}


def _step_form(step: Step) -> JsonObject:
    stamp = step.stamp
    known = None if isinstance(stamp, Coming) else stamp
    return {
        "app": step.key.app,
        **identity_of(step.kind, step.key.ref),
        "uid": known.uid if known else None,
        "resource_version": known.version if known else None,
        "verb": _word(step.verb),
        "stage": step.stage,
        "wave": step.wave,
        **_refused_form(step.problem),
        "stopped": step.stopped,
        "untried": step.untried or None,
        "protected": step.protected or None,
        "restarts_pods": step.restarts,
        "immutable": [c.path for c in step.changes if not c.healable and is_immutable(c.note)],
        "overrules": _overruled(step),
        "changes": changes_form(step.changes),
        "left": changes_form(step.left),
        "creates": as_json(step.creates),
    }


def _refused_form(words: str) -> JsonObject:
    """Say why something is not done, and who says so as far as that is known."""
    found = refusal(words)
    return {
        "problem": words or None,
        "refused_by": {"what": found.by, "name": found.name or None} if found else None,
        "hint": found.hint if found else None,
    }


def _overruled(step: Step) -> JsonObject:
    """Count the fields that are taken from each manager."""
    names = (change.manager for change in step.changes)
    found: dict[str, Json] = dict(Counter(name for name in names if name and name != _OURS))
    return found


def _run_form(run: Run) -> JsonObject:
    return {
        "done": run.done,
        "total": run.total,
        "already": list(run.already),
        "problems": [_problem_form(problem) for problem in run.problems],
    }


def _problem_form(problem: Problem) -> JsonObject:
    return {**_refused_form(problem.words), "stopped": problem.stopped}


def _word(verb: Verb) -> str:
    return verb.value.replace(" ", "_")
