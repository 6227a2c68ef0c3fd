"""What a person means by two names: two apps, two revisions of Git, or what is live of two.

Two clusters are compared by what is live of their apps, each with the one of its kind there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from core.model import AppSpec, Commit
from core.reconcile.memory.commands import Compare, CompareLive, StateOfGit
from tui.model.view import View

NOW: Final = "now"  # the commit that is followed
LIVE: Final = "live"
_ID_LEAST: Final = 4  # letters of a commit's id that name it
Asked: TypeAlias = tuple[StateOfGit, StateOfGit] | tuple[str, str]  # apps, by what is live of them


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is compared with what."""

    asked: tuple[Asked, ...]
    sides: tuple[str, str]  # in words, the first and the second
    notes: tuple[str, ...] = ()

    @property
    def apps(self) -> frozenset[str]:
        """The apps by whose live objects it is told."""
        return frozenset(one for pair in self.asked for one in pair if isinstance(one, str))


def request_of(asked: Asked, number: int) -> Compare | CompareLive:
    """Ask for one pair."""
    match asked:
        case (StateOfGit() as one, StateOfGit() as other):
            return Compare(number, one, other)
        case (str() as one, str() as other):
            return CompareLive(number, one, other)
        case _:
            raise AssertionError(asked)


def meant(view: View, text: str) -> Pairs | str:
    """Say what `A B`, or `A B live`, means; or what is wrong with it."""
    words = [word for word in text.split() if word.removeprefix("--") != LIVE]
    live = len(words) < len(text.split())
    if len(words) != 2:  # noqa: PLR2004 - one and the other
        return "write two names: apps, clusters, or commits of this app"
    apps = {app.spec.name: app.spec for app in view.snapshot.apps}
    clusters = {cluster.spec.name for cluster in view.snapshot.clusters}
    one, other = words
    if one == other:
        return f"{one} is the same as itself"
    if {one, other} <= apps.keys() and live:
        return Pairs(((one, other),), (_live_of(view, apps[one]), _live_of(view, apps[other])))
    if {one, other} <= clusters - apps.keys():
        return _of_clusters(view, one, other)
    found = [_state(view, word, apps) for word in words]
    wrong = [words for words in found if isinstance(words, str)]
    if wrong:
        return wrong[0]
    states = [state for state in found if isinstance(state, StateOfGit)]
    if live:
        return "live is for two apps; a revision is Git's"
    first, second = states
    return of_git(first, second)


def _state(view: View, word: str, apps: Iterable[str]) -> StateOfGit | str:
    """Which state of Git a word names, or why none."""
    name, at, revision = word.partition("@")
    if name in apps:
        return StateOfGit(name, "" if revision == NOW else revision)
    if view.app is None or at:
        return f'there is no app "{name}"'
    if word == NOW:
        return StateOfGit(view.app)
    commit = listed(view, view.app, word)
    if commit is None:
        return f'"{word}" is no app, no cluster and no listed commit; {view.app}@{word} asks Git'
    return StateOfGit(view.app, commit.id)


def listed(view: View, app: str, word: str) -> Commit | None:
    """Return the commit of *app* whose id begins so; None where none or several of the list do."""
    found = [each for each in view.history_of(app) if each.id.startswith(word)]
    return found[0] if len(found) == 1 and len(word) >= _ID_LEAST else None


def of_git(first: StateOfGit, second: StateOfGit) -> Pairs:
    """Compare two states of Git."""
    return Pairs(((first, second),), (_git(first), _git(second)))


def _git(state: StateOfGit) -> str:
    return f"Git {state.app}@{state.commit[:7] or NOW}"


def _live_of(view: View, spec: AppSpec) -> str:
    return f"live {spec.name} in {view.snapshot.called(spec.cluster).short}"


# Two clusters -----------------------------------------------------------------------------------


def _of_clusters(view: View, one: str, other: str) -> Pairs | str:
    """Each app of one cluster with the app that is the same in the other one."""
    here, there = (_by_kind(view, cluster) for cluster in (one, other))
    kinds = [kind for kind in here if kind in there]
    if not kinds and len(here) == len(there) == 1:
        (mine,), (theirs,) = here.values(), there.values()
        return _pairs(view, one, other, [(mine, theirs)], ())
    alone = [spec.name for kind, spec in here.items() if kind not in there]
    alone += [spec.name for kind, spec in there.items() if kind not in here]
    if not kinds:
        names = " ".join(alone)
        return f"no app of {one} is one of {other}, too; compare two by name: {names}"
    notes = (f"only one of both has: {', '.join(alone)}",) if alone else ()
    return _pairs(view, one, other, [(here[kind], there[kind]) for kind in kinds], notes)


def _pairs(
    view: View,
    one: str,
    other: str,
    specs: Sequence[tuple[AppSpec, AppSpec]],
    notes: tuple[str, ...],
) -> Pairs:
    asked = tuple((mine.name, theirs.name) for mine, theirs in specs)
    called = (f"live {view.snapshot.called(name).short}" for name in (one, other))
    first, second = called
    return Pairs(asked, (first, second), notes)


def _by_kind(view: View, cluster: str) -> dict[str, AppSpec]:
    """The apps of a cluster by what they are called anywhere: without the cluster's own name."""
    specs = (app.spec for app in view.snapshot.apps if app.spec.cluster == cluster)
    return {_without(spec.name, cluster): spec for spec in specs}


def _without(name: str, cluster: str) -> str:
    for sign in "-.":
        name = name.removesuffix(f"{sign}{cluster}").removeprefix(f"{cluster}{sign}")
    return name
