"""Whether a cluster lets its apps be kept equal to Git: the very rights that roles are made of."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.cluster import Inquiry, Question
from core.cluster import inquiry as asking
from core.errors import ProductError
from core.installation.kinds import discovered
from core.installation.reading import DEFAULT, Sources, Wants, wants_of
from core.installation.rights import Own, Right, rights_of
from core.model import ClusterSpec, Problem, Remedy, problem_of
from core.settings.reading import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; without a problem it is as it should be."""

    about: str
    words: str
    problem: Problem | None = None


async def examined(
    cluster: ClusterSpec, settings: Settings, sources: Sources, own: Own | None
) -> tuple[Finding, ...]:
    """Ask a server whether it grants everything that the apps meant for it need.

    Args:
        cluster: How it is asked, by the name that the settings have for it.
        settings: The apps.
        sources: What they state.
        own: What the controller keeps there, if it lives there.
    """
    about = f"cluster {cluster.name}"
    try:
        async with asking(cluster) as asked:
            return tuple([one async for one in _examined(asked, cluster, settings, sources, own)])
    except ProductError as error:
        return (Finding(about, str(error), problem_of(error)),)


async def _examined(
    asked: Inquiry, cluster: ClusterSpec, settings: Settings, sources: Sources, own: Own | None
) -> AsyncIterator[Finding]:
    served = discovered((await asked.resources()).values())
    login = asked.login
    yield Finding(
        f"cluster {cluster.name}", f"{login.address}, {await asked.version()}, as {login.user}"
    )
    wants = wants_of(cluster, settings, sources, login.namespace or DEFAULT, served)
    rights = rights_of(wants.apps, wants.kinds, own)
    answers = await asked.allowed(question_of(right) for right in rights)
    for finding in judged(wants, rights, answers):
        yield finding


def question_of(right: Right) -> Question:
    """Return the question whether a right is there."""
    return Question(right.verb, right.group, right.plural, right.namespace, right.name)


def judged(
    wants: Wants, rights: Iterable[Right], answers: Mapping[Question, bool]
) -> Iterator[Finding]:
    """Say of driftdeck itself and of each app which rights are missing."""
    by_app: defaultdict[str, list[Right]] = defaultdict(list)
    for right in rights:
        by_app[right.app].append(right)
    for name in ("", *(used.spec.name for used in wants.apps)):
        needed = by_app[name]
        lacking = [right for right in needed if not answers[question_of(right)]]
        about = f"app {name}" if name else f"driftdeck in {wants.cluster.name}"
        if needed and not lacking:
            yield Finding(about, f"{len(needed)} rights, all of them there")
        for words in missing_words(lacking):
            yield Finding(about, words, Problem(Remedy.GRANT, words))
    for used in wants.apps:
        if used.grants:
            names = ", ".join(used.grants)
            text = f"states rights, which are taken from whoever has them himself alone: {names}"
            yield Finding(f"app {used.spec.name}", text)
    for words in wants.unknown:
        text = f"{words} is not served by the cluster, nor defined in Git"
        yield Finding(words.partition(":")[0], text, Problem(Remedy.CHANGE_GIT, text))


def missing_words(rights: Iterable[Right]) -> Iterator[str]:
    """Say what may not be done, together what is of one resource in one place."""
    verbs: defaultdict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for right in rights:
        verbs[right.namespace, right.group, right.plural, right.name].append(right.verb)
    for (namespace, group, plural, name), some in sorted(verbs.items()):
        what = f"{plural}.{group}" if group else plural
        which = f" {name}" if name else ""
        where = f" in namespace {namespace}" if namespace else ""
        yield f"may not {', '.join(some)} {what}{which}{where}"
