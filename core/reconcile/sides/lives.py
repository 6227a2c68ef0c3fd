"""Two apps compared by what is live of them: in two clusters, or two namespaces of one.

An object of an app is one that Git states of it or that was applied for it.  What cannot be read on
one side is not known there, so nothing follows from it for the other one.
"""

from dataclasses import replace
from typing import NamedTuple

from core.compare import (
    Unlike,
    detailed,
    live_document,
    mask,
    masked_body,
    own_namespace,
    stated,
    unlike,
)
from core.model import (
    Document,
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
    own: str  # the namespace of its own objects


def compare_live(draft: Draft, request: int, before: str, after: str, *, whole: bool) -> None:
    """Answer with what is live of two apps, *whole* objects or their fields."""
    old, new = _lives(draft, before), _lives(draft, after)
    problems = (*old.problems, *new.problems)
    found = Comparison(_end(draft, before), _end(draft, after), problems=problems)
    apart, same = unlike(old, new, (old.own, new.own), (before, after))
    made = (_restatement(draft, found, each, whole=whole) for each in apart)
    objects = tuple(sorted(made, key=lambda one: one.key))
    draft.answer(request, replace(found, objects=objects, same=same))


def _restatement(draft: Draft, found: Comparison, each: Unlike, *, whole: bool) -> Restatement:
    ref, (one, other) = each.said.ref, found.names
    sides = None
    if whole:
        sides = Sides(*(_shown(draft, each, side) for side in (each.was, each.now)))
    told = detailed(each.changes, names=(other, one))
    hidden = mask(told, ref, key=draft.mask_key, sealed=each.sealed)
    turn = Turn.of(each.was, each.now)
    return Restatement(Key(found.after.spec.name, ref), each.said.kind, turn, sides, hidden)


def _end(draft: Draft, name: str) -> End:
    app = draft.app(name)
    commit = app.source.revision if app.source is not None else None
    return End(app.spec, commit, live=str(draft.cluster(app.spec.cluster).view.called))


def _lives(draft: Draft, name: str) -> _Lives:
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    own = namespace_of(app, cluster)
    if not is_known(app, cluster):
        unknown = Problem(Remedy.WAIT, f"{name} was not read yet")
        problem = app.problem or cluster.view.problem or unknown
        return _Lives((), (("", problem.words),), (problem,), own)
    refs = sorted({*app.desired, *(app.inventory or ())})
    found = {ref: _live(app, cluster, ref) for ref in refs}
    documents = tuple(one for one in found.values() if isinstance(one, Document))
    problems = {ref: one for ref, one in found.items() if isinstance(one, Problem)}
    own = own_namespace(documents, own)
    return _Lives(
        documents=tuple(replace(one, file=_file(one.ref, own)) for one in documents),
        refused=tuple((_file(ref, own), one.words) for ref, one in problems.items()),
        problems=tuple(dict.fromkeys(problems.values())),
        own=own,
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


def _shown(draft: Draft, each: Unlike, side: Document | None) -> JsonObject | None:
    if side is None:
        return None
    body = stated(side, side.namespace or "")
    return masked_body(body, each.said.ref, key=draft.mask_key, sealed=each.sealed)
