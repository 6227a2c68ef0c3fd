"""What is promised of every write (safety.md), whatever happens in between, crashes included.

Hypothesis chooses what happens; each write is looked at when the mind decides on it.  What the
server and the inventory hold outlives the mind; what is under way when it dies is carried out or
is not, and nobody hears of it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from typing_extensions import override

from core.model import Blocked, Guard, Key, Live, Pause, Problem, Remedy, Verdict
from core.model.controllers.leads import UNDIVIDED, Lead, Leads
from core.model.requests import Delete, Request, Version
from core.reconcile.acting.prune.pruning import last_word
from core.reconcile.memory.commands import PreparePlan, SetWriting
from core.reconcile.memory.effects import (
    Effect,
    Follow,
    Perform,
    Prove,
    Prune,
    ReadInventory,
    WriteInventory,
)
from core.reconcile.memory.inputs import (
    ClusterSeen,
    ClusterWentBack,
    Input,
    LeadsSeen,
    PausesRead,
    SchemaRead,
    SourceLost,
)
from core.reconcile.memory.results import Applied, InventoryRead, InventoryRow, Proved, Pruned
from tests.core.reconcile.acting.prune.stage import LOOKS_APART_S, OURS
from tests.core.reconcile.play import FOUND, MOVES, NAMES, Play
from tests.core.reconcile.world import CONFIG_MAP, SCHEMAS, SPEC, commit, key, ref, world

IDENTIFIED = replace(FOUND, uid="the cluster")
TWO_OF_THREE = 5  # of eight
LEADS = (  # nobody leads yet, this replica does, lets go, or another one does
    Lead(),
    Lead(holder="me", ours=True, until=1e9),
    Lead(holder="me", ours=True, leaving=True, until=1e9),
    Lead(holder="another"),
)


@dataclass
class Watched(Play):
    """A play in which each write is held against what is promised of it."""

    stored: tuple[InventoryRow, ...] = ()  # the inventory, as the cluster has it
    followed: bool = False
    applying: str = ""  # what an apply of ours is just making
    ours: dict[str, str] = field(default_factory=dict)  # by name: the uid of what we applied
    dropped_at: dict[str, float] = field(default_factory=dict)  # by name: since when Git lacks it
    leads: Leads = UNDIVIDED
    ordered: set[Key] = field(default_factory=set)  # what a person accepted since the last crash

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.found = IDENTIFIED
        self._tell(IDENTIFIED)

    # What happens beside ------------------------------------------------------------------------

    def crash(self, number: int) -> None:
        """The process dies; each thing under way was done, or was not, and another one starts."""
        for at, effect in enumerate(self.asked):
            if number >> at & 1 and isinstance(effect, Perform | WriteInventory):
                self._performed(effect)
        for gone in (self.asked, self.answers, self.said, self.plans):
            gone.clear()
        self.made.clear()
        self.ordered.clear()
        now = self.mind.now
        self.mind = world(healing=self.healing, **self.spec)
        self.mind.now = now
        if self.leads != UNDIVIDED:
            self.lead(0)
        self._tell(IDENTIFIED)
        self._tell(InventoryRead(SPEC.name, self.stored))
        self._commit(self.git)
        self._list()

    def lose_git(self, _number: int) -> None:
        """Git is away; the last good commit stays in force."""
        self._tell(SourceLost(SPEC.name, Problem(Remedy.WAIT, "connection refused")))

    def forbid(self, number: int) -> None:
        """A person allows or forbids writing."""
        self._tell(SetWriting(enabled=bool(number % 2)))

    def lead(self, number: int) -> None:
        """A Lease is seen: won, given up, lost, or held by another replica."""
        self.leads = Leads((LEADS[number % len(LEADS)],))
        self._tell(LeadsSeen(self.leads))

    def pause(self, number: int) -> None:
        """A person sets an object aside for ten minutes, or takes it up again."""
        about = ref(CONFIG_MAP, NAMES[number % 2])
        pause = Pause(about, self.mind.now + 600.0, "busy", "ada", self.mind.now)
        self._tell(PausesRead(SPEC.name, (pause,) if number < TWO_OF_THREE else ()))

    def calm(self, number: int) -> None:
        """For a while nothing happens but what was begun."""
        for _ in range(number % 4 + 1):
            self.mind.now += 40.0
            self._tell(ClusterSeen("prod"))
            self._hear(self.mind.wait(0.0))
            for _ in range(20):
                self.watch(2)
                self.perform(0)
                self.answer(0)

    def go_back(self, _number: int) -> None:
        """The server was restored from a snapshot: it says so, and is listed again."""
        self.said.clear()
        self._tell(ClusterWentBack("prod"))
        self._tell(IDENTIFIED)
        self._list()

    def _follow(self, wanted: bool) -> None:
        """A kind that is followed again is read from the beginning."""
        before, self.followed = self.followed, wanted
        if wanted and not before:
            self._tell(SchemaRead("prod", CONFIG_MAP, SCHEMAS[CONFIG_MAP]))
            self._list()

    @override
    def fail(self, number: int) -> None:
        effect = self.asked[number % len(self.asked)] if self.asked else None
        if isinstance(effect, Prune):
            problem = Problem(Remedy.WAIT, "the server says no")
            self.answers.append(Pruned(effect.key, effect.uid, problem))
        elif isinstance(effect, Prove):
            self.answers.append(Proved(effect.app, "", Blocked(Guard.SOURCE_KNOWN, "no answer")))
        elif not isinstance(effect, ReadInventory):
            super().fail(number)
            return
        if isinstance(effect, Prune | Prove):
            self.asked.remove(effect)

    # What is promised ---------------------------------------------------------------------------

    @override
    def plan(self, number: int) -> None:
        keys = frozenset(key(CONFIG_MAP, name) for name in NAMES)
        self._tell(PreparePlan(1, keys, prune=bool(number % 2)))

    @override
    def execute(self, number: int) -> None:
        if self.plans:
            plan = self.plans[number % len(self.plans)]
            self.ordered |= {step.key for step in plan.runnable}
        super().execute(number)

    @override
    def _performed(self, effect: Effect) -> Input:
        if isinstance(effect, Prove):
            return Proved(effect.app, commit(self.commits).id)
        if isinstance(effect, Prune):
            return self._pruned(effect)
        if isinstance(effect, ReadInventory):
            return InventoryRead(effect.app, self.stored)
        if isinstance(effect, WriteInventory):
            self.stored = effect.rows
        return super()._performed(effect)

    @override
    def _hear(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Perform):
                self._hold_true_of(effect)
            if isinstance(effect, Prune):
                self._hold_true_of_delete(effect)
        super()._hear(effects)
        for each in effects:
            if isinstance(each, Follow):
                self._follow(CONFIG_MAP in each.kinds)
        beside = ReadInventory | Prove | Prune
        self.asked += [each for each in effects if isinstance(each, beside)]

    def _hold_true_of(self, write: Perform) -> None:
        state, name = self.mind.state, write.key.ref.name
        app, cluster = state.apps[SPEC.name], state.clusters["prod"]
        assert state.writing, "a write that nobody allowed"
        assert state.leads.may_record(SPEC.name), "a write of a replica that does not lead"
        assert app.healing or write.key in self.ordered, "a write that nobody wanted"
        assert not cluster.view.frozen or write.key in self.ordered, "a heal while it is frozen"
        paused = any(p.ref == write.key.ref and p.until > self.mind.now for p in app.pauses)
        assert not paused or write.key in self.ordered, "a heal of what is set aside"
        assert cluster.view.connected, "a write to a cluster that is not heard"
        assert name in self.git, "a write to an object that Git does not state"
        stated = json.loads(write.desired.body)["data"]
        assert stated == {"a": self.git[name]}, "a write of what another commit stated"
        assert not any(isinstance(each, Delete) for each in write.requests), "a deletion"
        assert write.key not in self._under_way(), "two writes of one object at once"
        rows = {row.ref: row for row in self.stored}
        assert write.key.ref in rows or app.inventory_problem, "a write that is not on record"

    def _hold_true_of_delete(self, delete: Prune) -> None:
        state, name = self.mind.state, delete.key.ref.name
        app, cluster = state.apps[SPEC.name], state.clusters["prod"]
        permitted = app.spec.prune and app.healing
        assert state.writing, "a deletion that nobody allowed"
        assert state.leads.may_record(SPEC.name), "a deletion of a replica that does not lead"
        assert permitted or delete.key in self.ordered, "a deletion that nobody wanted"
        assert not cluster.view.frozen, "a deletion while it is frozen"
        assert cluster.view.connected, "a deletion on a cluster that is not heard"
        assert app.problem is None, "a deletion while Git is away"
        assert self.git, "a deletion of all that there is"
        assert name not in self.git, "a deletion of what Git states"
        assert self.mind.now - self.dropped_at[name] >= LOOKS_APART_S, "a deletion at first sight"
        assert delete.key not in self._under_way(), "a deletion beside a write"
        rows = {row.ref: row for row in self.stored}
        assert rows[delete.key.ref].uid == delete.uid, "a deletion that is not on record"

    def _pruned(self, delete: Prune) -> Input:
        name = delete.key.ref.name
        held = self.held.get(name)
        if held is None:
            return Pruned(delete.key, delete.uid)
        said = last_word(delete, held)
        if isinstance(said, Blocked):
            return Pruned(delete.key, delete.uid, kept=said)
        assert held.uid == self.ours[name], "what goes was never ours"
        assert said.on == Version.of(held)
        self.delete(NAMES.index(name))
        return Pruned(delete.key, delete.uid)

    @override
    def _carried_out(self, about: Key, requests: Iterable[Request]) -> Live:
        self.applying = about.ref.name
        done = super()._carried_out(about, requests)
        self.applying, self.ours[about.ref.name] = "", done.uid
        return done

    @override
    def _managed(self, name: str) -> list[Any]:
        held = self.held.get(name)
        is_ours = held is not None and held.uid == self.ours.get(name)
        return [OURS] if is_ours or name == self.applying else []

    @override
    def _commit(self, git: Mapping[str, str]) -> None:
        for name in NAMES:
            if name in git:
                self.dropped_at.pop(name, None)
            else:
                self.dropped_at.setdefault(name, self.mind.now)
        super()._commit(git)

    def _under_way(self) -> set[Key]:
        asked = {each.key for each in self.asked if isinstance(each, Perform)}
        asked |= {each.key for each in self.asked if isinstance(each, Prune)}
        return asked | {each.key for each in self.answers if isinstance(each, Applied | Pruned)}


ALL: Mapping[str, Callable[[Watched, int], None]] = {
    **MOVES,
    "execute": Watched.execute,
    "fail": Watched.fail,
    "plan": Watched.plan,
    "crash": Watched.crash,
    "lose_git": Watched.lose_git,
    "forbid": Watched.forbid,
    "go_back": Watched.go_back,
    "lead": Watched.lead,
    "pause": Watched.pause,
    "calm": Watched.calm,
}


def test_in_peace_the_play_heals_and_prunes() -> None:
    """So that what is promised of deletions is held against some."""
    play = Watched(healing=True, spec={"prune": True})
    play.calm(1)
    assert play.held.keys() == {"a", "b"}
    play.commit(1)
    play.calm(1)
    assert play.held.keys() == {"a"}


def test_what_no_record_has_any_more_is_in_no_plan_that_prunes() -> None:
    play = Watched(healing=True, spec={"prune": False})
    play.calm(0)
    play.commit(1)
    play.go_back(0)
    play.plan(1)
    assert play.held.keys() == {"a", "b"}


def test_a_record_that_was_under_way_when_the_server_went_back_permits_nothing_after_it() -> None:
    play = Watched(healing=False, spec={"prune": False})
    play.commit(5)
    play.plan(0)
    play.calm(0)
    play.heal(1)
    play.commit(2)
    play.go_back(0)
    play.execute(0)
    play.calm(0)
    assert {row.ref.name for row in play.stored} == play.held.keys() == {"a", "b"}


DICE = (*sorted(ALL), *["calm"] * 12, *["commit"] * 6)  # a deletion takes a while of peace


class Safety(RuleBasedStateMachine):
    """Anything happens, in any order."""

    play: Watched

    @initialize(healing=st.booleans(), prune=st.booleans())
    def begin(self, *, healing: bool, prune: bool) -> None:
        self.play = Watched(healing, spec={"prune": prune})

    @rule(move=st.sampled_from(DICE), number=st.integers(0, 7))
    def happen(self, move: str, number: int) -> None:
        ALL[move](self.play, number)

    @override
    def teardown(self) -> None:
        """With permission, in the end the cluster is as Git says, whatever was in between."""
        if not hasattr(self, "play"):
            return
        play = self.play
        play.settle()
        play.forbid(1)
        if play.leads != UNDIVIDED:
            play.lead(1)
        play.pause(7)
        play.heal(1)
        play.refresh(0)
        play.settle()
        play.plan(0)
        for _ in range(10):  # rights are asked for, and dry-runs
            play.perform(0)
            play.answer(0)
        play.execute(len(play.plans) - 1)  # a person's order ends what waits for one
        play.settle()
        play.refresh(0)
        play.settle()
        for name, value in play.git.items():
            assert play.mind.row(name).verdict is Verdict.IN_SYNC, play.mind.row(name).reason
            assert play.content(name) == {"a": value}


TestSafety = Safety.TestCase
TestSafety.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None, derandomize=True
)
