"""What earlier commits stated of an object: asked for once, where its own evidence does not do.

Most objects never differ, and what differs on most others is told by what driftdeck applied.  What
is left is rare, so Git is looked through when it is needed, and judged by when the answer is there.
"""

from dataclasses import replace

from core.compare import Earlier, canonical
from core.model import Desired, Key
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Recall
from core.reconcile.memory.results import Recalled
from core.reconcile.memory.state import AppState, namespace_of
from core.reconcile.memory.subjects import Recollection


def earlier_of(draft: Draft, app: AppState, key: Key) -> tuple[Earlier, ...] | None:
    """Return what earlier commits stated of an object; None where that is not known yet."""
    past = draft.subject(key).past
    if past is None or app.source is None or past.revision != app.source.revision.id:
        return None
    return past.earlier


def is_recalling(draft: Draft, key: Key) -> bool:
    """Tell whether the answer is on its way."""
    past = draft.subject(key).past
    return past is not None and past.earlier is None


def ask_past(draft: Draft, app: AppState, desired: Desired) -> None:
    """Have Git looked through for one object, unless that is under way."""
    assert app.source is not None, "what Git states was read"
    key, revision = Key(app.spec.name, desired.ref), app.source.revision.id
    subject = draft.subject(key)
    if subject.past is None or subject.past.revision != revision:
        draft.put(replace(subject, past=Recollection(revision)))
        draft.effects.append(Recall(key, desired.document, revision))


def forget_past(draft: Draft, key: Key) -> None:
    """Nothing differs that only the past could tell."""
    subject = draft.subject(key)
    if subject.past is not None:
        draft.put(replace(subject, past=None))


def take_past(draft: Draft, done: Recalled) -> None:
    """Judge an object by its past; of an answer to an older question nothing is taken."""
    app = draft.app(done.key.app)
    subject, desired = draft.subject(done.key), app.desired.get(done.key.ref)
    if subject.past != Recollection(done.revision) or desired is None:
        return
    forms = (
        form for form in _canonical(draft, app, desired, done) if form.digest != desired.digest
    )
    earlier = tuple({form.digest: Earlier(form.digest, form.body) for form in forms}.values())
    draft.put(replace(subject, past=Recollection(done.revision, earlier)))
    draft.doubt(done.key)
    draft.judge_again(done.key)


def _canonical(
    draft: Draft, app: AppState, desired: Desired, done: Recalled
) -> tuple[Desired, ...]:
    cluster = draft.cluster(app.spec.cluster)
    resource, kind = (cluster.resources or {}).get(desired.kind), cluster.kinds.get(desired.kind)
    if resource is None or kind is None:
        return ()
    return tuple(
        canonical(
            document,
            resource,
            kind.schema,
            namespace=namespace_of(app, cluster),
            digest_key=draft.digest_key,
        )
        for document in done.documents
    )
