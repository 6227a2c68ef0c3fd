"""Every write is announced before it is sent, and every announcement gets its end."""

import pytest

from core.engine.journalled import Journalled
from core.errors import OutdatedError, UnavailableError
from core.journal import Entry
from core.model import JsonObject, Live
from core.model.journal import Deed, Ending, Intent
from tests.core.engine.scripted import World
from tests.core.reconcile.world import CONFIG_MAP, SPEC, key, live, ref

A = key(CONFIG_MAP, "a")


async def eight() -> str:
    """Write, and leave version 8."""
    return "8"


def journalled(world: World) -> Journalled:
    return Journalled(world.journal, world.adapters.clusters)


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
