"""What follows a revert in the cluster: just what the revert changes in what Git states.

Where an object is stated otherwise before and after, the paths that differ are *meant*.  They are
put where Git will have them; whatever else differs in the object is left as it is and named, be it
a hot-fix or a commit that is still to be applied.  Which side moved does not matter: an object that
driftdeck never wrote, or that another process did, is treated the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import msgspec

from core.compare import (
    Beside,
    Judgement,
    OwnerClass,
    Policy,
    Schema,
    absence,
    class_of,
    detailed,
    is_compared,
    judge,
    mask,
)
from core.compare.equality.schema import UNKNOWN, node_at
from core.compare.equality.walk import How, differences, same
from core.model import (
    DRIFT_VERDICTS,
    Absent,
    Coming,
    Desired,
    Document,
    Drift,
    FieldChange,
    FieldVerdict,
    InfoClass,
    JsonObject,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Plan,
    Resource,
    RevertPlan,
    Step,
    Verb,
    Verdict,
    stamp_of,
)
from core.model.paths import Parts, parse_path, value_at
from core.model.values import few
from core.reconcile.acting.meaning import apart, is_left, is_meant, nothing_to_do, stuck
from core.reconcile.acting.order.consequences import restarts_pods
from core.reconcile.acting.order.stages import staged
from core.reconcile.acting.plans import notes_of, stated_twice
from core.reconcile.acting.remedies import shown
from core.reconcile.judging.evidence.scaling import judged_beside
from core.reconcile.judging.judging import live_at, policy_of
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState, ClusterState, KindState, namespace_of
from core.reconcile.sides.desired import canonical_of
from core.reconcile.sides.fences import is_refused, refusal, stated_ref
from core.reconcile.sides.promises import promises
from core.reconcile.sides.waves import wave_of
from core.remedy import creation, requests

_NAMED_MAX: Final = 10  # objects that are named one by one

Sides: TypeAlias = tuple[Desired | None, Desired | None]
"""One object as Git states it before and after; None: not at all."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be said of one object: a step, or why there is none."""

    step: Step | None = None
    note: str = ""
    settled: tuple[Key, ...] = ()  # what will be as Git says, then, by itself


def reversal(draft: Draft, revert: RevertPlan) -> Plan:
    """Return the plan of what follows *revert* in the cluster, as the cluster is now."""
    app = draft.app(revert.app)
    cluster = draft.cluster(app.spec.cluster)
    known = resources_of(draft, revert)
    served = cluster.resources or {}
    documents = [after for _, after in revert.restated if after is not None]
    barred = [each for each in documents if is_refused(app, cluster, each, known)]
    unserved = (each for each in documents if each.kind not in served and each not in barred)
    found = [_barred(app, cluster, each, known) for each in barred]
    found += [_coming(draft, app, each, known.get(each.kind)) for each in unserved]
    for ref, sides in sorted(_sides(draft, app, cluster, revert).items()):
        going = revert.blocking.get(Key(app.spec.name, ref))
        found.append(_of_object(draft, app, cluster, ref, sides, going))
    steps = staged(each.step for each in found if each.step is not None)
    names = {step.key for step in steps}.union(*(each.settled for each in found))
    notes = [each.note for each in found if each.note]
    notes += _others(draft, app, names)
    inventories = {app.spec.name: app.inventory_problem}
    told = notes_of([app.spec.name] if steps else [], steps, inventories)
    return Plan(app.spec.cluster, steps, {}, (*told, *notes))


def resources_of(draft: Draft, revert: RevertPlan) -> Mapping[KindRef, Resource]:
    """Return the kinds that the cluster serves, and those that the revert will have it serve."""
    app = draft.app(revert.app)
    served = draft.cluster(app.spec.cluster).resources or {}
    definitions: dict[KindRef, list[Document]] = {}
    for _, after in revert.restated:
        if after is not None:
            definitions.setdefault(after.kind, []).append(after)
    return {**app.promised, **promises(definitions, definitions.keys() - served.keys()), **served}


def after_of(draft: Draft, revert: RevertPlan) -> dict[ObjectRef, Desired]:
    """Return what Git will state of the objects that *revert* restates."""
    app = draft.app(revert.app)
    sides = _sides(draft, app, draft.cluster(app.spec.cluster), revert)
    return {ref: after for ref, (_, after) in sides.items() if after is not None}


