"""Two apps compared by what is live of them: in two clusters, or two namespaces of one.

An object of an app is one that Git states of it or that was applied for it.  What cannot be read on
one side is not known there, so nothing follows from it for the other one.
"""

from dataclasses import replace
from typing import NamedTuple

from core.compare import (
    detailed,
    live_document,
    mask,
    mask_object,
    masked_text,
    own_namespace,
    paired,
    restated,
    stated,
)
from core.model import (
    Document,
    FieldChange,
    JsonObject,
    Key,
    ObjectRef,
    Problem,
    Remedy,
    Sides,
)
from core.model.answers.comparisons import Comparison, End, Restatement, Turn
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState, ClusterState, is_known, namespace_of


class _Lives(NamedTuple):
    """What is live of one app; the "file" of an object is its identity inside of the app."""

    documents: tuple[Document, ...]
    refused: tuple[tuple[str, str], ...]  # what cannot be read, with the reason; "" is everything
    problems: tuple[Problem, ...]


def compare_live(draft: Draft, request: int, before: str, after: str, *, whole: bool) -> None:
    """Answer with what is live of two apps, *whole* objects or their fields."""
    old, new = _lives(draft, before), _lives(draft, after)
    problems = (*old.problems, *new.problems)
    found = Comparison(_end(draft, before), _end(draft, after), problems=problems)
    apart: list[Restatement] = []
    same = 0
    owns = _own(draft, before, old), _own(draft, after, new)
    for was, now in paired(old, new, owns):
        changes = restated(was, now) if was is not None and now is not None else ()
        if was is not None and now is not None and not changes:
            same += 1
            continue
        apart.append(_restatement(draft, found, was, now, changes=changes, whole=whole))
    apart.sort(key=lambda one: one.key)
    draft.answer(request, replace(found, objects=tuple(apart), same=same))


def _restatement(
    draft: Draft,
    found: Comparison,
    was: Document | None,
    now: Document | None,
    *,
    changes: tuple[FieldChange, ...],
    whole: bool,
) -> Restatement:
    said = now or was
    assert said is not None
    ref, (one, other) = said.ref, found.names
    sealed = any(side is not None and side.sealed for side in (was, now))
    turn = Turn.ADDED if was is None else Turn.REMOVED if now is None else Turn.CHANGED
    sides = None
    if whole:
        sides = Sides(*(_shown(draft, side, ref, sealed=sealed) for side in (was, now)))
    told = detailed(changes, names=(other, one))
    hidden = mask(told, ref, key=draft.mask_key, sealed=sealed)
    return Restatement(Key(found.after.spec.name, ref), said.kind, turn, sides, hidden)


def _end(draft: Draft, name: str) -> End:
    app = draft.app(name)
    commit = app.source.revision if app.source is not None else None
    return End(app.spec, commit, live=str(draft.cluster(app.spec.cluster).view.called))


def _own(draft: Draft, name: str, lives: _Lives) -> str:
    app = draft.app(name)
    return own_namespace(lives, namespace_of(app, draft.cluster(app.spec.cluster)))


def _lives(draft: Draft, name: str) -> _Lives:
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    if not is_known(app, cluster):
        unknown = Problem(Remedy.WAIT, f"{name} was not read yet")
        problem = app.problem or cluster.view.problem or unknown
        return _Lives((), (("", problem.words),), (problem,))
    refs = sorted({*app.desired, *(app.inventory or ())})
    found = {ref: _live(app, cluster, ref) for ref in refs}
    documents = tuple(one for one in found.values() if isinstance(one, Document))
    problems = {ref: one for ref, one in found.items() if isinstance(one, Problem)}
    lives = _Lives(documents, (), tuple(dict.fromkeys(problems.values())))
    own = _own(draft, name, lives)
    return lives._replace(
        documents=tuple(replace(one, file=_file(one.ref, own)) for one in documents),
        refused=tuple((_file(ref, own), one.words) for ref, one in problems.items()),
    )


def _live(app: AppState, cluster: ClusterState, ref: ObjectRef) -> Document | Problem | None:
    """Return an object as it is live, None where it is not, or why that is not known."""
    unknown: Problem | None = None
    for kind, state in cluster.kinds.items():
        if (kind.group, kind.kind) != (ref.group, ref.kind):
            continue
        objects = state.objects_in(ref.namespace)
        if objects is None:
            unknown = state.problem_in(ref.namespace) or unknown
            continue
        live = objects.get(ref)
        if live is not None:
            return live_document(kind, ref, live.body, sealed=app.is_sealed(ref))
    return unknown


def _file(ref: ObjectRef, own: str) -> str:
    namespace = "" if ref.namespace == own else ref.namespace
    return f"{ref.group}/{ref.kind}/{namespace}/{ref.name}"


def _shown(
    draft: Draft, side: Document | None, ref: ObjectRef, *, sealed: bool
) -> JsonObject | None:
    if side is None:
        return None
    body = stated(side, side.namespace or "")
    made = masked_text(mask_object(body, ref, key=draft.mask_key, sealed=sealed))
    return made if isinstance(made, dict) else {}
