"""The filter: words that must all hold.  A term that makes no sense is named and has no effect."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.model import Actor, Commit, Drift, Event, Verdict
from tui.text.kinds import BUILTIN
from tui.text.rows import AppRow


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter may look at in one row, in lower case."""

    text: str
    kind: str | None = None  # None: rows of this list have none
    namespace: str | None = None
    verdict: str | None = None
    actor: str | None = None
    cluster: str | None = None
    repo: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter.  `bad` holds the terms without effect, each with its reason."""

    source: str = ""
    tests: tuple[Callable[[Facts], bool], ...] = field(default=(), compare=False)
    bad: tuple[str, ...] = ()

    @property
    def names_somebody(self) -> bool:
        """Whether it asks who is behind a row."""
        return any(
            term.removeprefix("!").startswith("actor:") for term in self.source.lower().split()
        )

    def holds(self, facts: Facts) -> bool:
        """Whether every term holds."""
        return all(test(facts) for test in self.tests)


NO_FILTER = Filter()
_VERDICTS = {verdict.value: verdict for verdict in Verdict} | {"insync": Verdict.IN_SYNC}
_KEY: Final = re.compile(r"([a-z]+):(.*)")
_KEYS: Final = ("kind", "ns", "actor", "verdict", "cluster", "repo")


def parse(source: str, shorts: Mapping[str, frozenset[str]] = BUILTIN) -> Filter:
    """Read what a person typed: words, `!word`, and keys like `kind:`, each for lists that know it.

    A kind may be named by a short name, which means the kinds that *shorts* has for it.
    """
    tests: list[Callable[[Facts], bool]] = []
    bad: list[str] = []
    for term in source.lower().split():
        reason = _bad_reason(term)
        if reason:
            bad.append(f"{term}: {reason}")
        else:
            tests.append(_test(term, shorts))
    return Filter(source, tuple(tests), tuple(bad))


def _bad_reason(term: str) -> str:
    """Why a term makes no sense; "" where it does."""
    if term == "!":
        return "no word follows"
    found = _KEY.fullmatch(term.removeprefix("!"))
    if found is None:
        return ""
    name, value = found.groups()
    if name not in _KEYS:
        return f"no such key; there are {', '.join(f'{key}:' for key in _KEYS)}"
    if not value:
        return "a value is missing"
    if name == "verdict" and not any(word.startswith(value) for word in _VERDICTS):
        return f"verdicts are {', '.join(v.value for v in Verdict)}"
    return ""


def _test(term: str, shorts: Mapping[str, frozenset[str]]) -> Callable[[Facts], bool]:
    word = term.removeprefix("!")
    found = _KEY.fullmatch(word)
    holds = _field_test(found[1], found[2], shorts) if found is not None else _word_test(word)
    return holds if word == term else lambda facts: not holds(facts)


def _word_test(word: str) -> Callable[[Facts], bool]:
    return lambda facts: word in facts.text


def _field_test(
    name: str, value: str, shorts: Mapping[str, frozenset[str]]
) -> Callable[[Facts], bool]:
    if name == "kind":
        meant = shorts.get(value)
        if meant is not None:
            return lambda facts: facts.kind is None or facts.kind in meant
        return lambda facts: facts.kind is None or value in facts.kind
    if name == "ns":
        return lambda facts: facts.namespace is None or value in facts.namespace
    if name == "actor":
        return lambda facts: facts.actor is None or value in facts.actor
    if name == "cluster":
        return lambda facts: facts.cluster is None or value in facts.cluster
    if name == "repo":
        return lambda facts: facts.repo is None or value in facts.repo
    wanted = value.replace("insync", "in_sync")
    return lambda facts: facts.verdict is None or facts.verdict.startswith(wanted)


def _names(actors: Iterable[Actor | None]) -> str:
    """Everybody that a row names, as one text."""
    named = filter(None, actors)
    return " ".join(
        name.lower()
        for actor in named
        for name in (actor.user, actor.manager, *actor.suspects)
        if name
    )


def facts_of_app(row: AppRow) -> Facts:
    """An app: its name, cluster, repository and folder."""
    spec = row.view.spec
    text = f"{spec.name} {spec.cluster} {spec.repo} {spec.path} {row.sign.word}".lower()
    return Facts(
        text,
        namespace=spec.namespace.lower(),
        verdict=row.verdict.value if row.verdict else "",
        cluster=spec.cluster.lower(),
        repo=spec.repo.lower(),
    )


def facts_of_drift(drift: Drift) -> Facts:
    """An object: its identity, its verdict and why."""
    ref = drift.key.ref
    text = f"{ref.kind} {ref.namespace}/{ref.name} {drift.verdict} {drift.reason}".lower()
    return Facts(
        text,
        ref.kind.lower(),
        ref.namespace.lower(),
        drift.verdict.value,
        _names((drift.actor, *(change.actor for change in drift.changes))),
        drift.cluster.lower(),
    )


def facts_of_commit(commit: Commit) -> Facts:
    """A commit: id, author, subject."""
    text = f"{commit.id} {commit.author} {commit.subject}".lower()
    return Facts(text, actor=commit.author.lower())


def facts_of_event(event: Event) -> Facts:
    """An event: name, app, object, fields, message."""
    ref = event.ref
    what = f"{ref.kind} {ref.namespace}/{ref.name}" if ref else ""
    paths = " ".join(change.path for change in event.changes)
    text = f"{event.name} {event.app} {event.cluster} {what} {paths} {event.message}".lower()
    return Facts(
        text,
        ref.kind.lower() if ref else "",
        ref.namespace.lower() if ref else "",
        actor=_names(change.actor for change in event.changes),
        cluster=event.cluster.lower(),
    )
