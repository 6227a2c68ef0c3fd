"""The desired side of the state: documents from Git become canonical objects with a scope.

A document needs three things before it can be judged: the cluster's discovery (is the kind
namespaced?), its schema (what does null mean?) and the app's namespace.  Whatever arrives last
makes it complete, kind by kind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from core.compare import canonical
from core.model import (
    ABSENT,
    Desired,
    Document,
    EventName,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    ObjectRef,
    Resource,
    refusal_of,
)
from core.reconcile.judging.evidence.refusals import forget_refusals
from core.reconcile.judging.extras import judge_all_owned, judge_owned
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ReadSource
from core.reconcile.memory.inputs import HistoryRead, SourceLost, SourceRead, SourceSeen
from core.reconcile.memory.state import (
    AppState,
    ClusterState,
    namespace_of,
)
from core.reconcile.sides.claims import settle_claims
from core.reconcile.sides.fences import is_refused, refusal, refusals, stated_ref
from core.reconcile.sides.promises import DEFINITION, promises
from core.reconcile.sides.watched import follow_kinds
from core.reconcile.sides.waves import waves_of


def take_source(draft: Draft, read: SourceRead) -> None:
    """Take a newly read commit of one app into account."""
    app = draft.app(read.app)
    before = app.source
    if before is not None and _is_same(before, read):
        _take_commit(draft, app, read)
        return
    for ref in app.lost:
        draft.judge_again(Key(read.app, ref))
    draft.put_app(
        replace(
            app,
            source=read,
            read_at=draft.now,
            problem=None,
            documents=by_kind(read.documents),
            lost=_lost(app, read),
            rewritten=app.rewritten or bool(read.lacks),
        )
    )
    place_documents(draft, read.app)
    _place_defined(draft, app, draft.app(read.app))
    if before is None or _content(before) != _content(read) or read.lacks:
        _tell(draft, draft.app(read.app), read)
    note_stated(draft, read.app)
    follow_kinds(draft, app.spec.cluster)
    if before is None or before.problems != read.problems:
        judge_all_owned(draft, app.spec.cluster)


def _is_same(before: SourceRead, read: SourceRead) -> bool:
    return bool(read.tree) and read.tree == before.tree and read.documents is before.documents


def _take_commit(draft: Draft, app: AppState, read: SourceRead) -> None:
    """Note that a later commit states the very same; a history that was rewritten is told."""
    again = app.rewritten or bool(read.lacks)
    app = replace(app, source=read, read_at=draft.now, problem=None, rewritten=again)
    draft.put_app(app)
    if read.lacks:
        _tell(draft, app, read)


def _tell(draft: Draft, app: AppState, read: SourceRead) -> None:
    if not app.shown:
        return
    gone = f"the history was written anew: {read.lacks[:7]}, read before, is not in it"
    anew = (gone,) if read.lacks else ()
    draft.tell(
        EventName.SOURCE_UPDATED,
        app=read.app,
        cluster=app.spec.cluster,
        revision=read.revision.id,
        message="; ".join((read.revision.subject, *anew, *read.problems, *refusals(app))),
    )


def _content(read: SourceRead) -> tuple[object, ...]:
    """What a commit has to change in a folder to be news for its app."""
    return (read.tree or read.revision.id, read.problems)


def _lost(app: AppState, read: SourceRead) -> dict[ObjectRef, tuple[Document, str]]:
    """Find the objects that could be read before, of files of which a part cannot be read now.

    Nobody knows whether Git still states them.
    """
    last = {ref: document for ref, (document, _) in app.lost.items()}
    last |= app.unserved
    last |= {ref: made.document for ref, made in app.desired.items()}
    stated = {
        (each.kind.group, each.kind.kind, each.namespace, each.name) for each in read.documents
    }
    found = (
        (ref, each, refusal_of(read.refused, each.file))
        for ref, each in last.items()
        if (each.kind.group, each.kind.kind, each.namespace, each.name) not in stated
    )
    return {ref: (document, problem) for ref, document, problem in found if problem}


def lose_source(draft: Draft, lost: SourceLost) -> None:
    """Keep what was read before, and say that it may be old."""
    app = draft.app(lost.app)
    if app.problem != lost.problem and app.shown:
        draft.tell(EventName.SOURCE_UNAVAILABLE, app=lost.app, message=lost.problem.words)
    draft.put_app(replace(app, problem=lost.problem, lost_by=lost.guard))
    if app.source is None:
        judge_all_owned(draft, app.spec.cluster)  # what it states stays unknown


def see_source(draft: Draft, seen: SourceSeen) -> None:
    """Note that Git still states what was read last."""
    draft.put_app(replace(draft.app(seen.app), read_at=draft.now))


def take_history(draft: Draft, read: HistoryRead) -> None:
    """Keep the commits to show."""
    draft.put_app(replace(draft.app(read.app), history=read.commits))


def refresh(draft: Draft) -> None:
    """Read Git again, and ask again where the server could not confirm."""
    draft.effects += [ReadSource(app.spec.name) for app in draft.apps.values()]
    forget_refusals(draft)
    held = [subject for subject in draft.subjects.values() if subject.hold is not None]
    for subject in held:
        draft.put(replace(subject, hold=None))
    draft.judge_all_again(subject.key for subject in held)


def place_documents(draft: Draft, name: str) -> None:
    """Give every document of one app that can have one its canonical form and scope."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    source = app.source
    if source is None or cluster.resources is None:
        return
    app, allowed = _fenced(draft, app, cluster, cluster.resources)
    kept: dict[Document, Desired] = {}
    desired: dict[ObjectRef, Desired] = {}
    unserved: dict[ObjectRef, Document] = {}
    for document in allowed:
        if document.kind not in cluster.resources:
            unserved[stated_ref(app, cluster, document, app.promised)] = document
            continue
        made = app.canonical.get(document) or canonical_of(draft, app, cluster, document)
        if made is not None:
            kept[document] = made
            both = _over(desired.get(made.ref), made)
            kept_one = app.desired.get(made.ref)
            desired[made.ref] = kept_one if kept_one == both else both
    _mark_dirty(draft, app, desired, unserved)
    draft.put_app(
        replace(
            app,
            canonical=kept,
            desired=desired,
            unserved=unserved,
            waves=waves_of({**unserved, **desired}),
        )
    )


