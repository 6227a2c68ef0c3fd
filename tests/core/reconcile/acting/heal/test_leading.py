"""Who leads writes, who follows shows everything; and a share is let go with nothing in hand."""

from dataclasses import replace
from typing import Any

import pytest

from core.model import Blocked, EventName, Guard, HeldBy, Remedy, Snapshot, Verdict
from core.model.controllers.leads import Lead, Leads, share_of
from core.reconcile.acting.healing import left_because
from core.reconcile.acting.prune.facts import facts_of, guards_of
from core.reconcile.acting.standing import taken_back
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Effect, HandOver, WriteInventory
from core.reconcile.memory.inputs import LeadsSeen, PausesRead
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.acting.prune.stage import deletes, dropped, stands
from tests.core.reconcile.judging.test_pausing import ALL
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    World,
    applied,
    document,
    key,
    live,
    ref,
    writes,
    written,
)

BAD: dict[str, Any] = {"data": {"a": "2"}}
A = key(CONFIG_MAP, "a")
OURS = Lead(holder="me", ours=True, until=10_000.0)
THEIRS = Lead(holder="h_1")
WORDS = "follower: h_1 leads"


def led(made: World, lead: Lead) -> list[Effect]:
    """The only share is led so from now on."""
    return made.feed(LeadsSeen(Leads((lead,))))


def follower(*names: str, **spec: Any) -> World:
    made = applied(*(names or ("a", "b")), healing=True, **spec)
    led(made, THEIRS)
    return made


def over(effects: list[Effect]) -> list[int]:
    return [effect.share for effect in effects if isinstance(effect, HandOver)]


def recording(effects: list[Effect]) -> bool:
    return any(isinstance(effect, WriteInventory) for effect in effects)


# Following ----------------------------------------------------------------------------------------


def test_a_follower_shows_what_drifts_and_why_it_is_left_and_writes_nothing() -> None:
    made = follower()
    assert written(made.drift("a", 6, **BAD)) == []
    row = made.row("a")
    assert row.verdict is Verdict.DRIFTED
    assert row.held is not None
    assert (row.held.by, row.held.words) == (HeldBy.LEASE, WORDS)
    assert left_because(Draft(made.state, made.now), row) == WORDS
    view = snapshot(made.state, Snapshot())
    assert (view.apps[0].held, view.leads) == (row.held, Leads((THEIRS,)))
    assert EventName.DRIFT_DETECTED in made.events()


def test_a_new_commit_is_not_applied_by_a_follower() -> None:
    made = follower()
    assert written(made.read_through(document(CONFIG_MAP, "a", **BAD), number=2)) == []
    assert made.row("a").verdict is Verdict.DRIFTED


def test_a_follower_learns_what_the_leader_recorded_and_records_nothing_itself() -> None:
    made = follower()
    effects = made.change(CONFIG_MAP, "a", None)
    row = InventoryRow(ref(CONFIG_MAP, "b"), "u9", "other")
    effects += made.feed(InventoryRead(SPEC.name, (row,)))
    effects += made.wait(60)
    assert not recording(effects)
    assert dict(made.state.apps[SPEC.name].inventory or {}) == {row.ref: row}


def test_nobody_who_leads_is_a_reason_too_with_what_is_in_the_way() -> None:
    made = applied("a", healing=True)
    led(made, Lead(why="list leases in driftdeck: not allowed"))
    made.drift("a", 6, **BAD)
    held = made.row("a").held
    assert held is not None
    assert held.words == ("follower: nobody leads yet (list leases in driftdeck: not allowed)")


def test_what_a_person_set_aside_is_the_first_reason() -> None:
    made = follower()
    made.feed(PausesRead(SPEC.name, (ALL,)))
    made.drift("a", 6, **BAD)
    held = made.row("a").held
    assert held is not None
    assert held.by is HeldBy.PAUSE


def test_where_nothing_is_healed_nobody_needs_to_lead() -> None:
    made = applied("a", healing=False)
    led(made, THEIRS)
    made.drift("a", 6, **BAD)
    assert made.row("a").held is None


# Taking over --------------------------------------------------------------------------------------


def test_who_takes_over_heals_at_once_what_he_has_seen() -> None:
    made = follower()
    made.drift("a", 6, **BAD)
    assert written(led(made, OURS)) == [A]
    assert made.row("a").held is None
    assert made.told(EventName.FOLLOWING) == [WORDS]
    assert made.told(EventName.LEADING) == ["me leads"]


def test_what_was_learnt_while_following_is_recorded_then() -> None:
    made = stands("a", "b")
    led(made, THEIRS)
    dropped(made, "a")
    effects = made.change(CONFIG_MAP, "b", None)  # the leader deleted it, and ended
    assert not recording(effects)
    (record,) = (each for each in led(made, OURS) if isinstance(each, WriteInventory))
    assert [row.ref for row in record.rows] == [A.ref]


