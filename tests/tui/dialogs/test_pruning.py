"""Pruning in the terminal: a toggle of the preview, and a word that is typed."""

from dataclasses import replace

from core.model import (
    Cause,
    Key,
    KindRef,
    ObjectRef,
    Plan,
    Snapshot,
    Stamp,
    Step,
    Verb,
    Verdict,
)
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


# What is protected ------------------------------------------------------------------------------

TEAM = Key("payments", ObjectRef("", "Namespace", "", "old-team"))
CLAIM = Key("payments", ObjectRef("", "PersistentVolumeClaim", "shop", "data"))
KINDS = {TEAM: "everything in it goes with it", CLAIM: "its data may go with it"}


def kept(confirmed: frozenset[Key] = frozenset()) -> Plan:
    """What an engine plans: two protected objects, of which those stay that nobody confirmed."""
    steps = (
        Step(
            key,
            KindRef("v1", key.ref.kind),
            Verb.PRUNE,
            Stamp("d", "1", "u"),
            problem="" if key in confirmed else f"P3 not protected: a person confirms it: {loss}",
            protected=loss,
        )
        for key, loss in KINDS.items()
    )
    return Plan("prod-eu-1", tuple(steps), {}, guards={"payments": samples.GUARDS})


def test_a_protected_object_stays_until_its_own_name_was_typed() -> None:
    both = Sync(frozenset(), dropped=frozenset(KINDS), prune=True)
    assert both.naming("x", kept()) is None
    assert both.naming("c", samples.plan_of(samples.world(), frozenset({samples.API}))) is None
    names = both.naming("c", kept())
    assert names is not None
    assert list(names.proposals) == ["Namespace/old-team", "PersistentVolumeClaim/shop/data"]
    assert names.words[0] == "Namespace/old-team: everything in it goes with it"
    one = names.proposals["Namespace/old-team"]
    assert isinstance(one, Sync)
    assert one.ask(9) == PreparePlan(9, frozenset(KINDS), {}, True, frozenset({TEAM}))
    rest = one.naming("c", kept(one.confirmed))
    assert rest is not None
    assert list(rest.proposals) == ["PersistentVolumeClaim/shop/data"]
    again = one.toggled("p")
    assert again is not None
    assert again.confirmed == frozenset()


async def test_a_name_that_is_typed_makes_another_plan_and_the_word_is_still_wanted() -> None:
    world = unprotected(samples.dropped_world())
    rows = {**world.rows}
    for key in KINDS:
        rows[key] = replace(samples.drift(key, Verdict.EXTRA), cause=Cause.GIT_AHEAD)
    async with playing(snapshot=replace(world, rows=rows), write=True) as stage:

        def answer(command: object, newest: Snapshot) -> Snapshot | None:
            if not isinstance(command, PreparePlan):
                return None
            plan = (
                kept(command.confirmed) if command.prune else samples.plan_of(newest, frozenset())
            )
            return replace(newest, writing=True, answers={command.request: plan})

        stage.engine.answer = answer
        await stage.press("1", "s")
        await stage.until(lambda: "p prunes 3 objects" in stage.dialog)
        await stage.press("p")
        await stage.until(lambda: "c lets it go, too" in stage.dialog)
        assert "nothing can be done" in stage.dialog
        await stage.press("c")
        await stage.until(lambda: "everything in it goes with it" in stage.screen)
        await stage.until(lambda: stage.app.focused is not None)
        await stage.press(*"old-team", "enter")
        assert not stage.asked(PreparePlan)[-1].confirmed
        await stage.press("ctrl+u", *"Namespace/old-team", "enter")
        await stage.until(lambda: "confirmed by its name: everything in it" in stage.dialog)
        assert stage.asked(PreparePlan)[-1].confirmed == {TEAM}
        await stage.pilot.pause(ARMED_S)
        await stage.press("y")
        await stage.until(lambda: "type prune to go on" in stage.screen)
        await stage.until(lambda: stage.app.focused is not None)
        await stage.press(*"prune", "enter")
        (order,) = stage.asked(Execute)
        assert order.plan.confirmed == {TEAM}
