"""The filter: words that must all hold.  A term that makes no sense is named and has no effect."""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.model import Commit, Drift, Event, Verdict
from tui.text.rows import AppRow


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter may look at in one row, in lower case."""

    text: str
    kind: str | None = None  # None: rows of this list have none
    namespace: str | None = None
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter.  `bad` holds the terms without effect, each with its reason."""

    source: str = ""
    tests: tuple[Callable[[Facts], bool], ...] = field(default=(), compare=False)
    bad: tuple[str, ...] = ()

    def holds(self, facts: Facts) -> bool:
        """Whether every term holds."""
        return all(test(facts) for test in self.tests)


NO_FILTER = Filter()
_VERDICTS = {verdict.value: verdict for verdict in Verdict} | {"insync": Verdict.IN_SYNC}


def parse(source: str) -> Filter:
    """Read what a person typed: words, `!word`, `kind:`, `ns:` and `verdict:`."""
    tests: list[Callable[[Facts], bool]] = []
    bad: list[str] = []
    for term in source.lower().split():
        name, colon, value = term.partition(":")
        if colon and name in {"kind", "ns", "verdict"}:
            reason = _bad_value(name, value)
            bad.extend([f"{term}: {reason}"] if reason else [])
            tests.extend([] if reason else [_field_test(name, value)])
        elif term.startswith("!"):
            bad.extend(["!: no word follows"] if term == "!" else [])
            tests.extend([] if term == "!" else [_word_test(term[1:], wanted=False)])
        else:
            tests.append(_word_test(term, wanted=True))
    return Filter(source, tuple(tests), tuple(bad))


def _bad_value(name: str, value: str) -> str:
    if not value:
        return "a value is missing"
    if name == "verdict" and not any(word.startswith(value) for word in _VERDICTS):
        return f"verdicts are {', '.join(v.value for v in Verdict)}"
    return ""


def _word_test(word: str, *, wanted: bool) -> Callable[[Facts], bool]:
    return lambda facts: (word in facts.text) is wanted


def _field_test(name: str, value: str) -> Callable[[Facts], bool]:
    if name == "kind":
        return lambda facts: facts.kind is None or value in facts.kind
    if name == "ns":
        return lambda facts: facts.namespace is None or value in facts.namespace
    wanted = value.replace("insync", "in_sync")
    return lambda facts: facts.verdict is None or facts.verdict.startswith(wanted)


def facts_of_app(row: AppRow) -> Facts:
    """An app: its name, cluster, repository and folder."""
    spec = row.view.spec
    text = f"{spec.name} {spec.cluster} {spec.repo} {spec.path} {row.sign.word}".lower()
    return Facts(text, verdict=row.verdict.value if row.verdict else "")


def facts_of_drift(drift: Drift) -> Facts:
    """An object: its identity, its verdict and why."""
    ref = drift.key.ref
    text = f"{ref.kind} {ref.namespace}/{ref.name} {drift.verdict} {drift.reason}".lower()
    return Facts(text, ref.kind.lower(), ref.namespace.lower(), drift.verdict.value)


def facts_of_commit(commit: Commit) -> Facts:
    """A commit: id, author, subject."""
    return Facts(f"{commit.id} {commit.author} {commit.subject}".lower())


def facts_of_event(event: Event) -> Facts:
    """An event: name, app, object, message."""
    ref = event.ref
    what = f"{ref.kind} {ref.namespace}/{ref.name}" if ref else ""
    text = f"{event.name} {event.app} {event.cluster} {what} {event.message}".lower()
    return Facts(text, ref.kind.lower() if ref else "", ref.namespace.lower() if ref else "", None)
