"""Who puts back what was healed twice is a controller of it."""

from typing import Any

from core.model import (
    Contested,
    EventName,
    FieldChange,
    FieldVerdict,
    Live,
    Problem,
    Remedy,
)
from core.reconcile.judging.evidence.fights import CALM_S, heals_of, paths_of
from core.reconcile.memory.commands import SetHeal
from core.reconcile.memory.effects import Effect
from core.reconcile.memory.inputs import ClusterFound, KindListed, KindLost
from core.reconcile.memory.subjects import Heals, Subject
from core.reconcile.memory.tables import Map
from tests.core.reconcile.world import (
    CONFIG_MAP,
    RESOURCES,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    questions,
    writes,
    written,
)

GIT: Any = {"data": {"a": "1"}}
OPERATOR, PERSON = "my-operator", "kubectl-edit"


def by(manager: str, version: int, value: str = "2", **more: str) -> Live:
    """The ConfigMap after *manager* wrote it."""
    entry = {"manager": manager, "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}}}}
    return live(CONFIG_MAP, "a", version, data={"a": value, **more}, managed=[entry])


class Fight:
    """Somebody writes, and the engine heals."""

    def __init__(self, **spec: Any) -> None:
        self.stated: dict[str, Any] = spec.setdefault("git", GIT)
        self.world: World = applied("a", healing=True, **spec)
        self.version = 5

    def write(self, manager: str = OPERATOR, value: str = "2") -> list[Effect]:
        """One write, which the server says is drift if it is asked; what the engine then does."""
        self.version += 1
        found = by(
            manager,
            self.version,
            value,
            **{k: v for k, v in self.stated["data"].items() if k != "a"},
        )
        effects = self.world.change(CONFIG_MAP, "a", found)
        asked = questions(effects)
        return self.world.agree(asked[0]) if asked else effects

    def heal(self, effects: list[Effect]) -> None:
        """The engine's write is taken and seen."""
        self.world.accept(writes(effects)[0], self.version + 1)
        self.in_sync()

    def in_sync(self) -> None:
        """The object is as Git states it."""
        self.version += 1
        self.world.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", self.version, **self.stated))

    def twice(self, *managers: str) -> None:
        """Two writes that are healed."""
        for manager in managers or (OPERATOR, OPERATOR):
            self.heal(self.write(manager))

    @property
    def verdict(self) -> str:
        return self.world.row("a").verdict.value

    @property
    def notes(self) -> list[str]:
        return [change.note for change in self.world.row("a").changes]


def test_who_puts_its_value_back_after_two_heals_is_contested_by_name() -> None:
    fight = Fight()
    fight.twice()
    assert written(fight.write()) == []
    assert (fight.verdict, fight.notes) == ("contested", [f"owned by {OPERATOR}"])
    assert len(fight.world.told(EventName.HEALED)) == 2


def test_a_fight_is_told_once() -> None:
    fight = Fight()
    fight.twice()
    assert fight.world.told(EventName.FIGHTING) == []
    for value in "234":
        fight.write(value=value)
    words = f"healed twice, and {OPERATOR} put it back: left to {OPERATOR}"
    assert fight.world.told(EventName.FIGHTING) == [words]
    (event,) = (e for e in fight.world.state.events if e.name is EventName.FIGHTING)
    assert [change.path for change in event.changes] == ["data.a"]


def test_a_fight_is_told_with_the_fields_that_are_fought_for_alone() -> None:
    fight = Fight(git={"data": {"a": "1", "b": "1"}})
    fight.twice()
    (question,) = questions(fight.world.change(CONFIG_MAP, "a", by(OPERATOR, 20, b="9")))
    fight.world.agree(question)
    assert [change.path for change in fight.world.row("a").changes] == ["data.a", "data.b"]
    (event,) = (e for e in fight.world.state.events if e.name is EventName.FIGHTING)
    assert [change.path for change in event.changes] == ["data.a"]


def test_heals_are_forgotten_while_the_cluster_serves_the_kind_no_more() -> None:
    fight = Fight()
    fight.twice()
    served = {kind: found for kind, found in RESOURCES.items() if kind != CONFIG_MAP}
    fight.world.feed(ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", served))
    subject = fight.world.subject("a")
    assert subject is not None
    assert (fight.verdict, subject.heals) == ("unknown", Map())


def test_one_heal_is_no_evidence() -> None:
    fight = Fight()
    fight.heal(fight.write())
    assert written(fight.write())
    assert fight.verdict == "drifted"


def test_two_writers_in_turn_are_no_controller() -> None:
    fight = Fight()
    fight.twice(OPERATOR, "other-tool")
    fight.write()
    assert fight.verdict == "drifted"


def test_another_writer_than_the_one_that_fought_is_drift() -> None:
    fight = Fight()
    fight.twice()
    fight.write("other-tool")
    assert fight.verdict == "drifted"


def test_a_person_is_no_controller_however_often() -> None:
    fight = Fight()
    fight.twice(PERSON, PERSON)
    fight.write(PERSON)
    assert fight.verdict == "drifted"
    assert written(fight.world.wait(2.0))


def test_a_fight_lasts_for_as_long_as_the_opponent_s_value_stays() -> None:
    fight = Fight()
    fight.twice()
    fight.write()
    fight.world.wait(10 * CALM_S)
    fight.write(value="3")
    assert fight.verdict == "contested"


def test_a_fight_is_told_when_the_server_has_confirmed_it_and_not_before() -> None:
    fight = Fight()
    fight.twice()
    asked = questions(fight.world.change(CONFIG_MAP, "a", by(OPERATOR, 20)))
    assert fight.world.told(EventName.FIGHTING) == []
    fight.world.agree(asked[0])
    assert len(fight.world.told(EventName.FIGHTING)) == 1


def test_what_a_known_controller_takes_meanwhile_is_no_fight_of_another() -> None:
    fight = Fight()
    fight.twice()
    fight.write("keda-operator")
    assert fight.verdict == "contested"
    assert fight.world.told(EventName.FIGHTING) == []


def test_what_cannot_be_healed_was_not_healed() -> None:
    drift = FieldChange("data.a", FieldVerdict.DRIFT, live="2", git="1")
    stuck = FieldChange("data.b", FieldVerdict.DRIFT, live="2", git="1", healable=False)
    assert paths_of([drift, stuck]) == {"data.a": None}


def test_an_object_that_cannot_be_read_is_not_in_sync_meanwhile() -> None:
    fight = Fight()
    fight.twice()
    fight.write()
    fight.world.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.WAIT, "forbidden")))
    assert fight.verdict == "unknown"
    fight.world.wait(CALM_S + 1)
    fight.world.listing(CONFIG_MAP, [("a", by(OPERATOR, fight.version))])
    asked = [each for each in questions(fight.world.effects) if each.live is not None]
    fight.world.agree(asked[-1])
    assert fight.verdict == "contested"


