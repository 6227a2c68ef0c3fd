"""Every write is announced before it is sent, and every announcement gets its end."""

import asyncio
from dataclasses import replace

import pytest

from core.engine.journalled import Journalled
from core.errors import DeniedError, OutdatedError, UnavailableError, UsageError
from core.journal import Entry
from core.model import JsonObject, Live, Verdict
from core.model.answers.adoptions import AdoptPlan
from core.model.journal import Aim, Deed, Ending, Intent
from core.reconcile.memory.commands import (
    Execute,
    ExecuteAdoption,
    ExecuteRevert,
    PrepareAdoption,
    PreparePlan,
    PrepareRevert,
)
from tests.core.engine.scripted import REPOSITORY, World
from tests.core.reconcile.world import CONFIG_MAP, SPEC, key, live, ref

A = key(CONFIG_MAP, "a")


async def eight() -> str:
    """Write, and leave version 8."""
    return "8"


def journalled(world: World) -> Journalled:
    return Journalled(world.journal, world.adapters.clusters, world.marks)


def position(world: World, method: str) -> int:
    return [call[0] for call in world.script.calls].index(method)


async def test_a_heal_is_announced_sent_and_ended() -> None:
    world = World("a", healing=True)
    async with world.running():
        await world.until(lambda s: s.complete)
        world.drift("a")
        await world.until(lambda s: any(e.name == "healed" for e in s.events))
    (intent,) = world.journal.intents
    assert (intent.deed, intent.auto, intent.app) == (Deed.HEAL, True, SPEC.name)
    assert (intent.ref, intent.version, intent.sends) == (A.ref, "6", ("apply",))
    (change,) = intent.changes
    assert (change.path, change.live, change.git) == ("data.a", "2", "1")
    assert position(world, "begin") < position(world, "apply") < position(world, "end")
    assert world.journal.outcomes[1].ending is Ending.DONE
    assert world.journal.outcomes[1].version == "7"
    assert world.script.count("close_journal") == 1


async def test_what_cannot_be_announced_is_not_sent() -> None:
    world = World("a", healing=True)
    world.script.errors["begin"] = UnavailableError("the disk is full")
    async with world.running():
        await world.until(lambda s: s.complete)
        world.drift("a")
        shown = await world.until(lambda s: any(e.name == "heal_failed" for e in s.events))
    assert "the disk is full" in shown.events[-1].message
    assert world.script.count("apply") == 0


ABOUT: JsonObject = {
    "api_version": "v1",
    "kind": "ConfigMap",
    "namespace": "web",
    "name": "a",
    "version": "5",
}
LEFT = Entry(40, 0.0, {"cluster": "prod", "object": ABOUT})
INTENT = Intent(deed=Deed.HEAL, app=SPEC.name, auto=True, cluster="prod")


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (OutdatedError("it changed"), Ending.REFUSED),
        (UnavailableError("the connection broke"), Ending.UNKNOWN),
    ],
)
async def test_an_error_is_the_end_of_an_announcement(error: Exception, ending: Ending) -> None:
    world = World("a")

    async def write() -> str:
        raise error

    with pytest.raises(type(error)):
        await journalled(world).write(INTENT, write, str)
    assert world.journal.outcomes[1].ending is ending
    assert world.journal.outcomes[1].words == str(error)


async def test_an_end_that_cannot_be_written_down_fails_nothing() -> None:
    world = World("a")
    world.script.errors["end"] = UnavailableError("the disk is full")
    assert await journalled(world).write(INTENT, eight, str) == "8"


@pytest.mark.parametrize(
    ("now", "ending", "words"),
    [
        (live(CONFIG_MAP, "a", 5, data={"a": "1"}), Ending.REFUSED, "before it was sent"),
        (live(CONFIG_MAP, "a", 6, data={"a": "1"}), Ending.UNKNOWN, "has changed since"),
        (None, Ending.UNKNOWN, "has changed since"),
    ],
)
async def test_what_an_ended_process_left_open_is_found_out_before_the_first_write(
    now: Live | None, ending: Ending, words: str
) -> None:
    world = World("a")
    world.journal.open = [LEFT]
    world.cluster.objects.pop(ref(CONFIG_MAP, "a"))
    if now is not None:
        world.cluster.objects[ref(CONFIG_MAP, "a")] = now
    written = journalled(world)
    for _ in range(2):
        await written.write(INTENT, eight, str)
    assert world.journal.outcomes[40].ending is ending
    assert words in world.journal.outcomes[40].words
    assert position(world, "read") < position(world, "begin")
    assert world.script.count("read") == 1


