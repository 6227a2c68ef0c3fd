"""What happened and how it stands, as Prometheus reads it: each once, bounded, no secrets."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from core.cli.telemetry.metrics.counters import Counters
from core.cli.telemetry.metrics.families import Families
from core.cli.telemetry.metrics.gauges import Gauges
from core.cli.telemetry.metrics.labels import OTHER, VALUES_MAX, Label
from core.cli.telemetry.metrics.metering import Counting
from core.meter import NO_ANSWER, Watched
from core.model import (
    AppSpec,
    Blocked,
    EventName,
    Guard,
    Held,
    HeldBy,
    Pause,
    Problem,
    Remedy,
    Snapshot,
    Verdict,
)
from core.model.controllers.leads import Lead, Leads
from tests.core.cli.scripted import CLUSTER, SPEC, WEB, app_view, drifted, in_sync, picture_of
from tests.core.cli.telemetry.told import event, samples, showing

SHOP = '{app="shop",cluster="demo"}'


# Labels -------------------------------------------------------------------------------------------


def test_values_beyond_the_limit_are_one_called_other() -> None:
    label = Label()
    shown = {label.of(f"app-{number}") for number in range(10_000)}
    assert len(shown) == VALUES_MAX + 1
    assert OTHER in shown
    assert label.of("app-3") == "app-3"
    assert label.of("app-9999") == OTHER


def test_a_label_with_newlines_quotes_and_escapes_stays_one_line() -> None:
    families = Families()
    counting = Counting(families)
    counting.watched('a"b\n}\\ c\x1b[2J', Watched.RELISTED)
    (line,) = (
        line
        for line in families.page().decode().splitlines()
        if line.startswith("driftdeck_relists_total")
    )
    assert line == 'driftdeck_relists_total{cluster="a\\"b␊}\\\\ c␛[2J"} 1.0'


def test_a_long_label_is_cut() -> None:
    assert len(Label().of("x" * 5_000)) == 200


# Events -------------------------------------------------------------------------------------------


def test_each_event_counts_once_however_many_snapshots_show_it() -> None:
    families = Families()
    counters = Counters(families)
    first, second = event(1, EventName.DRIFT_DETECTED), event(2, EventName.HEALED)
    assert counters.count(showing(first), 0.0) == (first,)
    assert counters.count(showing(first, second), 0.0) == (second,)
    assert counters.count(showing(first, second), 0.0) == ()
    told = samples(families)
    assert told[f"driftdeck_drift_detected_total{SHOP}"] == 1
    assert told[f"driftdeck_heals_total{SHOP}"] == 1
    assert told["driftdeck_events_missed_total"] == 0


def test_what_an_app_may_come_to_is_counted_from_zero() -> None:
    families = Families()
    Counters(families).count(picture_of(), 0.0)
    assert samples(families)[f"driftdeck_fights_total{SHOP}"] == 0


def test_events_that_came_too_fast_are_counted_as_missed() -> None:
    families = Families()
    Counters(families).count(showing(event(8, EventName.SYNCED)), 0.0)
    assert samples(families)["driftdeck_events_missed_total"] == 7


@pytest.mark.parametrize(
    ("message", "guard"),
    [
        (str(Blocked(Guard.NOT_SHRINKING_FAST, "12 of 20 would go")), "G5"),
        (str(Blocked(Guard.NOT_PROTECTED, "a namespace")), "P3"),
        ("the server refuses it", "none"),
    ],
)
def test_a_prune_that_is_blocked_counts_for_its_guard(message: str, guard: str) -> None:
    families = Families()
    blocked = event(1, EventName.PRUNE_BLOCKED, message=message)
    Counters(families).count(showing(blocked), 0.0)
    name = f'driftdeck_prune_blocked_total{{app="shop",guard="{guard}"}}'
    assert samples(families)[name] == 1


def test_detecting_and_healing_are_measured_from_the_watch_event_to_the_snapshot() -> None:
    families = Families()
    told = (
        event(1, EventName.DRIFT_DETECTED, began=100.0),
        event(2, EventName.HEALED, began=100.0),
        event(3, EventName.DRIFT_DETECTED),  # of a listing: nobody knows since when
        event(4, EventName.DRIFT_DETECTED, began=900.0),  # the clock was set back
    )
    Counters(families).count(showing(*told), 100.25)
    found = samples(families)
    for name in ("detect", "heal"):
        assert found[f'driftdeck_time_to_{name}_seconds_count{{cluster="demo"}}'] == 1
        assert found[f'driftdeck_time_to_{name}_seconds_sum{{cluster="demo"}}'] == 0.25
        assert found[f'driftdeck_time_to_{name}_seconds_bucket{{cluster="demo",le="0.2"}}'] == 0
        assert found[f'driftdeck_time_to_{name}_seconds_bucket{{cluster="demo",le="0.3"}}'] == 1


# The meter ----------------------------------------------------------------------------------------


def test_requests_queues_and_the_journal_have_the_names_of_the_field() -> None:
    families = Families()
    counting = Counting(families)
    counting.requested("prod:6443", "GET", "200", 0.02)
    counting.requested("prod:6443", "GET", NO_ANSWER, 10.0)
    for _ in range(3):
        counting.queued("inputs")
    counting.taken("inputs", 0.5)
    counting.worked("inputs", 0.001)
    counting.retried("inputs")
    counting.unrecorded()
    found = samples(families)
    request = 'rest_client_requests_total{code="%s",host="prod:6443",method="GET"}'
    assert [found[request % code] for code in ("200", "<error>")] == [1, 1]
    of_verb = '{host="prod:6443",verb="GET"}'
    assert found[f"rest_client_request_duration_seconds_count{of_verb}"] == 2
    queue = '{name="inputs"}'
    assert found[f"workqueue_adds_total{queue}"] == 3
    assert found[f"workqueue_depth{queue}"] == 2
    assert found[f"workqueue_queue_duration_seconds_sum{queue}"] == 0.5
    assert found[f"workqueue_work_duration_seconds_sum{queue}"] == 0.001
    assert found[f"workqueue_retries_total{queue}"] == 1
    assert found["driftdeck_journal_write_errors_total"] == 1


def test_what_happens_to_watches_is_counted_by_cluster_from_zero() -> None:
    families = Families()
    counting = Counting(families)
    counting.expect([CLUSTER])
    counting.watched("demo", Watched.DIVERGED, 3)
    found = samples(families)
    assert found['driftdeck_cache_divergence_total{cluster="demo"}'] == 3
    for name in ("watch_restarts", "relists", "watch_decode_errors"):
        assert found[f'driftdeck_{name}_total{{cluster="demo"}}'] == 0


# The picture --------------------------------------------------------------------------------------


def standing(snapshot: Snapshot, most: int = VALUES_MAX) -> dict[str, float]:
    families = Families()
    families.registry.register(Gauges(lambda: snapshot, lambda: 1_000.0, most))
    return samples(families)


def test_objects_are_counted_by_verdict_and_apps_say_how_they_stand() -> None:
    found = standing(picture_of(drifted(), in_sync(WEB), healing=True, read_at=940.0))
    verdict = 'driftdeck_objects{app="shop",cluster="demo",verdict="%s"}'
    assert (found[verdict % "drifted"], found[verdict % "in_sync"]) == (1, 1)
    assert found[verdict % "missing"] == 0
    assert found[f"driftdeck_app_healing{SHOP}"] == 1
    assert found[f"driftdeck_app_complete{SHOP}"] == 1
    assert found[f"driftdeck_source_up{SHOP}"] == 1
    assert found[f"driftdeck_source_age_seconds{SHOP}"] == 60
    assert found['driftdeck_cluster_up{cluster="demo"}'] == 1
    revision = picture_of().head_of("shop")
    assert found[f'driftdeck_app_info{{app="shop",cluster="demo",revision="{revision}"}}'] == 1


def test_pauses_an_open_breaker_and_a_lost_source_show() -> None:
    pauses = tuple(Pause(ref, 2_000.0, "", "", 0.0) for ref in (None, WEB.ref, WEB.ref))
    broken = Held(HeldBy.BREAKER, "40 % of it drift at once")
    found = standing(picture_of(pauses=pauses, held=broken, git_lost=True))
    assert found[f"driftdeck_app_paused{SHOP}"] == 1
    assert found[f"driftdeck_paused_objects{SHOP}"] == 2
    assert found[f"driftdeck_breaker_open{SHOP}"] == 1
    assert found[f"driftdeck_source_up{SHOP}"] == 0


def test_another_reason_to_hold_still_is_no_open_breaker() -> None:
    found = standing(picture_of(held=Held(HeldBy.PAUSE, "set aside")))
    assert found[f"driftdeck_breaker_open{SHOP}"] == 0


def test_a_cluster_that_is_lost_is_down_and_says_for_how_long() -> None:
    lost = replace(
        CLUSTER,
        connected=False,
        seen_at=700.0,
        frozen="restored",
        problem=Problem(Remedy.WAIT, "no answer"),
    )
    found = standing(replace(picture_of(), clusters=(lost,)))
    assert found['driftdeck_cluster_up{cluster="demo"}'] == 0
    assert found['driftdeck_cluster_frozen{cluster="demo"}'] == 1
    assert found['driftdeck_cluster_age_seconds{cluster="demo"}'] == 300


def test_each_share_says_whether_this_replica_writes_it() -> None:
    leads = Leads((Lead(holder="me", ours=True), Lead(holder="other")))
    found = standing(replace(picture_of(), leads=leads))
    assert [found[f'driftdeck_leader{{shard="{shard}"}}'] for shard in (0, 1)] == [1, 0]
    assert not any(name.startswith("driftdeck_leader") for name in standing(picture_of()))


def test_objects_of_apps_beyond_the_limit_are_added_up() -> None:
    counts = MappingProxyType({Verdict.IN_SYNC: 2})
    views = tuple(
        replace(app_view(), spec=replace(SPEC, name=f"app-{number}"), counts=counts)
        for number in range(8)
    )
    found = standing(replace(picture_of(), apps=views), 5)
    assert found['driftdeck_objects{app="other",cluster="demo",verdict="in_sync"}'] == 6
    assert sum(name.startswith("driftdeck_app_info") for name in found) == 5


def test_no_address_of_a_repository_is_in_metrics() -> None:
    spec = AppSpec(
        name="shop", repo="https://git.example/canary.git", revision="m", path="p", cluster="demo"
    )
    families = Families()
    shown = replace(picture_of(), apps=(app_view(spec),))
    families.registry.register(Gauges(lambda: shown, lambda: 0.0))
    Counters(families).count(shown, 0.0)
    assert b"canary" not in families.page()