def _fenced(
    draft: Draft, app: AppState, cluster: ClusterState, served: Mapping[KindRef, Resource]
) -> tuple[AppState, Sequence[Document]]:
    """Part what an app may touch from what is refused, which is listed and nothing else."""
    assert app.source is not None
    documents = app.source.documents
    coming = by_kind(e for e in documents if not is_refused(app, cluster, e, served))
    definitions = (*coming.get(DEFINITION, ()), *_definitions_of_others(draft, app, served))
    promised = promises({DEFINITION: definitions}, coming.keys() - served.keys())
    known = {**promised, **served}
    allowed: list[Document] = []
    refused: dict[ObjectRef, tuple[Document, str]] = {}
    for document in documents:
        if is_refused(app, cluster, document, known):
            ref = stated_ref(app, cluster, document, known)
            refused[ref] = (document, refusal(app.spec, ref))
        else:
            allowed.append(document)
    for ref in {**app.refused, **refused}:
        draft.judge_again(Key(app.spec.name, ref))
    fenced = replace(app, documents=by_kind(allowed), promised=promised, refused=refused)
    return draft.put_app(fenced), allowed


def _definitions_of_others(
    draft: Draft, app: AppState, served: Mapping[KindRef, Resource]
) -> Iterator[Document]:
    """Yield what other apps of the cluster define, as far as they may: one sync applies it, too."""
    cluster = draft.cluster(app.spec.cluster)
    for other in draft.apps_of(app.spec.cluster):
        if (
            other.shown
            and other.spec.name != app.spec.name
            and other.spec.cluster == app.spec.cluster
        ):
            documents = other.documents.get(DEFINITION, ())
            yield from (e for e in documents if not is_refused(other, cluster, e, served))