def test_ten_minutes_in_sync_without_a_break_end_a_fight() -> None:
    fight = Fight()
    fight.twice()
    fight.write()
    fight.in_sync()  # it gave up
    fight.world.wait(CALM_S)
    fight.write()
    assert fight.verdict == "contested"
    fight.in_sync()
    fight.world.wait(CALM_S + 1)
    assert written(fight.write())
    assert fight.verdict == "drifted"


def test_another_desired_state_ends_a_fight() -> None:
    fight = Fight()
    fight.twice()
    fight.write()
    asked = fight.world.read(document(CONFIG_MAP, "a", data={"a": "9"}), number=2)
    fight.world.agree(questions(asked)[0])
    assert fight.verdict == "drifted"


def test_an_extra_field_that_is_put_back_after_two_heals_is_a_controller_s_addition() -> None:
    fight = Fight(git={"data": {"b": "1"}})
    fight.twice()
    assert fight.write() == []
    assert fight.verdict == "in_sync"
    assert [str(change.verdict) for change in fight.world.row("a").changes] == ["info"]
    assert len(fight.world.told(EventName.FIGHTING)) == 1


def test_an_app_that_enforces_goes_on_healing() -> None:
    fight = Fight(contested=Contested.ENFORCE)
    fight.twice()
    assert written(fight.write()) == []  # the pause
    assert fight.verdict == "drifted"
    assert written(fight.world.wait(2.0))


def test_what_is_missing_or_cannot_be_read_is_not_calm() -> None:
    fight = Fight()
    made = fight.world
    deleted = made.change(CONFIG_MAP, "a", None)
    fight.heal(deleted)
    subject = made.subject("a")
    assert subject is not None
    assert subject.heals[""].calm_since == made.now
    made.feed(SetHeal(frozenset({SPEC.name}), enabled=False))
    lost = KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps"))
    for happened in (lost, KindListed("prod", CONFIG_MAP, {})):
        made.feed(happened)
        subject = made.subject("a")
        assert subject is not None
        assert subject.heals[""].calm_since is None


def test_a_fight_that_settings_say_to_win_is_not_called_left() -> None:
    fight = Fight(contested=Contested.ENFORCE)
    fight.twice()
    fight.write()
    assert fight.verdict == "drifted"
    assert fight.world.told(EventName.FIGHTING) == []


def test_heals_count_for_what_git_states_now_and_until_it_was_calm_for_long() -> None:
    past = Heals((990.0,), ("x",), "d", calm_since=1000.0)
    subject = Subject(key(CONFIG_MAP, "a"), heals=Map({"data.a": past}))
    assert heals_of(subject, "data.a", "d", 1000.0 + CALM_S) == past
    assert heals_of(subject, "data.a", "d", 1001.0 + CALM_S) == Heals()
    assert heals_of(subject, "data.a", "another", 1000.0) == Heals()
    assert heals_of(subject, "data.b", "d", 1000.0) == Heals()