def _sides(
    draft: Draft, app: AppState, cluster: ClusterState, revert: RevertPlan
) -> dict[ObjectRef, Sides]:
    """Pair the canonical forms; a document that names its namespace now is the same object."""
    before: dict[ObjectRef, Desired] = {}
    after: dict[ObjectRef, Desired] = {}
    served = cluster.resources or {}
    for pair in revert.restated:
        for document, side in zip(pair, (before, after), strict=True):
            if document is None or document.kind not in served:
                continue
            if not is_refused(app, cluster, document, served):
                made = app.canonical.get(document) or canonical_of(draft, app, cluster, document)
                if made is not None:
                    side[made.ref] = made
    return {ref: (before.get(ref), after.get(ref)) for ref in {**before, **after}}


def _barred(
    app: AppState, cluster: ClusterState, document: Document, known: Mapping[KindRef, Resource]
) -> _Found:
    """Leave out what the app may not touch."""
    ref = stated_ref(app, cluster, document, known)
    problem = refusal(app.spec, ref)
    return _Found(
        Step(Key(app.spec.name, ref), document.kind, Verb.APPLY, Coming(), problem=problem)
    )


def _coming(draft: Draft, app: AppState, document: Document, resource: Resource | None) -> _Found:
    """Make what can only be made once its kind is defined, if the revert brings the definition."""
    kind = document.kind
    if resource is None:
        return _Found(note=f"the cluster serves no {kind.kind} in {kind.api_version}: left alone")
    cluster = draft.cluster(app.spec.cluster)
    place = (document.namespace or namespace_of(app, cluster)) if resource.namespaced else ""
    ref = ObjectRef(kind.group, kind.kind, place, document.name)
    wave = wave_of(document.body)
    step = Step(Key(app.spec.name, ref), kind, Verb.CREATE, Coming(), wave=wave)
    return _Found(replace(step, creates=shown(draft, ref, document.body, sealed=document.sealed)))


def _of_object(
    draft: Draft,
    app: AppState,
    cluster: ClusterState,
    ref: ObjectRef,
    sides: Sides,
    blocking: tuple[str, ...] | None,
) -> _Found:
    before, after = sides
    either = after or before
    assert either is not None
    state = cluster.kinds.get(either.kind)
    live = live_at(cluster, either.kind, ref)
    if after is None:
        there = "it stays in the cluster: nothing is deleted" if live else "the cluster has none"
        return _Found(note=f"{ref} is no longer in Git then; {there}")
    if not is_compared(after, live):
        return _Found(note=f"{ref} is left to the cluster")
    step = Step(
        Key(app.spec.name, ref),
        after.kind,
        Verb.APPLY,
        stamp_of(after, live),
        wave=wave_of(after.body),
    )
    other = app.claimed.get(ref, "")
    if other:
        return _Found(replace(step, problem=stated_twice(other)))
    if state is None or state.objects_in(ref.namespace) is None:
        why = state.problem_in(ref.namespace) if state is not None else None
        problem = f"live-unreadable: {why or 'not read yet'}"
        return _Found(replace(step, problem=problem))
    if live is not None:
        beside = Beside(cluster.scales.get(ref), blocking=blocking)
        return _Object(draft, app, beside, state, (before, after), live).found(step)
    if before is not None:
        return _Found(note=f"{ref} is not in the cluster: left alone")
    left = absence(policy_of(app.spec).rules, after)
    if left:
        return _Found(note=f"{ref} is not in the cluster; {left}")
    made = shown(draft, ref, after.body, sealed=after.document.sealed)
    return _Found(replace(step, verb=Verb.CREATE, requests=(creation(after),), creates=made))


def _others(draft: Draft, app: AppState, names: set[Key]) -> Iterator[str]:
    """Name what differs from Git, too, and is no matter of the revert."""
    others = sorted(
        row.key
        for row in draft.rows.values()
        if row.key.app == app.spec.name and row.verdict in DRIFT_VERDICTS and row.key not in names
    )
    if others:
        named = few([str(key.ref) for key in others], _NAMED_MAX)
        yield f"left alone, though not as Git says: {named}"


