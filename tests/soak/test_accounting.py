"""The accounts of a soak find each breach that is planted, and nothing where all is well."""

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.soak import accounting
from tests.soak.accounting import Naming, News, Request, Told, Window
from tests.soak.objects import Ref, apart, first_statement
from tests.soak.script import FaultKind, Script, script_of

WEB = Ref("deployments", "soak-till", "dep-0")
OWN = Ref("configmaps", "soak-till", "own-1")
STATED = [Naming(WEB, 0.0, 1000.0)]
MINE = "driftdeck"


def write(at: float, ref: Ref = WEB, *, user: str = MINE, status: int = 200) -> Request:
    return Request(at, at + 0.01, user, "patch", ref, status)


def ask(at: float, ref: Ref = WEB) -> Request:
    return Request(at, at + 0.01, MINE, "patch", ref, 200, dry_run=True)


def line(at: float, event: str = "healed", ref: Ref = WEB) -> Told:
    return Told(at, event, ref)


def heal(at: float) -> list[Request]:
    return [ask(at), write(at + 0.02)]


# Foreign writes ---------------------------------------------------------------------------------


def test_a_write_to_an_object_that_git_never_named_is_found() -> None:
    (breach,) = accounting.foreign_writes([write(5.0), write(6.0, OWN)], STATED)
    assert "configmaps/soak-till/own-1, which Git does not name" in breach


def test_a_refused_write_to_such_an_object_is_found_too() -> None:
    assert [*accounting.foreign_writes([write(6.0, OWN, status=409)], STATED)]


def test_a_write_long_after_git_dropped_the_object_is_found_and_one_under_way_is_not() -> None:
    late, under_way = write(1011.0), write(1005.0)
    assert len([*accounting.foreign_writes([under_way, late], STATED)]) == 1


def test_a_write_before_git_named_the_object_is_found() -> None:
    assert [*accounting.foreign_writes([write(5.0)], [Naming(WEB, 6.0, 1000.0)])]


def test_questions_and_inventories_are_nobody_elses_objects() -> None:
    inventory = Ref("configmaps", "soak-till", "driftdeck-till-0")
    assert not [*accounting.foreign_writes([ask(5.0, OWN), write(5.0, inventory)], STATED)]


def test_the_inventory_of_another_app_is_somebody_elses() -> None:
    assert [*accounting.foreign_writes([write(5.0, Ref("configmaps", "x", "driftdeck-t-0"))], [])]


# Lines and entries ------------------------------------------------------------------------------


def test_a_heal_with_its_line_is_well() -> None:
    found = accounting.matched(heal(5.0), [line(5.04)], [])
    assert (found.breaches, found.excused) == ((), 0)


def test_a_line_without_a_write_is_found() -> None:
    (breach,) = accounting.matched(heal(5.0), [line(5.04), line(6.0)], []).breaches
    assert breach == "6.000 line without a write: deployments/soak-till/dep-0"


def test_a_refused_write_is_no_entry_for_a_heal() -> None:
    assert accounting.matched([write(5.0, status=409)], [line(5.04)], []).breaches


def test_a_write_without_a_line_is_found() -> None:
    (breach,) = accounting.matched([*heal(5.0), *heal(30.0)], [line(5.04)], []).breaches
    assert breach == "30.030 write without a line: deployments/soak-till/dep-0"


def test_a_line_of_another_object_does_not_count() -> None:
    other = Ref("deployments", "soak-till", "dep-1")
    assert len(accounting.matched(heal(5.0), [line(5.04, ref=other)], []).breaches) == 2


def test_what_failed_in_part_is_told_by_its_failure() -> None:
    assert not accounting.matched([write(5.0)], [line(5.5, "heal_failed")], []).breaches


@pytest.mark.parametrize(("kind", "excused"), [("engine killed", 1), ("rights taken", 0)])
def test_a_write_beside_a_fault_that_eats_answers_may_lack_its_line(
    kind: str, excused: int
) -> None:
    found = accounting.matched([write(5.0)], [], [Window(kind, 6.0, 8.0)])
    assert (found.excused, len(found.breaches)) == (excused, 1 - excused)


@pytest.mark.parametrize(("kind", "excused"), [("API server killed", 1), ("engine killed", 0)])
def test_a_line_beside_a_killed_server_may_lack_its_entry(kind: str, excused: int) -> None:
    found = accounting.matched([], [line(7.0)], [Window(kind, 6.0, 8.0)])
    assert (found.excused, len(found.breaches)) == (excused, 1 - excused)


def test_the_faults_of_the_accounts_are_those_of_the_script() -> None:
    kinds = {kind.value for kind in FaultKind}
    assert kinds >= accounting.EATING >= accounting.UNRECORDED


# Storms -----------------------------------------------------------------------------------------


def requests_each(every_s: float, count: int) -> list[Request]:
    return [write(5.0 + number * every_s) for number in range(count)]


def in_order(*some: list[Request]) -> list[Request]:
    return sorted((each for part in some for each in part), key=lambda each: each.since)


