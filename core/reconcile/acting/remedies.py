"""What the steps of a plan send, decided when the plan is made: it is part of what is accepted.

Nothing can be decided for an object whose kind is still to come, as its definition is in the same
folder; and nothing for one that moved on since it was judged, whose step is outdated anyway.  The
former is decided when its step is due.
"""

from dataclasses import replace

import msgspec

from core.compare import mask_object
from core.model import ObjectRef, Plan, Step, Value, Verb
from core.model.requests import Request
from core.reconcile.acting.order.consequences import restarts_pods
from core.reconcile.acting.standing import step_stands
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft
from core.remedy import requests


def with_requests(draft: Draft, made: Plan) -> Plan:
    """Return a plan whose steps carry what they send."""
    return replace(made, steps=tuple(_decided(draft, step) for step in made.steps))


def _decided(draft: Draft, step: Step) -> Step:
    if step.verb is Verb.CREATE:
        step = replace(step, creates=_stated(draft, step))
    if step.problem or not step_stands(draft, step):
        return step
    body = draft.app(step.key.app).desired[step.key.ref].body
    return replace(step, requests=requests_of(draft, step), restarts=restarts_pods(step, body))


def _stated(draft: Draft, step: Step) -> Value:
    """Return the object that a step makes, as a person may see it."""
    app = draft.app(step.key.app)
    found = app.desired.get(step.key.ref) or app.unserved.get(step.key.ref)
    if found is None:
        return None
    return shown(draft, step.key.ref, found.body, sealed=app.is_sealed(step.key.ref))


def shown(draft: Draft, ref: ObjectRef, body: bytes, *, sealed: bool) -> Value:
    """Return an object that Git states with its secrets hidden."""
    return mask_object(msgspec.json.decode(body), ref, key=draft.mask_key, sealed=sealed)


def requests_of(draft: Draft, step: Step) -> tuple[Request, ...]:
    """Return what a step sends whose object is still what it was decided on."""
    app = draft.app(step.key.app)
    cluster = draft.cluster(app.spec.cluster)
    live = live_at(cluster, step.kind, step.key.ref)
    desired, schema = app.desired[step.key.ref], cluster.kinds[step.kind].schema
    return requests(desired, live, step, schema, policy_of(app.spec))
