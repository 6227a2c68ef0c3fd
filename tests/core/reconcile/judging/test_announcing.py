"""What is said of an object whose verdict is new, and how old its drift is."""

from core.model import Problem, Remedy
from core.reconcile.memory.inputs import KindLost
from tests.core.reconcile.world import CONFIG_MAP, applied


def test_drift_that_cannot_be_read_for_now_is_not_gone_and_keeps_its_age() -> None:
    made = applied("a")
    made.drift("a", 6, data={"a": "2"})
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "forbidden")))
    assert (made.row("a").verdict.value, made.row("a").since) == ("unknown", 1000.0)
    assert "drift_gone" not in made.events()
