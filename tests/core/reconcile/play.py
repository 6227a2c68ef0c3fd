"""An API server and a Git folder as values, for plays in which everything comes in any order.

Answers can be late, watch events can wait, a listing can be older than the write it meets: what
the server holds and what it has said of it so far are two things.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.model import Key, Live, Plan, Problem, Remedy
from core.model.requests import Apply, Delete, Edit, Replace, Request
from core.reconcile.memory.commands import Execute, PreparePlan, Refresh, SetHeal
from core.reconcile.memory.effects import CheckAccess, Confirm, Effect, Perform, WriteInventory
from core.reconcile.memory.inputs import (
    ClusterFound,
    ClusterLost,
    Input,
    KindListed,
    KindLost,
    LiveChanged,
    SchemaRead,
    SourceRead,
)
from core.reconcile.memory.results import (
    Applied,
    Confirmed,
    InventoryRead,
    InventoryWritten,
    PlanPrepared,
)
from core.reconcile.memory.state import State
from core.reconcile.step import step
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    beginning,
    commit,
    document,
    key,
    live,
    ref,
    world,
)

NAMES = ("a", "b")
FOUND = ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES)


@dataclass
class Play:
    """One app of two ConfigMaps; each move takes one number, which says what exactly happens."""

    healing: bool
    spec: Mapping[str, Any] = field(default_factory=dict)  # settings of the app
    mind: World = field(init=False)
    held: dict[str, Live] = field(default_factory=dict)  # what the server holds
    version: int = 10
    commits: int = 1
    git: Mapping[str, str] = field(default_factory=dict)
    said: list[Input] = field(default_factory=list)  # of the watch, not delivered yet
    asked: list[Effect] = field(default_factory=list)  # not performed yet
    answers: list[Input] = field(default_factory=list)  # performed, not delivered yet
    plans: list[Plan] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)  # uids, by us and not looked for yet
    runs: int = 0
    found: ClusterFound = FOUND  # what a cluster says of itself

    def __post_init__(self) -> None:
        self.mind = world(healing=self.healing, **self.spec)
        self._commit(dict.fromkeys(NAMES, "1"))
        self._tell(InventoryRead(SPEC.name, ()))
        self._list()
        self.watch(0)

    # Moves -----------------------------------------------------------------------------------

    def edit(self, number: int) -> None:
        """A person changes an object, or makes it anew."""
        self._hold(NAMES[number % 2], {"a": str(number % 3)})

    def delete(self, number: int) -> None:
        """A person deletes an object."""
        name = NAMES[number % 2]
        if self.held.pop(name, None) is not None:
            self.said.append(LiveChanged("prod", CONFIG_MAP, ((ref(CONFIG_MAP, name), None),)))

    def watch(self, number: int) -> None:
        """Some of what the watch has to say arrives."""
        for _ in range(number % 3 + 1):
            if self.said:
                self._tell(self.said.pop(0))

    def relist(self, _number: int) -> None:
        """The watch broke: a listing takes the place of the events that were to come."""
        self.said.clear()
        self._list()

    def perform(self, number: int) -> None:
        """The server does one thing that it was asked for."""
        if self.asked:
            self.answers.append(self._performed(self.asked.pop(number % len(self.asked))))

    def answer(self, number: int) -> None:
        """One answer arrives, whichever was first."""
        if self.answers:
            self._tell(self.answers.pop(number % len(self.answers)))

    def fail(self, number: int) -> None:
        """The server does not do what it was asked for."""
        if self.asked:
            self.answers.append(_failed(self.asked.pop(number % len(self.asked)), number))

    def wait(self, number: int) -> None:
        """Time passes."""
        self.mind.now += (0.5, 3.0, 40.0, 400.0)[number % 4]
        self._hear(self.mind.wait(0.0))

    def commit(self, number: int) -> None:
        """Git moves on; it may drop an object, or state another one again."""
        self._commit({name: str(number % 3) for name in NAMES[: (2, 1, 2, 0)[number % 4]]})

    def lose(self, number: int) -> None:
        """The kind, or the whole cluster, cannot be read; the next listing mends both."""
        if number % 2:
            self.said.clear()
            self._tell(
                KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps"))
            )
            self._list()
        else:
            self._tell(ClusterLost("prod", Problem(Remedy.WAIT, "connection refused")))
            self._tell(self.found)

    def plan(self, _number: int) -> None:
        """A person asks for a plan of everything."""
        self._tell(PreparePlan(1, frozenset(key(CONFIG_MAP, name) for name in NAMES)))

    def execute(self, number: int) -> None:
        """A person accepts a plan, be it an old one."""
        if self.plans:
            self.runs += 1
            self._tell(Execute(self.runs, self.plans[number % len(self.plans)]))

    def heal(self, number: int) -> None:
        """A person switches healing."""
        self._tell(SetHeal(frozenset({SPEC.name}), enabled=bool(number % 2)))

    def refresh(self, _number: int) -> None:
        """A person asks for everything again."""
        self._tell(Refresh())

    def schema(self, number: int) -> None:
        """The schema of the kind changes under our feet."""
        self._tell(SchemaRead("prod", CONFIG_MAP, SCHEMAS[CONFIG_MAP] if number % 2 else None))

    # Ends ------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Everything that is under way arrives, and the longest pause passes."""
        for pause_s in (0.0, 400.0, 400.0, 700.0, 700.0):
            self._hear(self.mind.wait(pause_s))
            for _ in range(200):
                if not (self.said or self.asked or self.answers):
                    break
                self.watch(2)
                self.perform(0)
                self.answer(0)
            if self.made.items() - self._shown():
                self.relist(0)  # an object that we made does not show (`core.cluster.doubting`)
            self.made.clear()

    def content(self, name: str) -> Any:
        """What the server holds of an object; None: it is not there."""
        held = self.held.get(name)
        return json.loads(held.body)["data"] if held is not None else None

    # The server ------------------------------------------------------------------------------

    def _hold(self, name: str, content: Mapping[str, str]) -> Live:
        self.version += 1
        before = self.held.get(name)
        uid = before.uid if before is not None else f"u{self.version}"
        made = live(
            CONFIG_MAP, name, self.version, uid=uid, data=dict(content), managed=self._managed(name)
        )
        self.held[name] = made
        self.said.append(LiveChanged("prod", CONFIG_MAP, ((ref(CONFIG_MAP, name), made),)))
        return made

    def _managed(self, name: str) -> list[Any]:
        """What managedFields an object gets."""
        del name
        return []

    def _shown(self) -> set[tuple[str, str]]:
        kind = self.mind.state.clusters["prod"].kinds.get(CONFIG_MAP)
        if kind is None or kind.objects is None:
            return set()
        return {(each.name, found.uid) for each, found in kind.objects.items()}

    def _list(self) -> None:
        self.mind.now += 0.001
        found = {ref(CONFIG_MAP, name): each for name, each in self.held.items()}
        self.said.append(KindListed("prod", CONFIG_MAP, found, began={"": self.mind.now}))

    def _performed(self, effect: Effect) -> Input:
        match effect:
            case Confirm(_, about, desired, on):
                held = self.held.get(about.ref.name)
                if held is None or held.uid != on.uid:
                    words = "the object is gone"
                    gone = Confirmed(about, desired, on, None, words, status=404, retry=True)
                    return replace(gone, patch=effect.patch)
                return Confirmed(about, desired, on, predicted=desired.body, patch=effect.patch)
            case Perform(_, about, desired, on):
                if self.held.get(about.ref.name) != on:
                    return Applied(about, desired, None, Problem(Remedy.LOOK_AGAIN, "it changed"))
                done = self._carried_out(about, effect.requests)
                if on is None:
                    self.made[about.ref.name] = done.uid
                return Applied(about, desired, done)
            case WriteInventory(_, app, _, rows):
                return InventoryWritten(app, rows)
            case CheckAccess(request, plan):
                return PlanPrepared(request, plan)
            case _:
                raise AssertionError(effect)

    def _carried_out(self, about: Key, requests: Iterable[Request]) -> Live:
        before = self.content(about.ref.name)
        content = dict(before or {})
        for request in requests:
            match request:
                case Apply():
                    content |= json.loads(request.body)["data"]
                case Edit():
                    for each in request.operations:
                        assert isinstance(each, Replace)
                        assert each.parts == ("data", "a")
                        content["a"] = str(each.value)
                case Delete():
                    raise AssertionError(request)
        if content == before:
            return self.held[about.ref.name]  # nothing changes, and there is no new version
        return self._hold(about.ref.name, content)

    # The mind --------------------------------------------------------------------------------

    def _commit(self, git: Mapping[str, str]) -> None:
        self.git, self.commits = git, self.commits + 1
        documents = tuple(document(CONFIG_MAP, name, data={"a": git[name]}) for name in git)
        self._tell(SourceRead(SPEC.name, commit(self.commits), documents, ()))

    def _tell(self, happened: Input) -> None:
        if isinstance(happened, PlanPrepared):
            self.plans.append(happened.plan)
        self._hear(self.mind.feed(happened))

    def _hear(self, effects: Sequence[Effect]) -> None:
        wanted = Confirm | Perform | WriteInventory | CheckAccess
        self.asked += [each for each in effects if isinstance(each, wanted)]


