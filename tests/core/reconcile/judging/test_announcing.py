"""What is said of an object whose verdict is new, and how old its drift is."""

from core.model import Problem, Remedy
from core.reconcile.memory.effects import Effect, ReadSource
from core.reconcile.memory.inputs import KindLost
from tests.core.reconcile.world import CONFIG_MAP, SPEC, applied, live, questions


def test_drift_that_cannot_be_read_for_now_is_not_gone_and_keeps_its_age() -> None:
    made = applied("a")
    made.drift("a", 6, data={"a": "2"})
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "forbidden")))
    assert (made.row("a").verdict.value, made.row("a").since) == ("unknown", 1000.0)
    assert "drift_gone" not in made.events()


def drifted_by(manager: str, *, healing: bool) -> list[Effect]:
    """Somebody's apply sets a field to something else than Git says; the server confirms it."""
    made = applied("a", healing=healing)
    entry = {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": "v1",
        "time": "2026-11-01T10:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:data": {"f:a": {}}},
    }
    changed = live(CONFIG_MAP, "a", 6, data={"a": "2"}, managed=[entry])
    (question,) = questions(made.change(CONFIG_MAP, "a", changed))
    return made.agree(question)


def test_what_another_process_of_ours_applied_has_git_read_before_it_is_put_back_for_long() -> None:
    assert ReadSource(SPEC.name) in drifted_by("driftdeck", healing=True)
    assert ReadSource(SPEC.name) not in drifted_by("kubectl-edit", healing=True)
    assert ReadSource(SPEC.name) not in drifted_by("driftdeck", healing=False)
