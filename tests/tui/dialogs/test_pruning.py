"""Pruning in the terminal: a toggle of the preview, and a word that is typed."""

from dataclasses import replace

from core.model import Snapshot, Verb
from core.reconcile.memory.commands import Execute, PreparePlan
from tests.tui import samples
from tests.tui.stage import ARMED_S, PROTECTED, Stage, playing
from tui.dialogs.proposals.sync import Sync


def unprotected(world: Snapshot) -> Snapshot:
    views = (replace(v, spec=replace(v.spec, protected=False)) for v in world.clusters)
    return replace(world, clusters=tuple(views))


async def toggled(stage: Stage) -> None:
    """Open the preview of the app, and have what Git dropped pruned, too."""
    await stage.press("1", "s")
    await stage.until(lambda: "p prunes 1 object that Git dropped, too" in stage.dialog)
    assert "prune  " not in stage.dialog
    await stage.press("p")
    await stage.until(lambda: "p leaves alone 1 object that Git dropped" in stage.dialog)
    await stage.pilot.pause(ARMED_S)


async def test_a_preview_prunes_only_what_p_adds_and_says_what_guards_say() -> None:
    async with playing(snapshot=unprotected(samples.dropped_world()), write=True) as stage:
        await toggled(stage)
        assert "waits G9 two looks" in " ".join(stage.dialog.split())
        without, wanted = stage.asked(PreparePlan)
        assert (without.prune, wanted.prune) == (False, True)
        assert wanted.keys - without.keys == {samples.OLD}
        await stage.press("p")
        assert stage.asked(PreparePlan)[-1].keys == without.keys


async def test_a_delete_wants_its_word_typed_and_nothing_less() -> None:
    async with playing(snapshot=unprotected(samples.dropped_world()), write=True) as stage:
        await toggled(stage)
        await stage.press("y")
        await stage.until(lambda: "type prune to go on" in stage.screen)
        await stage.until(lambda: stage.app.focused is not None)
        await stage.press(*"prun", "enter")
        assert not stage.asked(Execute)
        await stage.press("e", "enter")
        (order,) = stage.asked(Execute)
        assert order.confirmed
        assert [each.key for each in order.plan.steps if each.verb is Verb.PRUNE] == [samples.OLD]


async def test_a_protected_cluster_wants_its_name_and_then_the_word() -> None:
    async with playing(snapshot=samples.dropped_world(), write=True) as stage:
        await toggled(stage)
        await stage.press("y")
        await stage.until(lambda: f"type {PROTECTED} to go on" in stage.screen)
        await stage.until(lambda: stage.app.focused is not None)
        await stage.press(*PROTECTED, "enter")
        assert not stage.asked(Execute)
        await stage.until(lambda: "type prune to go on" in stage.screen)
        await stage.until(lambda: stage.app.focused is not None)
        await stage.press(*"prune", "enter")
        assert len(stage.asked(Execute)) == 1


def test_p_means_nothing_where_git_dropped_nothing() -> None:
    keys = frozenset({samples.API})
    assert Sync(keys).toggled("p") is None
    assert Sync(keys, dropped=frozenset({samples.OLD})).toggled("x") is None


def test_a_plan_without_deletes_wants_no_word() -> None:
    plan = samples.plan_of(samples.world(), frozenset({samples.API}))
    assert Sync(frozenset({samples.API})).typed(plan) == ()