def _place_defined(draft: Draft, before: AppState, now: AppState) -> None:
    """Let the other apps of a cluster know of the kinds that an app defines from now on."""
    if before.documents.get(DEFINITION) == now.documents.get(DEFINITION) or not now.shown:
        return
    for other in draft.apps_of(now.spec.cluster):
        if other.unserved and other.spec.name != now.spec.name:
            place_documents(draft, other.spec.name)
            note_stated(draft, other.spec.name)


def by_kind(documents: Iterable[Document]) -> dict[KindRef, tuple[Document, ...]]:
    """Put documents of one kind together, in their order."""
    found: dict[KindRef, list[Document]] = {}
    for document in documents:
        found.setdefault(document.kind, []).append(document)
    return {kind: tuple(each) for kind, each in found.items()}


def note_stated(draft: Draft, name: str) -> None:
    """Remember what one app states, for those who ask what nobody states."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    if app.source is None or cluster.resources is None:
        return
    known = {**app.promised, **cluster.resources}
    stated = frozenset(stated_ref(app, cluster, each, known) for each in app.source.documents)
    broken = {stated_ref(app, cluster, one, known): (one, why) for one, why in app.source.broken}
    app = _with_broken(draft, app, broken)
    if stated != app.stated:
        draft.put_app(replace(app, stated=stated))
        judge_owned(draft, app.spec.cluster, sorted(stated ^ app.stated))
        settle_claims(draft, app.spec.cluster, stated ^ app.stated)


def _with_broken(
    draft: Draft, app: AppState, broken: Mapping[ObjectRef, tuple[Document, str]]
) -> AppState:
    """List what is wrong in itself and known by name, though it never was right."""
    new = {ref: each for ref, each in broken.items() if app.lost.get(ref) != each}
    for ref in new:
        draft.judge_again(Key(app.spec.name, ref))
    return draft.put_app(replace(app, lost={**app.lost, **new})) if new else app


def replace_kind(draft: Draft, cluster: str, kind: KindRef) -> None:
    """A schema arrived: whatever was made without it is made again."""
    for app in draft.apps_of(cluster):
        if kind in app.documents:
            kept = {doc: made for doc, made in app.canonical.items() if doc.kind != kind}
            draft.put_app(replace(app, canonical=kept))
            place_documents(draft, app.spec.name)


def canonical_of(
    draft: Draft, app: AppState, cluster: ClusterState, document: Document
) -> Desired | None:
    """Return the canonical form of a document of a kind that is served; None: not known yet."""
    kind = cluster.kinds.get(document.kind)
    if kind is None or not kind.schema_read:
        return None
    assert cluster.resources is not None
    return canonical(
        document,
        cluster.resources[document.kind],
        kind.schema,
        namespace=namespace_of(app, cluster),
        digest_key=draft.digest_key,
    )


def _over(earlier: Desired | None, made: Desired) -> Desired:
    """Return the later of two statements of one object, which says where the other is.

    That they are one shows only here, where the cluster says which kinds have a namespace.
    """
    if earlier is None:
        return made
    here, there = (f"{at.file}:{at.line}" for at in (made.document, earlier.document))
    words = f"{here}: the same object is stated at {there}; this one counts"
    warning = FieldChange("", FieldVerdict.WARN, ABSENT, ABSENT, note=words)
    return replace(made, warnings=(warning, *made.warnings))


def _mark_dirty(
    draft: Draft,
    app: AppState,
    desired: dict[ObjectRef, Desired],
    unserved: dict[ObjectRef, Document],
) -> None:
    name = app.spec.name
    for ref, made in desired.items():
        before = app.desired.get(ref)
        if before is made:
            continue
        key = Key(name, ref)
        if before is not None and before.warnings != made.warnings:
            draft.doubt(key)  # what it warns of is no part of its digest
        draft.judge_again(key)
    for ref in (*app.desired.keys(), *app.unserved.keys(), *app.lost.keys()):
        if ref not in desired:
            draft.judge_again(Key(name, ref))
    for ref in unserved:
        draft.judge_again(Key(name, ref))