def is_storm(requests: list[Request], *news: News) -> bool:
    """Tell whether there is one where the action that may be too many was done just before."""
    began = requests[0].since
    spent = [
        Request(began - s, began - s, MINE, "patch", ref, 409)
        for ref in {each.ref for each in requests}
        for s in (3.0, 2.9)
    ]
    return any(True for _ in accounting.storms(in_order(spent, requests), MINE, news))


def test_a_storm_is_found_and_its_worst_second_told() -> None:
    (breach,) = accounting.storms(requests_each(0.01, 300), MINE, [])
    assert "296 actions too many of 300, up to 100 in one" in breach


def test_twice_a_second_is_a_storm_and_so_is_twice_at_all() -> None:
    assert is_storm(requests_each(0.5, 20))
    assert is_storm(requests_each(0.9, 2))


def test_one_too_many_now_and_then_is_none() -> None:
    twice = requests_each(0.9, 2)
    assert not [*accounting.storms(twice, MINE, [])]
    later = [replace(each, since=each.since + 11, until=each.until + 11) for each in twice]
    assert not [*accounting.storms([*twice, *later], MINE, [])]
    soon = [replace(each, since=each.since + 5, until=each.until + 5) for each in twice]
    assert [*accounting.storms([*twice, *soon], MINE, [])]


def test_once_a_second_for_ever_is_none() -> None:
    assert not is_storm(requests_each(1.0, 600))


def test_questions_and_reads_count_like_writes() -> None:
    reads = [
        Request(each.since, each.until, MINE, "get", WEB, 200) for each in requests_each(0.1, 20)
    ]
    assert is_storm(reads)
    assert is_storm([ask(each.since) for each in reads])


def test_what_one_version_is_asked_and_sent_in_its_order_is_one_action() -> None:
    verbs = (("get", False), ("patch", True), ("patch", False))
    read, apply, whole = (
        Request(5.0, 5.0, MINE, verb, WEB, 200, dry_run=verb == "patch", applied=applied)
        for verb, applied in verbs
    )
    applies, patches = (
        Request(5.0, 5.0, MINE, "patch", WEB, 200, applied=applied) for applied in (True, False)
    )
    one = [read, apply, whole, applies, patches]
    assert not is_storm(one)
    for again in range(5):
        assert is_storm([*one, one[again]])
    assert is_storm([whole, apply])
    assert is_storm([applies, whole])


def test_a_change_by_somebody_else_is_reason_enough_for_one_action() -> None:
    edits = [write(5.0 + n * 0.1, user="alice") for n in range(50)]
    heals = [each for n in range(50) for each in heal(5.02 + n * 0.1)]
    assert not is_storm(in_order(edits, heals))
    assert is_storm(in_order(edits[::2], heals))
    refused = [write(each.since, user="alice", status=409) for each in edits]
    assert is_storm(in_order(refused, heals))


def test_a_change_is_no_reason_for_ever() -> None:
    edits = [write(5.0 + n * 0.1, user="alice") for n in range(50)]
    heals = [each for n in range(10) for each in heal(30.0 + n * 0.1)]
    assert is_storm(in_order(edits, heals))


@pytest.mark.parametrize("ref", [WEB, None])
def test_a_commit_and_a_start_of_the_engine_are_reasons_too(ref: Ref | None) -> None:
    twice = [*heal(5.0), *heal(5.5)]
    assert is_storm(twice)
    assert not is_storm(twice, News(5.4, ref))
    assert is_storm(twice, News(5.4, OWN))


def test_an_inventory_is_written_before_and_after_what_it_names() -> None:
    inventory = Ref("configmaps", "soak-till", "driftdeck-till-0")
    around = [write(5.0, inventory), write(5.1), write(5.2, inventory)]
    assert not is_storm(around)
    assert is_storm([*around, write(5.3, inventory)])
    assert not is_storm([*around, write(5.3, inventory)], News(5.0, WEB))
    assert is_storm([*around, write(5.3, inventory)], News(5.0, Ref("configmaps", "soak-x", "a")))
    assert is_storm(in_order([*around, write(5.3, inventory)], [write(5.0, user="alice")]))
    assert is_storm(
        [write(5.0, inventory), write(5.1, Ref("configmaps", "soak-x", "a")), *around[2:]]
    )


def test_whoever_changes_a_part_of_an_inventory_is_reason_to_read_the_others() -> None:
    first, second = (Ref("configmaps", "soak-till", f"driftdeck-till-{n}") for n in range(2))
    reads = [Request(at, at, MINE, "get", second, 404) for at in (5.0, 5.1)]
    assert is_storm(reads)
    assert not is_storm(in_order(reads, [write(5.05, first, user="admin")]))
    assert is_storm(in_order(reads, [write(5.05, OWN, user="admin")]))


def test_the_storms_of_two_objects_are_two() -> None:
    other = Ref("deployments", "soak-till", "dep-1")
    both = [*requests_each(0.1, 30), *(write(5.0 + n * 0.1, other) for n in range(30))]
    assert len([*accounting.storms(both, MINE, [])]) == 2


