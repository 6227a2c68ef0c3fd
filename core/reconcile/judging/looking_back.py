"""At which commit Git stated an object as it is in the cluster: asked for one object at a time.

The statements come from Git's history, the newest first; each is held against the live object by
the rules that tell drift, so defaults, another order and what others may own are no difference.
"""

from core.compare import Beside, judge
from core.model import Desired, Key, Live, Verdict
from core.model.comparisons import Likeness
from core.reconcile.judging.evidence.scaling import judged_beside
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import LookBack
from core.reconcile.memory.results import LookedBack
from core.reconcile.sides.desired import canonical_of

_ONE_SIDED = "it is not both in Git and in the cluster"


def look_back(draft: Draft, request: int, key: Key) -> None:
    """Have Git looked through for what it stated of one object."""
    app = draft.app(key.app)
    desired = app.desired.get(key.ref)
    if app.source is None or desired is None or _live(draft, desired, key) is None:
        draft.answer(request, Likeness(key, problem=_ONE_SIDED))
        return
    draft.effects.append(LookBack(request, key, desired.document, app.source.revision.id))


def take_statements(draft: Draft, done: LookedBack) -> None:
    """Answer with the newest statement that the live object is equal to."""
    app = draft.app(done.key.app)
    cluster = draft.cluster(app.spec.cluster)
    tried = Likeness(done.key, statements=len(done.statements), problem=done.problem)
    for each in done.statements:
        stated = canonical_of(draft, app, cluster, each.document)
        live = _live(draft, stated, done.key) if stated is not None else None
        if stated is not None and live is not None and _is_alike(draft, stated, live, done.key):
            draft.answer(done.request, Likeness(done.key, each.since, each.until))
            return
    draft.answer(done.request, tried)


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
