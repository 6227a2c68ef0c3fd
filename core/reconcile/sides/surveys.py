"""The kinds that Git does not name, in the namespaces that apps own: followed for EXTRA alone.

Their bodies hold metadata only, so they never get where an object is compared.
"""

from collections.abc import Iterable
from dataclasses import replace

from core.compare import NEVER_EXTRA
from core.model import KindRef, Live, ObjectRef, Resource
from core.reconcile.judging.extras import judge_owned, judge_owned_listing
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Follow
from core.reconcile.memory.inputs import SurveyChanged, SurveyListed, SurveyLost
from core.reconcile.memory.state import ClusterState, Survey
from core.reconcile.memory.tables import Map

_VERBS = frozenset({"list", "watch"})
_SERVED_ELSEWHERE = "extensions"  # a group whose objects are those of others, until 1.22


def surveyed_kinds(resources: Iterable[Resource], named: Iterable[KindRef]) -> frozenset[KindRef]:
    """Choose the kinds to survey, one version of each.

    Args:
        resources: What the cluster serves, the preferred version of a group first.
        named: The kinds that are followed whole.
    """
    served = tuple(resources)
    elsewhere = {each.kind.kind for each in served if each.kind.group != _SERVED_ELSEWHERE}
    chosen = {(kind.group, kind.kind) for kind in named} | NEVER_EXTRA
    kinds: list[KindRef] = []
    for resource in served:
        kind = resource.kind
        if not resource.namespaced or not resource.verbs >= _VERBS:
            continue
        if kind.group == _SERVED_ELSEWHERE and kind.kind in elsewhere:
            continue
        if (kind.group, kind.kind) not in chosen:
            chosen.add((kind.group, kind.kind))
            kinds.append(kind)
    return frozenset(kinds)


def keep_wanted(draft: Draft, name: str, wanted: Follow) -> None:
    """Forget the pictures of what is no longer followed: nothing keeps them true."""
    cluster = draft.cluster(name)
    surveys = {
        (kind, namespace): survey
        for (kind, namespace), survey in cluster.surveys.items()
        if kind in wanted.surveyed and namespace in wanted.owned
    }
    before = cluster.following.kinds if cluster.following is not None else frozenset()
    kinds = {
        kind: state for kind, state in cluster.kinds.items() if kind not in before - wanted.kinds
    }
    draft.put_cluster(replace(cluster, surveys=surveys, kinds=kinds))


def list_survey(draft: Draft, listed: SurveyListed) -> None:
    """Take a complete listing; what is not in it is gone."""
    cluster = draft.cluster(listed.cluster)
    if not _is_wanted(cluster, listed):
        return
    before = cluster.surveys.get((listed.kind, listed.namespace), Survey()).objects
    _set(draft, listed, Survey(Map(listed.objects)))
    judge_owned_listing(draft, listed.cluster, listed.kind, before or {}, listed.objects)


def lose_survey(draft: Draft, lost: SurveyLost) -> None:
    """It cannot be told what is extra there: the app says so and goes on."""
    cluster = draft.cluster(lost.cluster)
    if not _is_wanted(cluster, lost):
        return
    before = cluster.surveys.get((lost.kind, lost.namespace), Survey()).objects
    _set(draft, lost, Survey(None, lost.problem))
    judge_owned_listing(draft, lost.cluster, lost.kind, before or {}, {})


def change_survey(draft: Draft, changed: SurveyChanged) -> None:
    """Take watch events in."""
    cluster = draft.cluster(changed.cluster)
    survey = cluster.surveys.get((changed.kind, changed.namespace))
    if survey is None or survey.objects is None or not _is_wanted(cluster, changed):
        return
    objects = survey.objects
    for ref, live in changed.changes:
        objects = with_change(objects, ref, live)
    _set(draft, changed, replace(survey, objects=objects))
    judge_owned(draft, changed.cluster, [ref for ref, _ in changed.changes])


def with_change(
    objects: Map[ObjectRef, Live], ref: ObjectRef, live: Live | None
) -> Map[ObjectRef, Live]:
    """Return a picture with one object as it is now; None: it is gone."""
    if live is not None:
        return objects.set(ref, live)
    return objects.delete(ref) if ref in objects else objects


def unseen(cluster: ClusterState, namespaces: Iterable[str]) -> tuple[str, ...]:
    """Say of which kinds extras cannot be seen in these namespaces, and why."""
    owned = frozenset(namespaces)
    return tuple(
        f"objects of kind {kind.kind} that Git lacks cannot be seen: {survey.problem}"
        for (kind, namespace), survey in sorted(cluster.surveys.items(), key=lambda each: each[0])
        if survey.problem and namespace in owned
    )


def _is_wanted(cluster: ClusterState, seen: SurveyListed | SurveyLost | SurveyChanged) -> bool:
    """Tell whether a picture is still asked for: a late one of a kind that Git now names is not."""
    wanted = cluster.following
    return wanted is not None and seen.kind in wanted.surveyed and seen.namespace in wanted.owned


def _set(draft: Draft, seen: SurveyListed | SurveyLost | SurveyChanged, survey: Survey) -> None:
    cluster = draft.cluster(seen.cluster)
    surveys = {**cluster.surveys, (seen.kind, seen.namespace): survey}
    draft.put_cluster(replace(cluster, surveys=surveys))
