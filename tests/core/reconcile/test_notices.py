"""What is amiss and stops nothing."""

from core.model import ClusterName, EventName, Problem, Remedy
from core.reconcile.memory.inputs import (
    AuditLogRead,
    ClusterAsks,
    ClusterLost,
    ClusterNamed,
    WatchRepaired,
)
from tests.core.reconcile.world import CONFIG_MAP, applied


def test_a_log_that_cannot_be_read_is_a_notice_until_it_can() -> None:
    made = applied("a")
    for problem in ("audit log /x cannot be read: no", ""):
        made.feed(AuditLogRead("prod", problem))
        assert made.state.clusters["prod"].view.notice == problem
        assert made.complete()


def test_what_a_credential_plugin_asks_of_a_person_is_told_once_and_stops_nothing() -> None:
    made = applied("a")
    words = "credential plugin p: open https://login.example.org"
    made.feed(ClusterAsks("prod", words))
    assert made.state.clusters["prod"].view.asks == words
    made.feed(ClusterAsks("prod", ""))
    assert not made.state.clusters["prod"].view.asks
    unavailable = EventName.CLUSTER_UNAVAILABLE
    told = [event.message for event in made.state.events if event.name is unavailable]
    assert told == [words]
    assert made.complete()


def test_what_a_watch_had_lost_is_told_with_its_count() -> None:
    made = applied("a")
    made.feed(WatchRepaired("prod", CONFIG_MAP, 2))
    told = made.state.events[-1]
    assert (told.name, told.cluster) == (EventName.CLUSTER_SYNCED, "prod")
    assert told.message == "the watch of ConfigMap had missed 2 object(s): listed again"


def test_a_cluster_that_does_not_answer_is_called_by_its_context_and_user_all_the_same() -> None:
    made = applied("a")
    made.feed(ClusterNamed("prod", "prod-eu", "ada"))
    made.feed(ClusterLost("prod", Problem(Remedy.WAIT, "no answer")))
    called = ClusterName("prod", "prod-eu", "ada")
    assert made.state.clusters["prod"].view.called == called
    assert made.state.events[-1].called == called
