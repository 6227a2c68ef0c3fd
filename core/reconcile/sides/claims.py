"""Objects that two apps of one cluster state: nobody knows which of the two is right.

Each app says so and names the other, and neither writes the object (safety.md section 2; argo-cd
#22607).  That shows in what Git states alone, so it is known before anything is written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from core.model import Key, ObjectRef
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.state import AppState


def settle_claims(draft: Draft, cluster: str, changed: frozenset[ObjectRef]) -> None:
    """Find out which of the objects that an app began or ceased to state another one states."""
    apps = draft.apps_of(cluster)
    owners: dict[ObjectRef, list[str]] = {}
    for app in apps:
        for ref in changed & app.stated:
            owners.setdefault(ref, []).append(app.spec.name)
    shared = {ref: names for ref, names in owners.items() if len(names) > 1}
    for app in apps:
        name = app.spec.name
        if not app.claimed and not shared:
            continue
        claimed = {ref: other for ref, other in app.claimed.items() if ref not in changed}
        claimed |= {
            ref: next(other for other in names if other != name)
            for ref, names in shared.items()
            if name in names
        }
        if claimed == app.claimed:
            continue
        draft.put_app(replace(app, claimed=claimed))
        draft.judge_all_again(
            Key(name, ref) for ref in {*claimed, *app.claimed}
        )  # they may be healed again, or no more


def objections(app: AppState) -> Iterator[str]:
    """Say of each object that another app states, too, where and by whom."""
    for ref, other in app.claimed.items():
        made = app.desired.get(ref)
        place = f"{made.document.file}:{made.document.line}: " if made is not None else ""
        yield f"{place}{ref} is also stated by app {other}; neither writes it"


def claims_of(apps: Iterable[AppState]) -> Mapping[Key, str]:
    """Return which other app states an object, for the rows of all *apps*."""
    return {Key(app.spec.name, ref): other for app in apps for ref, other in app.claimed.items()}


def all_read(apps: Iterable[AppState]) -> bool:
    """Tell whether none of a cluster's apps can still turn out to state what another one does."""
    return all(app.source is not None or app.problem for app in apps)