def test_a_renewal_is_no_news() -> None:
    made = follower()
    led(made, OURS)
    judged = made.row("a")
    effects = led(made, replace(OURS, until=20_000.0))
    assert effects == []
    assert made.row("a") is judged
    assert made.told(EventName.LEADING) == ["me leads"]


def test_only_the_apps_of_a_share_change_their_writer() -> None:
    made = applied("a", healing=True)
    mine = share_of(SPEC.name, 2)
    leads = [THEIRS, THEIRS]
    made.feed(LeadsSeen(Leads(tuple(leads))))
    made.drift("a", 6, **BAD)
    leads[1 - mine] = OURS
    assert written(made.feed(LeadsSeen(Leads(tuple(leads))))) == []
    leads[mine] = OURS
    assert written(made.feed(LeadsSeen(Leads(tuple(leads))))) == [A]
    assert made.told(EventName.LEADING) == [
        f"share {1 - mine} of 2: me leads",
        f"share {mine} of 2: me leads",
    ]


# Letting go ---------------------------------------------------------------------------------------


def leaving(made: World) -> list[Effect]:
    return led(made, replace(OURS, leaving=True))


def test_a_share_of_which_nothing_is_in_hand_is_let_go_at_once() -> None:
    made = follower()
    assert over(led(made, OURS)) == []
    assert over(leaving(made)) == [0]
    made.drift("a", 6, **BAD)
    held = made.row("a").held
    assert held is not None
    assert held.words == "follower: another replica takes over"


def test_a_write_under_way_and_its_record_come_first() -> None:
    made = follower()
    led(made, OURS)
    (effect,) = writes(made.drift("a", 6, **BAD))
    assert over(leaving(made)) == []
    assert written(made.drift("b", 6, **BAD)) == []  # and nothing more is begun
    effects = made.accept(effect, 7)
    effects += made.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 7, data={"a": "1"}))
    assert 0 in over(effects)


def test_what_was_made_is_recorded_before_the_share_is_let_go() -> None:
    made = follower()
    led(made, OURS)
    told = [document(CONFIG_MAP, name, data={"a": "1"}) for name in "abc"]
    effects = made.stored(made.read_through(*told, number=2))  # first it is in the inventory
    (effect,) = writes(effects)
    assert over(leaving(made)) == []
    effects = made.accept(effect, 7, uid="u7")
    assert recording(effects)
    assert over(effects) == []
    assert over(made.recorded(effects)) == [0]


def test_a_refused_write_lets_it_go_too() -> None:
    made = follower()
    led(made, OURS)
    (effect,) = writes(made.drift("a", 6, **BAD))
    leaving(made)
    assert over(made.refuse(effect, remedy=Remedy.WAIT)) == [0]


def test_an_app_that_was_never_read_holds_nothing_up() -> None:
    made = applied("a", healing=True)
    app = made.state.apps[SPEC.name]
    made.state = replace(made.state, apps={SPEC.name: replace(app, inventory=None)})
    led(made, OURS)
    assert over(leaving(made)) == [0]


def test_steps_that_were_not_sent_yet_are_left() -> None:
    made = follower()
    led(made, OURS)
    assert taken_back(Draft(made.state, made.now), A, auto=True) == ""
    led(made, THEIRS)
    assert taken_back(Draft(made.state, made.now), A, auto=True) == WORDS
    assert taken_back(Draft(made.state, made.now), A, auto=False) == WORDS


# Pruning ------------------------------------------------------------------------------------------


def leader_guard(made: World) -> Any:
    guards = guards_of(Draft(made.state, made.now), SPEC.name)
    return next(each for each in guards if each.guard is Guard.LEADER)


def test_a_follower_prunes_nothing_and_says_so_without_an_event() -> None:
    made = stands("a", "b")
    led(made, THEIRS)
    dropped(made, "a")
    assert deletes(made.wait(100)) == []
    found = leader_guard(made)
    assert isinstance(found, Blocked)
    assert (found.words, found.pending) == (WORDS, True)
    assert not any("G8" in words for words in made.told(EventName.PRUNE_BLOCKED))


@pytest.mark.parametrize(("left_s", "stops"), [(5.0, True), (5.1, False), (-3600.0, True)])
def test_a_leader_prunes_while_his_lease_is_valid_for_five_seconds_more(
    left_s: float, *, stops: bool
) -> None:
    made = stands("a", "b")
    led(made, replace(OURS, until=made.now + left_s))
    assert isinstance(leader_guard(made), Blocked) is stops


def test_where_the_inventory_cannot_be_written_that_is_the_reason() -> None:
    made = stands("a", "b")
    led(made, OURS)
    app = made.state.apps[SPEC.name]
    broken = replace(app, inventory_problem="forbidden")
    made.state = replace(made.state, apps={SPEC.name: broken})
    assert "forbidden" in leader_guard(made).words
    assert facts_of(Draft(made.state, made.now), SPEC.name).lead == OURS