class _Object:
    """One object that is there, and that Git states otherwise before and after."""

    def __init__(
        self,
        draft: Draft,
        app: AppState,
        beside: Beside,
        state: KindState,
        sides: tuple[Desired | None, Desired],
        live: Live,
    ) -> None:
        self._draft, self._live = draft, live
        self._policy: Policy = policy_of(app.spec)
        self._schema: Schema | None = state.schema
        self._root = UNKNOWN if state.schema is None else state.schema.root
        self._before, self._after = sides
        self._was: JsonObject = {} if sides[0] is None else msgspec.json.decode(sides[0].body)
        self._row = draft.row(Key(app.spec.name, sides[1].ref))
        past = () if sides[0] is None else (sides[0].body,)
        self._app, self._beside = app, replace(beside, past=past)

    def found(self, step: Step) -> _Found:
        """Return what becomes of it."""
        ref = step.key.ref
        judged = self._judged()
        if judged.verdict is Verdict.UNKNOWN:
            return _Found(replace(step, problem=judged.reason))
        meant = self._meant()
        found = [self._by_git(change) for change in judged.changes]
        drifts = [c for c in found if c.verdict is FieldVerdict.DRIFT]
        going = self._beside.blocking
        changes = [c for c in drifts if c.path in (going or ()) or is_meant(c, meant)]
        if not changes:
            kept = [c for c in (*found, *judged.ignored) if is_meant(c, meant) and is_left(c)]
            settled = () if drifts else (step.key,)
            return _Found(note=nothing_to_do(ref, kept), settled=settled)
        left = [c for c in found if c not in changes and is_left(c)]
        if going is not None:  # an apply is refused until they are gone
            changes = [replace(c, blocks=isinstance(c.git, Absent)) for c in changes]
        changes = apart(changes, left)
        shown = replace(step, changes=self._shown(changes), left=self._as_judged(left))
        hindrance = stuck(changes, left)
        if hindrance:
            return _Found(replace(shown, problem=hindrance))
        sent = requests(self._after, self._live, shown, self._schema, self._policy)
        anew = restarts_pods(shown, self._after.body)
        return _Found(replace(shown, requests=sent, restarts=anew))

    def _judged(self) -> Judgement:
        def by(beside: Beside) -> Judgement:
            return judge(self._after, self._live, self._schema, policy=self._policy, beside=beside)

        return judged_beside(by, self._beside, self._app, self._after.ref)

    def _meant(self) -> tuple[tuple[Parts, How], ...]:
        """Say which paths the revert is about; of an object that it brings back all of them."""
        if self._before is None:
            return (((), How.VALUE),)
        after: JsonObject = msgspec.json.decode(self._after.body)
        found = differences(after, self._was, self._root)
        places = [(each.parts, each.how) for each in found]
        places += [((*e.parts[:-1], e.replaced), e.how) for e in found if e.replaced is not None]
        return tuple(places)

    def _by_git(self, change: FieldChange) -> FieldChange:
        """Let what Git states until now count as Git's, whoever brought it into the cluster.

        But for a controller, which may have come to the value by itself, and for an applier that
        nobody knows, which may declare it for reasons of its own.
        """
        contested = change.verdict is FieldVerdict.CONTESTED
        if not (contested or change.info is InfoClass.INJECTED) or not isinstance(
            change.git, Absent
        ):
            return change
        writer = class_of(change.manager or "", self._policy.classes)
        if writer is OwnerClass.CONTROLLER or (contested and writer is OwnerClass.UNKNOWN):
            return change
        parts = parse_path(change.path)
        found: JsonObject = msgspec.json.decode(self._live.body)
        was, there = value_at(self._was, parts), value_at(found, parts)
        if isinstance(was, Absent) or isinstance(there, Absent):
            return change
        if not same(was, there, node_at(self._root, parts), found):
            return change
        return replace(change, verdict=FieldVerdict.DRIFT, info=None, note="")

    def _shown(self, changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
        ref, key = self._after.ref, self._draft.mask_key
        sealed = self._after.document.sealed or self._app.is_sealed(ref)
        hidden = mask(tuple(changes), ref, key=key, sealed=sealed)
        return detailed(hidden, deep=False)

    def _as_judged(self, left: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
        """Say of what is left what is known of it already: here nobody asked for a dry-run."""
        known = {} if self._row is None else _by_path(self._row)
        return tuple(known.get(change.path, change) for change in self._shown(left))


def _by_path(row: Drift) -> dict[str, FieldChange]:
    return {change.path: change for change in row.changes}