# Memory, ends and what is apart -----------------------------------------------------------------


def test_a_leak_is_found() -> None:
    leak = [100.0 + number * 0.2 for number in range(180)]
    (breach,) = accounting.growths([[100.0] * 180, leak])
    assert breach == "memory of life 2 grew from 104 to 131 MB"


def test_memory_that_stays_within_the_bound_is_well() -> None:
    assert not [*accounting.growths([[100.0] * 90 + [114.0] * 90])]


def test_a_life_that_is_too_short_proves_nothing() -> None:
    assert not [*accounting.growths([[50.0] * 25 + [100.0] * 25])]


def test_an_end_that_nobody_asked_for_is_found_and_a_traceback_too() -> None:
    lives = [(-9, -9), (70, None), (143, 143), (-9, 143)]
    words = ["healed", "Traceback (most recent call last):"]
    assert [*accounting.deaths(lives, words)] == [
        "life 2 ended with 70, and None was asked for",
        "life 4 ended with -9, and 143 was asked for",
        "line 2 on stderr: Traceback (most recent call last):",
    ]


def test_what_the_server_fills_in_is_not_apart() -> None:
    (stated,) = (each for each in first_statement() if each.ref == WEB)
    live = stated.manifest()
    live["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "3"
    live["metadata"]["uid"] = "1"
    live["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = "Always"
    live["status"] = {"replicas": 2}
    assert not [*apart(stated.manifest(), live)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"replicas": 3}, "spec.replicas is 3 and not 2"),
        ({"template": None}, "spec.template is None"),
        ({"selector": {"matchLabels": {}, "more": 1}}, "spec.selector.matchLabels.app is gone"),
        ({"selector": {"matchLabels": {"app": "dep-0"}, "more": 1}}, "spec.selector.more is new"),
    ],
)
def test_what_differs_is_named(change: dict[str, object], place: str) -> None:
    (stated,) = (each for each in first_statement() if each.ref == WEB)
    live = stated.manifest()
    live["spec"].update(change)
    assert place in next(apart(stated.manifest(), live))


def test_one_more_in_a_list_is_apart() -> None:
    (stated,) = (each for each in first_statement() if each.ref == WEB)
    live = stated.manifest()
    live["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "MORE"})
    assert [*apart(stated.manifest(), live)]


def test_latency_runs_from_an_edit_to_our_next_write() -> None:
    edits = [write(5.0, user="alice"), write(7.0, user="alice")]
    found = [took_s for _, took_s in accounting.latencies(edits, heal(5.2))]
    assert found == pytest.approx([0.22])


# The script -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script() -> Script:
    return script_of(7, 3600)


@pytest.fixture(scope="module")
def short_ones() -> list[Script]:
    return [script_of(seed, 300) for seed in range(20)]


def test_a_seed_is_a_story() -> None:
    assert script_of(7, 120) == script_of(7, 120) != script_of(8, 120)


def test_every_fault_comes_also_in_five_minutes(short_ones: list[Script]) -> None:
    for story in short_ones:
        assert {fault.kind for fault in story.faults} == {*FaultKind}


def test_the_engine_is_left_alone_for_long_enough_to_see_its_memory(script: Script) -> None:
    kills = [fault.at_s for fault in script.faults if "engine" in fault.kind]
    assert max(kills) < script.seconds * 0.4


def test_each_life_of_the_engine_knows_a_restart_of_the_api_server_early(script: Script) -> None:
    first, *_ = script.faults
    assert (first.kind, first.at_s) == (FaultKind.API_KILLED, 5.0)
    for fault, following in pairwise(script.faults):
        if "engine" in fault.kind:
            assert following.kind is FaultKind.API_KILLED
            assert following.at_s == fault.at_s + 5.0


def test_no_field_is_edited_so_often_that_it_looks_like_a_fight(script: Script) -> None:
    times: dict[tuple[Ref, str], list[float]] = {}
    for edit in script.edits:
        times.setdefault((edit.ref, edit.field), []).append(edit.at_s)
    for of_it in times.values():
        for since in of_it:
            assert sum(since <= at < since + 1800 for at in of_it) <= 3


def test_everybody_edits_and_what_git_dropped_is_edited_too(script: Script) -> None:
    assert {edit.user for edit in script.edits} == {"alice", "bob", "carol"}
    dropped = {span.ref: span.until_s for span in script.spans if span.until_s < script.seconds}
    assert any(edit.at_s > dropped.get(edit.ref, script.seconds) for edit in script.edits)


def test_whatever_is_broken_is_mended_in_the_end(short_ones: list[Script]) -> None:
    for story in short_ones:
        last: dict[str, bytes | None] = {}
        for commit in story.commits:
            last.update(commit.files)
        stated = {each.file: each.text() for each in story.outcome}
        assert all(text is None or stated.get(file, text) == text for file, text in last.items())