async def test_nothing_is_written_while_it_cannot_be_found_out() -> None:
    world = World("a")
    world.journal.open = [LEFT]
    world.script.errors["read"] = UnavailableError("no answer")
    with pytest.raises(UnavailableError, match="no answer"):
        await journalled(world).write(INTENT, eight, str)
    assert world.script.count("begin") == 0


async def test_many_first_writes_find_out_once_and_all_wait_for_it() -> None:
    world = World("a")
    world.journal.open = [LEFT]
    written = journalled(world)
    await asyncio.gather(*(written.write(INTENT, eight, str) for _ in range(5)))
    assert world.script.count("read") == 1
    begun = [i for i, call in enumerate(world.script.calls) if call[0] == "begin"]
    assert len(begun) == 5
    assert position(world, "read") < position(world, "end") < min(begun)


@pytest.mark.parametrize("writing", [True, False])
async def test_what_was_left_open_is_found_out_at_the_start_of_who_may_write(
    *, writing: bool
) -> None:
    world = World("a", writing=writing)
    world.journal.open = [LEFT]
    async with world.running():
        await world.until(lambda s: s.complete)
    assert (40 in world.journal.outcomes) is writing


async def test_a_start_goes_on_where_it_cannot_be_found_out() -> None:
    world = World("a")
    world.journal.open = [LEFT]
    world.script.errors["read"] = UnavailableError("no answer")
    async with world.running():
        await world.until(lambda s: s.complete)
    assert world.journal.outcomes == {}


async def test_another_cluster_is_not_asked_about_what_is_not_its_own() -> None:
    world = World("a")
    world.journal.open = [LEFT]
    other = replace(INTENT, cluster="lab")
    assert await journalled(world).write(other, eight, str) == "8"
    assert world.script.count("read") == 0
    assert 40 not in world.journal.outcomes


async def test_a_write_that_is_ended_with_the_program_gets_no_outcome() -> None:
    world = World("a")
    begun = asyncio.Event()

    async def never() -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    writing = asyncio.create_task(journalled(world).write(INTENT, never, str))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert (len(world.journal.intents), world.journal.outcomes) == (1, {})


async def test_who_is_to_end_finishes_what_is_in_hand_and_begins_nothing_more() -> None:
    world = World("a")
    written, sent = journalled(world), asyncio.Event()
    answered = asyncio.Event()

    async def slow() -> str:
        sent.set()
        await answered.wait()
        return "8"

    first = asyncio.ensure_future(written.write(INTENT, slow, str))
    await sent.wait()
    finishing = asyncio.ensure_future(written.finish())
    second = asyncio.ensure_future(written.write(INTENT, eight, str))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not finishing.done()
    answered.set()
    await finishing
    assert await first == "8"
    assert world.journal.outcomes[1].ending is Ending.DONE
    assert len(world.journal.intents) == 1
    second.cancel()


async def test_who_has_nothing_in_hand_may_end_at_once() -> None:
    await journalled(World("a")).finish()


async def test_an_object_that_we_may_not_read_keeps_its_question_and_holds_nothing_up() -> None:
    world = World("a")
    world.journal.open = [LEFT]
    world.script.errors["read"] = DeniedError("you may not get configmaps")
    assert await journalled(world).write(INTENT, eight, str) == "8"
    left = world.journal.outcomes[40]
    assert (left.ending, left.words) == (
        Ending.UNKNOWN,
        "it cannot be read: you may not get configmaps",
    )


async def test_an_apply_of_ours_in_an_object_that_moved_on_is_named() -> None:
    world = World("a")
    world.journal.open = [LEFT]
    entry = {"manager": "driftdeck", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {}}
    moved = live(CONFIG_MAP, "a", 9, data={"a": "1"}, managed=[entry])
    world.cluster.objects[ref(CONFIG_MAP, "a")] = moved
    await journalled(world).write(INTENT, eight, str)
    left = world.journal.outcomes[40]
    assert (left.ending, left.version) == (Ending.UNKNOWN, "9")
    assert "an apply of ours is in it" in left.words


