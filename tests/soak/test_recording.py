"""Each write once in the journal, the audit log and the lines; what is otherwise is found."""

from collections.abc import Sequence

from tests.soak.accounting import Request, Told, Window
from tests.soak.objects import Ref
from tests.soak.recording import Recorded, misrecorded

WEB = Ref("deployments", "soak-till", "dep-0")
INVENTORY = Ref("configmaps", "soak-till", "driftdeck-till-0")
ENTRY = Recorded(5.0, 5.1, WEB, done=True)
LINE = Told(5.102, "healed", WEB)


def write(at: float, *, ref: Ref = WEB, applied: bool = True, status: int = 200) -> Request:
    return Request(at, at + 0.01, "driftdeck", "patch", ref, status, applied=applied)


def found(
    ours: Sequence[Request] = (write(5.05),),
    told: Sequence[Told] = (LINE,),
    entries: Sequence[Recorded] = (ENTRY,),
    fault: str = "",
) -> list[str]:
    windows = [Window(fault, 4.0, 6.0)] if fault else []
    return [*misrecorded(ours, told, entries, windows)]


def test_a_write_in_its_entry_and_with_its_line_is_well() -> None:
    assert not found()


def test_an_action_of_two_parts_is_one_entry() -> None:
    assert not found([write(5.03), write(5.05, applied=False)])


def test_a_write_that_no_entry_announced_is_found() -> None:
    (breach,) = found([write(5.05), write(7.0)])
    assert breach == "7.000000 a write in 0 entries of the journal: deployments/soak-till/dep-0"


def test_a_write_in_two_entries_is_found() -> None:
    twice = Recorded(5.01, 5.09, WEB, done=False)
    assert "a write in 2 entries" in "".join(found(entries=(ENTRY, twice)))


def test_a_write_soon_after_another_ended_is_in_its_own_entry_alone() -> None:
    before = Recorded(5.0, 5.046, WEB, done=False)
    entry = Recorded(5.048, 5.1, WEB, done=True)
    assert not found([write(5.03, status=409), write(5.05)], entries=(before, entry))


def test_a_write_after_the_entry_that_announced_it_is_found() -> None:
    assert "a write in 0 entries" in "".join(found([write(5.05), write(5.101)]))


def test_a_part_that_was_sent_twice_is_found_but_for_beside_a_fault() -> None:
    again = [write(5.03), write(5.05)]
    assert "sent twice" in "".join(found(again))
    assert not found(again, fault="connections cut")


def test_an_entry_of_something_done_without_a_write_is_found() -> None:
    assert "not in the audit log" in "".join(found([]))
    assert found([], fault="connections cut")
    assert not found([], fault="API server killed")


def test_an_entry_without_a_line_is_found_but_for_beside_a_fault() -> None:
    assert "no line says so" in "".join(found(told=()))
    assert not found(told=(), fault="settings changed")


def test_a_line_of_its_own_is_found() -> None:
    assert "not in the journal" in "".join(found(told=(LINE, Told(5.2, "healed", WEB))))


def test_a_refused_write_needs_an_entry_that_is_not_done_and_no_line() -> None:
    refused = Recorded(5.0, 5.1, WEB, done=False)
    assert not found([write(5.05, status=409)], (), [refused])


def test_an_entry_that_was_left_open_is_found() -> None:
    open_one = Recorded(5.0, None, WEB, done=False)
    assert "left open" in "".join(found(told=(), entries=(open_one,)))


def test_an_inventory_is_recorded_nowhere() -> None:
    assert not found([write(5.05), write(9.0, ref=INVENTORY)])
