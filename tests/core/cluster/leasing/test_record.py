"""core.cluster.leasing.record: what is written of a Lease, and how odd ones are read."""

from typing import Any

import pytest

from core.cluster.leasing.record import DURATION_S, Record, held, record_of, released

OURS = {"driftdeck.dev/holder": "h_1", "driftdeck.dev/shards": "3"}


def lease(spec: Any = None, **metadata: Any) -> dict[str, Any]:
    named = {"name": "driftdeck", "uid": "u", "resourceVersion": "7", **metadata}
    return {"metadata": named, "spec": spec if spec is not None else {"holderIdentity": "h_1"}}


def test_a_lease_of_ours_says_who_holds_it_and_how_he_divides_the_apps() -> None:
    found = record_of(lease(annotations=OURS))
    assert (found.name, found.uid, found.version) == ("driftdeck", "u", "7")
    assert (found.holder, found.shares, found.foreign) == ("h_1", 3, False)


@pytest.mark.parametrize("notes", [{}, {"driftdeck.dev/holder": "h_0"}, None])
def test_one_whose_holder_is_not_noted_is_another_tools(notes: Any) -> None:
    assert record_of(lease(annotations=notes)).foreign


def test_one_that_nobody_holds_is_nobodys() -> None:
    assert not record_of(lease({})).foreign
    assert not record_of(lease({"holderIdentity": ""}, annotations=OURS)).foreign


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"metadata": [], "spec": 7}, lease({"holderIdentity": None}), lease("text")],
)
def test_what_is_odd_counts_as_if_it_were_not_there(body: Any) -> None:
    found = record_of(body)
    assert (found.holder, found.duration_s, found.shares) == ("", DURATION_S, 0)


@pytest.mark.parametrize(
    ("said", "counts"),
    [(20, 20.0), (1, DURATION_S), (-5, DURATION_S), (10**9, 60.0), (True, DURATION_S), ("9", 11.0)],
)
def test_nobody_waits_less_than_our_time_nor_for_ever(said: Any, counts: float) -> None:
    body = lease({"holderIdentity": "h", "leaseDurationSeconds": said})
    assert record_of(body).duration_s == counts


@pytest.mark.parametrize("said", ["three", "-1", "1.5", "9" * 50])
def test_a_number_of_shares_that_is_none_is_read_as_none(said: str) -> None:
    notes = {**OURS, "driftdeck.dev/shards": said}
    assert record_of(lease(annotations=notes)).shares == 0


def test_whoever_takes_it_says_so_and_keeps_what_others_put_there() -> None:
    before = record_of(
        lease(
            {"holderIdentity": "h_0", "leaseTransitions": 4, "acquireTime": "then"},
            labels={"team": "x"},
            annotations={"theirs": "1"},
            managedFields=[{}],
        )
    )
    made = held(before, "h_1", 3, 1_700_000_000.25)
    assert made["metadata"] == {
        "name": "driftdeck",
        "uid": "u",
        "resourceVersion": "7",
        "labels": {"team": "x"},
        "annotations": {"theirs": "1", **OURS},
    }
    assert made["spec"] == {
        "holderIdentity": "h_1",
        "leaseDurationSeconds": 11,
        "acquireTime": "2023-11-14T22:13:20.250000Z",
        "renewTime": "2023-11-14T22:13:20.250000Z",
        "leaseTransitions": 5,
    }


def test_a_renewal_changes_its_time_and_nothing_else() -> None:
    first = record_of(held(Record("driftdeck"), "h_1", 1, 50.0))
    again = record_of(held(first, "h_1", 1, 52.0))
    assert first.spec["leaseTransitions"] == 0
    assert again.spec == {**first.spec, "renewTime": "1970-01-01T00:00:52.000000Z"}
    assert not again.is_as(first)


def test_a_clock_that_stands_still_makes_no_renewal_look_like_none() -> None:
    first = record_of(held(Record("driftdeck"), "h_1", 1, 50.0))
    again = record_of(held(first, "h_1", 1, 50.0))
    assert again.spec["renewTime"] == "1970-01-01T00:00:50.000001Z"
    assert not again.is_as(first)


def test_one_that_is_released_has_no_holder_and_no_note_of_one() -> None:
    before = record_of(held(Record("driftdeck", version="7"), "h_1", 3, 50.0))
    after = record_of(released(before))
    assert (after.holder, after.noted, after.shares) == ("", "", 0)
    assert after.metadata["annotations"] == {}
