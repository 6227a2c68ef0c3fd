"""At which commit Git stated an object as it is in the cluster: asked for one object at a time.

The statements come from Git's history, the newest first; each is held against the live object by
the rules that tell drift, so defaults, another order and what others may own are no difference.
"""

from core.compare import Beside, canonical, judge
from core.model import Desired, Key, Live, Verdict
from core.model.answers.comparisons import Likeness
from core.reconcile.judging.evidence.scaling import judged_beside
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import LookBack
from core.reconcile.memory.results import LookedBack
from core.reconcile.memory.state import namespace_of

_ONE_SIDED = "it is not both in Git and in the cluster"


def look_back(draft: Draft, request: int, key: Key) -> None:
    """Have Git looked through for what it stated of one object."""
    app = draft.app(key.app)
    desired = app.desired.get(key.ref)
    if app.source is None or desired is None or _live(draft, desired, key) is None:
        draft.answer(request, Likeness(key, problem=_ONE_SIDED))
        return
    revision = app.source.revision.id
    draft.effects.append(LookBack(request, key, desired.document, revision, app.spec))


def take_statements(draft: Draft, done: LookedBack) -> None:
    """Answer with the newest statement that the live object is equal to."""
    app = draft.app(done.key.app)
    cluster = draft.cluster(app.spec.cluster)
    desired = app.desired.get(done.key.ref)
    live = _live(draft, desired, done.key) if desired is not None else None
    if desired is None or live is None:
        draft.answer(done.request, Likeness(done.key, problem=_ONE_SIDED))
        return
    resources, schema = cluster.resources or {}, cluster.kinds[desired.kind].schema
    for each in done.statements:
        stated = canonical(
            each.document,
            resources[desired.kind],
            schema,
            namespace=namespace_of(app, cluster),
            digest_key=draft.digest_key,
        )
        if _is_alike(draft, stated, live, done.key):
            draft.answer(done.request, Likeness(done.key, each.since, each.until))
            return
    count = len(done.statements)
    draft.answer(done.request, Likeness(done.key, statements=count, problem=done.problem))


def _live(draft: Draft, stated: Desired, key: Key) -> Live | None:
    return live_at(draft.cluster(draft.app(key.app).spec.cluster), stated.kind, key.ref)


def _is_alike(draft: Draft, stated: Desired, live: Live, key: Key) -> bool:
    app = draft.app(key.app)
    cluster = draft.cluster(app.spec.cluster)
    schema = cluster.kinds[stated.kind].schema
    policy = policy_of(app.spec)
    found = judged_beside(
        lambda beside: judge(stated, live, schema, policy=policy, beside=beside),
        Beside(cluster.scales.get(key.ref)),
        app,
        key.ref,
    )
    return found.verdict is Verdict.IN_SYNC
