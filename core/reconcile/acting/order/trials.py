"""A plan as a whole, tried out by dry-runs before its first write.

What drifted was confirmed by a dry-run at this very version when it was judged, and is not asked
about again.  What is new is asked about now, but for what the server could not say anything of: an
object whose namespace, kind or role comes in the same plan.  Those are named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from core.model import Coming, ConfirmedBy, Key, Plan, Remedy, Step, Verb
from core.model.values import few
from core.reconcile.acting.order.ranks import Rank, rank_of
from core.reconcile.acting.order.references import references
from core.reconcile.acting.order.stopping import Failures
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Trial
from core.remedy.refusals import MADE_ANEW, is_immutable

_NAMED_MAX: Final = 5
_LOOKED_UP: Final = frozenset({"ClusterRoleBinding", "Pod", "RoleBinding"})  # what they name


def with_untried(draft: Draft, plan: Plan) -> Plan:
    """Return a plan that says of what it makes new what cannot be tried out, and why."""
    news = {
        (step.key.ref.kind, step.key.ref.namespace, step.key.ref.name)
        for step in plan.runnable
        if step.verb is Verb.CREATE and rank_of(step.kind) is not Rank.CUSTOM
    }
    groups = {
        step.key.ref.name.partition(".")[2]
        for step in plan.runnable
        if rank_of(step.kind) is Rank.DEFINITION and step.verb is not Verb.TAKE_OVER
    }

    def why(step: Step) -> str:
        ref = step.key.ref
        if step.verb is not Verb.CREATE or step.problem:
            return ""
        if isinstance(step.stamp, Coming) or step.kind.group in groups:
            return "the kind is defined by this plan"
        if ("Namespace", "", ref.namespace) in news:
            return "the namespace comes in this plan"
        if ref.kind in _LOOKED_UP and any(
            (kind, place, name) in news
            for kind, name in _names(draft, step)
            for place in (ref.namespace, "")
        ):
            return "what it names comes in this plan"
        return ""

    return replace(plan, steps=tuple(replace(step, untried=why(step)) for step in plan.steps))


def _names(draft: Draft, step: Step) -> Iterable[tuple[str, str]]:
    desired = draft.app(step.key.app).desired.get(step.key.ref)
    return references(desired.body) if desired is not None else ()


def trials_of(draft: Draft, plan: Plan) -> Iterator[tuple[Key, Trial]]:
    """Yield what is to be tried out although it is there: what no dry-run confirmed yet."""
    cluster = draft.cluster(plan.cluster)
    for step in plan.runnable:
        row = draft.row(step.key)
        unsure = row is not None and row.confirmed_by is not ConfirmedBy.SERVER
        live = live_at(cluster, step.kind, step.key.ref)
        if step.verb is Verb.APPLY and unsure and step.requests and live is not None:
            app = draft.app(step.key.app)
            schema = cluster.kinds[step.kind].schema
            yield step.key, Trial(app.desired[step.key.ref], live, schema, policy_of(app.spec))


def tried_out(draft: Draft, plan: Plan) -> Plan:
    """Return a plan of which the server said what it takes: what needs the rest is stopped, too."""
    failures = Failures(draft)
    steps: list[Step] = []
    for step in plan.steps:
        made = _placed(draft, step) if step.problem else failures.stopped(step) or step
        if made.problem:
            failures.add(made)
        steps.append(made)
    return replace(
        plan, steps=tuple(steps), notes=(*plan.notes, *_consequences(steps), *_untried(steps))
    )


def _placed(draft: Draft, step: Step) -> Step:
    """Say where in Git the object stands that the server refuses."""
    desired = draft.app(step.key.app).desired.get(step.key.ref)
    if step.remedy is not Remedy.CHANGE_GIT or desired is None:
        return step
    document = desired.document
    return replace(step, problem=f"{document.file}:{document.line}: {step.problem}")


def _consequences(steps: Sequence[Step]) -> Iterator[str]:
    """Say what the fields alone do not tell: pods that start anew, and what no heal can change."""
    anew = [str(step.key.ref) for step in steps if step.restarts and not step.problem]
    if anew:
        yield f"restarts the pods of {few(anew, _NAMED_MAX)}"
    for step in steps:
        stuck = [c.path for c in step.changes if not c.healable and is_immutable(c.note)]
        if stuck:
            yield f"{step.key.ref}: {', '.join(stuck)} is immutable: {MADE_ANEW}"


def _untried(steps: Iterable[Step]) -> Iterator[str]:
    reasons = Counter(step.untried for step in steps if step.untried and not step.problem)
    for reason, count in sorted(reasons.items()):
        objects = "1 object is" if count == 1 else f"{count} objects are"
        yield f"{objects} not tried out before the write: {reason}"