def _failed(effect: Effect, number: int) -> Input:
    match effect:
        case Confirm(_, about, desired, on):
            status, retry = ((403, False), (0, True), (422, False))[number % 3]
            refused = Confirmed(about, desired, on, None, "no", status=status, retry=retry)
            return replace(refused, patch=effect.patch)
        case Perform(_, about, desired):
            remedy = (Remedy.WAIT, Remedy.GRANT, Remedy.CHANGE_GIT)[number % 3]
            return Applied(about, desired, None, Problem(remedy, "the server says no"))
        case WriteInventory(_, app, _, rows):
            return InventoryWritten(app, rows, "you may not write configmaps")
        case CheckAccess(request, plan):
            return PlanPrepared(request, plan)
        case _:
            raise AssertionError(effect)


MOVES: Mapping[str, Callable[[Play, int], None]] = {
    "edit": Play.edit,
    "delete": Play.delete,
    "watch": Play.watch,
    "relist": Play.relist,
    "perform": Play.perform,
    "answer": Play.answer,
    "fail": Play.fail,
    "wait": Play.wait,
    "commit": Play.commit,
    "lose": Play.lose,
    "plan": Play.plan,
    "execute": Play.execute,
    "heal": Play.heal,
    "refresh": Play.refresh,
    "schema": Play.schema,
}


def replayed(made: World, *, healing: bool) -> tuple[State, list[Effect]]:
    """Begin anew, and take in what another world recorded."""
    state = beginning(healing=healing)
    effects: list[Effect] = []
    for now, happened in made.inputs:
        state, more = step(state, happened, now=now)
        effects += more
    return state, effects
