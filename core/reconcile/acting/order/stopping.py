"""Which steps are not even tried, as what they need was not done; all others go on."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.model import Coming, Step, Verb
from core.reconcile.acting.order.ranks import Rank, rank_of
from core.reconcile.acting.order.references import references
from core.reconcile.memory.draft import Draft
from core.reconcile.sides.promises import DEFINITION


class Failures:
    """What was not done, found by what may need it."""

    def __init__(self, draft: Draft, failed: Iterable[Step] = ()) -> None:
        """Begin with the *failed* steps, each of which says why."""
        self._draft = draft
        self._unmade: dict[tuple[str, str, str], Step] = {}  # by kind, namespace and name
        self._waves: dict[str, Step] = {}  # by app: the first one
        for step in failed:
            self.add(step)

    def add(self, step: Step) -> None:
        """Count one more."""
        ref = step.key.ref
        if step.verb is Verb.CREATE:
            self._unmade[ref.kind, ref.namespace, ref.name] = step
        if step.verb is not Verb.TAKE_OVER:
            first = self._waves.setdefault(step.key.app, step)
            if step.wave < first.wave:
                self._waves[step.key.app] = step

    def stopped(self, step: Step) -> Step | None:
        """Return a step as one that cannot be done, as another was not; None: it can."""
        first = self._waves.get(step.key.app)
        if first is not None and first.wave < step.wave:
            return _after(step, first, f"an earlier wave ({first.wave}) was not done")
        for words, cause in self._lacking(step):
            return _after(step, cause, words)
        return None

    def _lacking(self, step: Step) -> Iterator[tuple[str, Step]]:
        if not self._unmade:
            return
        ref = step.key.ref
        namespace = self._unmade.get(("Namespace", "", ref.namespace))
        if namespace is not None and rank_of(namespace.kind) is Rank.NAMESPACE:
            yield "its namespace is not there", namespace
        app = self._draft.app(step.key.app)
        kind = app.promised.get(step.kind)
        if kind is not None and isinstance(step.stamp, Coming):
            name = f"{kind.plural}.{step.kind.group}"
            definition = self._unmade.get((DEFINITION.kind, "", name))
            if definition is not None:
                yield "its kind is not defined", definition
        desired = app.desired.get(ref)
        for named, name in references(desired.body) if desired is not None else ():
            for place in {ref.namespace, ""}:
                other = self._unmade.get((named, place, name))
                if other is not None and rank_of(other.kind) is not Rank.CUSTOM:
                    yield "what it names is not there", other


def _after(step: Step, cause: Step, words: str) -> Step:
    problem = f"{words}: {cause.key.ref}"
    return replace(step, problem=problem, remedy=cause.remedy, stopped=True)
