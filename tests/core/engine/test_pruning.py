"""A delete, from the inventory that is read again to the outcome that is written down."""

from dataclasses import replace

import pytest

from core.errors import DeniedError, OutdatedError, UnavailableError
from core.model import Guard, Key, Problem, Remedy
from core.model.journal import Deed, Ending, Intent
from core.reconcile.memory.effects import Effect, Prove, Prune
from core.reconcile.memory.inputs import Input
from core.reconcile.memory.results import InventoryRow, Proved, Pruned
from core.remedy import deletion
from tests.core.engine.scripted import World
from tests.core.reconcile.acting.prune.stage import ours
from tests.core.reconcile.world import CONFIG_MAP, SPEC, commit, key

B = key(CONFIG_MAP, "b")
FOUND = ours("b", 5)


def world() -> World:
    made = World("a")
    made.cluster.objects[B.ref] = FOUND
    made.cluster.inventory = (InventoryRow(B.ref, "u-b", "d"),)
    made.cluster.entered = "run 1"
    return made


def prune(key: Key = B) -> Prune:
    intent = Intent(
        deed=Deed.PRUNE, app=SPEC.name, auto=True, cluster="prod", kind=CONFIG_MAP, ref=key.ref
    )
    request = deletion(key.ref, CONFIG_MAP, FOUND)
    return Prune("prod", key, "u-b", request, intent, "web", "run 1")


async def results_of(made: World, effect: Effect) -> list[Input]:
    """Perform one effect; return what comes of it."""
    return [each for each in await made.performed(effect) if isinstance(each, Pruned | Proved)]


async def test_the_record_is_read_then_the_object_then_it_is_announced_deleted_and_ended() -> None:
    made = world()
    assert await results_of(made, prune()) == [Pruned(B, "u-b")]
    steps = [call[0] for call in made.script.calls]
    assert steps == ["check_record", "read", "begin", "delete", "end"]
    (intent,) = made.journal.intents
    assert (intent.deed, intent.version) == (Deed.PRUNE, "5")
    assert made.journal.outcomes[1].ending is Ending.DONE
    assert B.ref not in made.cluster.objects


async def test_what_is_gone_already_is_done_and_nothing_is_sent() -> None:
    made = world()
    del made.cluster.objects[B.ref]
    assert await results_of(made, prune()) == [Pruned(B, "u-b")]
    assert made.script.count("begin") == 0


async def test_an_object_that_others_took_over_meanwhile_is_kept_and_nothing_is_sent() -> None:
    made = world()
    made.cluster.objects[B.ref] = replace(FOUND, body=FOUND.body.replace(b"driftdeck", b"kubectl"))
    (done,) = await results_of(made, prune())
    assert isinstance(done, Pruned)
    assert done.kept is not None
    assert done.kept.guard is Guard.OURS
    assert made.script.count("begin") == 0


async def test_an_object_in_the_record_of_an_app_of_other_settings_is_kept() -> None:
    made = world()
    made.cluster.elsewhere = "ConfigMap web/driftdeck-infra-0"
    (done,) = await results_of(made, prune())
    assert isinstance(done, Pruned)
    assert done.kept is not None
    assert done.kept.guard is Guard.UNCLAIMED
    assert "applied it, too, by ConfigMap web/driftdeck-infra-0" in str(done.kept)
    assert made.script.count("begin") == 0


@pytest.mark.parametrize(
    ("step", "error", "remedy"),
    [
        ("check_record", OutdatedError("another run"), Remedy.LOOK_AGAIN),
        ("read", DeniedError("you may not get configmaps"), Remedy.GRANT),
        ("begin", UnavailableError("the disk is full"), Remedy.WAIT),
    ],
)
async def test_what_fails_before_the_delete_sends_none(
    step: str, error: Exception, remedy: Remedy
) -> None:
    made = world()
    made.script.errors[step] = error
    assert await results_of(made, prune()) == [Pruned(B, "u-b", Problem(remedy, str(error)))]
    assert made.script.count("delete") == 0
    assert B.ref in made.cluster.objects


async def test_a_delete_whose_answer_is_lost_ends_unknown_in_the_journal() -> None:
    made = world()
    made.script.errors["delete"] = UnavailableError("cut")
    (done,) = await results_of(made, prune())
    assert done == Pruned(B, "u-b", Problem(Remedy.WAIT, "cut"))
    assert made.journal.outcomes[1].ending is Ending.UNKNOWN
    assert made.script.count("delete") == 1


async def test_git_is_asked_afresh_and_what_it_says_comes_back() -> None:
    made = world()
    assert await results_of(made, Prove("prod", SPEC.name, "web")) == [
        Proved(SPEC.name, commit().id)
    ]
    assert ("proved", SPEC.name, "c" * 40) in made.script.calls  # since what was applied last
    made.script.errors["proved"] = UnavailableError("connection refused")
    (done,) = await results_of(made, Prove("prod", SPEC.name, "web"))
    assert isinstance(done, Proved)
    assert done.problem is not None
    assert (done.problem.guard, done.problem.words) == (Guard.SOURCE_KNOWN, "connection refused")