async def test_a_commit_that_was_left_open_is_no_question_for_a_cluster() -> None:
    world = World("a")
    world.journal.open = [Entry(41, 0.0, {"cluster": "", "object": None})]
    revert = Intent(deed=Deed.REVERT, app=SPEC.name, auto=False, revision="c" * 40)
    assert await journalled(world).write(revert, eight, str) == "8"
    assert world.script.count("read") == 0
    assert world.journal.outcomes[41].words == "the program ended before it was told"
    assert world.journal.outcomes[1].version == "8"


AIM: JsonObject = {"repo": REPOSITORY, "branch": "main", "parent": "f" * 40, "mark": "5ca1ab1e"}
OF_COMMIT = Entry(42, 0.0, {"cluster": "", "object": None, "aim": AIM})


async def see_to(world: World, repo: str = REPOSITORY) -> None:
    aim = Aim(repo, "main", "f" * 40, "f00d")
    intent = Intent(deed=Deed.REVERT, app=SPEC.name, auto=False, aim=aim)
    assert await journalled(world).write(intent, eight, str) == "8"


@pytest.mark.parametrize(
    ("found", "ending", "words"),
    [("e" * 40, Ending.DONE, "has the commit"), (None, Ending.REFUSED, "lacks the commit")],
)
async def test_the_branch_is_searched_for_a_commit_that_was_left_open(
    found: str | None, ending: Ending, words: str
) -> None:
    world = World("a")
    world.journal.open = [OF_COMMIT]
    world.marks.commits = {} if found is None else {"5ca1ab1e": found}
    await see_to(world)
    left = world.journal.outcomes[42]
    assert (left.ending, left.version) == (ending, found)
    assert words in left.words
    assert position(world, "find") < position(world, "begin")


async def test_nothing_is_committed_while_its_branch_cannot_be_searched() -> None:
    world = World("a")
    world.journal.open = [OF_COMMIT]
    world.script.errors["find"] = UnavailableError("no answer")
    with pytest.raises(UnavailableError, match="no answer"):
        await see_to(world)
    assert world.script.count("begin") == 0


async def test_a_repository_that_is_gone_leaves_its_question_and_holds_nothing_up() -> None:
    world = World("a")
    world.journal.open = [OF_COMMIT]
    world.script.errors["find"] = UsageError("there is no repository")
    await see_to(world)
    assert world.journal.outcomes[42].ending is Ending.UNKNOWN


async def test_a_commit_elsewhere_is_left_to_who_writes_there() -> None:
    world = World("a")
    world.journal.open = [OF_COMMIT]
    await see_to(world, "/srv/other.git")
    assert 42 not in world.journal.outcomes
    assert world.script.count("find") == 0


async def test_a_preview_finds_out_first_what_became_of_earlier_commits() -> None:
    world = World("a")
    world.journal.open = [OF_COMMIT]
    async with world.running():
        await world.until(lambda s: s.complete)
        world.engine.submit(PrepareRevert(7, SPEC.name, "c" * 40))
        await world.until(lambda s: s.revert_for(7) is not None)
    assert position(world, "find") < position(world, "planned")
    assert world.journal.outcomes[42].ending is Ending.REFUSED


async def test_a_preview_is_shown_even_where_that_cannot_be_found_out() -> None:
    world = World("a")
    world.journal.open = [OF_COMMIT]
    world.script.errors["find"] = UnavailableError("no answer")
    async with world.running():
        await world.until(lambda s: s.complete)
        world.engine.submit(PrepareRevert(7, SPEC.name, "c" * 40))
        await world.until(lambda s: s.revert_for(7) is not None)
    assert 42 not in world.journal.outcomes


async def test_a_rollback_on_a_branch_is_on_record_and_nothing_follows_in_the_cluster() -> None:
    world = World("a")
    async with world.running():
        await world.until(lambda s: s.complete)
        world.engine.submit(PrepareRevert(7, SPEC.name, "c" * 40, back=True, begins="undo"))
        shown = (await world.until(lambda s: s.revert_for(7) is not None)).revert_for(7)
        assert shown is not None
        world.engine.submit(ExecuteRevert(1, shown))
        now = await world.until(lambda s: any(r.finished for r in s.runs))
    (run,) = now.runs
    assert (run.what, run.revision, run.problems) == ("rollback", "e" * 40, ())
    (intent,) = world.journal.intents
    assert intent.deed is Deed.ROLLBACK
    assert intent.aim is not None
    assert (intent.aim.branch, len(intent.aim.mark)) == ("undo", 16)
    assert world.script.count("apply") == 0


async def adoption(world: World) -> AdoptPlan:
    """Somebody changes an object, and its live value is asked to be adopted."""
    await world.until(lambda s: s.complete)
    world.drift("a")
    await world.until(lambda s: s.complete and s.rows[A].verdict is Verdict.DRIFTED)
    world.engine.submit(PrepareAdoption(7, SPEC.name, frozenset({A})))
    plan = (await world.until(lambda s: s.adoption_for(7) is not None)).adoption_for(7)
    assert plan is not None
    return plan


async def test_an_adoption_is_on_record_with_what_it_takes_over() -> None:
    world = World("a")
    async with world.running():
        plan = await adoption(world)
        assert (plan.files, plan.branch) == (("a.yaml",), "main")
        world.engine.submit(ExecuteAdoption(1, plan))
        await world.until(lambda s: any(run.finished for run in s.runs))
    (intent,) = world.journal.intents
    assert (intent.deed, intent.auto, intent.ref) == (Deed.ADOPT, False, None)
    assert [(change.path, change.live) for change in intent.changes] == [("data.a", "2")]
    assert intent.aim is not None
    assert intent.aim.branch == "main"
    assert world.journal.outcomes[1].version == "d" * 40
    assert world.script.count("apply") == 0


@pytest.mark.parametrize("method", ["adoption", "adopted"])
async def test_an_adoption_that_fails_says_why(method: str) -> None:
    world = World("a")
    world.script.errors[method] = OutdatedError("the branch moved")
    async with world.running():
        plan = await adoption(world)
        if method == "adoption":
            assert "the branch moved" in str(plan.problem)
            return
        world.engine.submit(ExecuteAdoption(1, plan))
        now = await world.until(lambda s: any(run.finished for run in s.runs))
    assert [problem.words for problem in now.runs[0].problems] == ["the branch moved"]
    assert world.journal.outcomes[1].ending is Ending.REFUSED


async def test_a_revert_is_on_record_with_the_commit_it_undoes_and_the_one_it_made() -> None:
    world = World("a")
    async with world.running():
        await world.until(lambda s: s.complete)
        world.engine.submit(PrepareRevert(7, SPEC.name, "c" * 40))
        shown = (await world.until(lambda s: s.revert_for(7) is not None)).revert_for(7)
        assert shown is not None
        world.engine.submit(ExecuteRevert(1, shown))
        await world.until(lambda _: bool(world.journal.outcomes))
    (intent,) = (each for each in world.journal.intents if each.deed is Deed.REVERT)
    assert (intent.app, intent.auto, intent.revision) == (SPEC.name, False, "c" * 40)
    assert intent.ref is None
    assert position(world, "begin") < position(world, "made") < position(world, "end")
    assert world.journal.outcomes[1].version == "e" * 40


async def test_a_sync_is_on_record_as_what_a_person_ordered() -> None:
    world = World("a")
    async with world.running():
        await world.until(lambda s: s.complete)
        world.drift("a")
        await world.until(lambda s: s.complete and s.rows[A].verdict is Verdict.DRIFTED)
        world.engine.submit(PreparePlan(7, frozenset({A})))
        plan = (await world.until(lambda s: s.plan_for(7) is not None)).plan_for(7)
        assert plan is not None
        world.engine.submit(Execute(1, plan))
        await world.until(lambda _: bool(world.journal.outcomes))
    (intent,) = world.journal.intents
    assert (intent.deed, intent.auto, intent.uid) == (Deed.SYNC, False, "u1")
    assert intent.cluster == "prod"
