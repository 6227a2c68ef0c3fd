"""What a controller tells of itself."""

import asyncio
from dataclasses import replace

import msgspec

from core.cli.output.forms import time_text
from core.cli.publishing.summary import (
    OBJECTS_KEPT,
    WRITES_KEPT,
    Head,
    Memory,
    recalled,
    remembered,
    summary,
    told_rows,
)
from core.model import (
    AppSpec,
    Drift,
    Event,
    EventName,
    FieldChange,
    Fight,
    Held,
    HeldBy,
    Key,
    ObjectRef,
    Pause,
    Problem,
    Remedy,
    Snapshot,
)
from core.model.controllers.status import (
    AppTold,
    FightTold,
    HeldTold,
    Named,
    ObjectTold,
    OldestTold,
    PauseTold,
    ProblemTold,
    Status,
    Wrote,
)
from tests.core.cli.scripted import (
    CART,
    COMMIT,
    DEPLOYMENT,
    REPLICAS,
    SPEC,
    WEB,
    drifted,
    in_sync,
    missing,
    picture_of,
)

HEAD = Head(version="0.1.0", started=1000.0, holder="pod_1")
NAMES = frozenset({SPEC.name})
OBJECT = Named(api_version="apps/v1", kind="Deployment", namespace="shop", name="web")


def app_of(snapshot: Snapshot, memory: Memory | None = None) -> AppTold:
    (app,) = summed(snapshot, memory or Memory()).apps
    return app


def summed(snapshot: Snapshot, memory: Memory, names: frozenset[str] = NAMES) -> Status:
    return summary(snapshot, asyncio.run(told_rows(snapshot)), memory, HEAD, names)


def stating(spec: AppSpec, *rows: Drift) -> Snapshot:
    """A picture of the app as *spec* has it."""
    snapshot = picture_of(*rows)
    return replace(snapshot, apps=(replace(snapshot.apps[0], spec=spec),))


def an_event(
    number: int, name: EventName = EventName.HEALED, *changes: FieldChange, **fields: object
) -> Event:
    made = Event(number, 1000.0 + number, name, SPEC.name, "demo", DEPLOYMENT, WEB.ref, changes)
    return replace(made, **fields)  # type: ignore[arg-type]  # the fields of Event


def test_an_app_is_told_with_its_state_and_the_objects_that_are_not_in_sync() -> None:
    row = drifted(
        since=1500.0, reason="because", fights=(Fight("spec.replicas", "hpa", left=True),)
    )
    other = in_sync(replace_name(WEB, "other"))
    told = app_of(picture_of(row, other, missing(since=2000.0)))
    assert (told.name, told.cluster, told.path) == ("shop", "demo", "apps/shop")
    assert (told.revision, told.state, told.complete) == (COMMIT.id, "drifted", True)
    assert {k: v for k, v in told.counts.items() if v} == {
        "drifted": 1,
        "missing": 1,
        "in_sync": 1,
    }
    assert told.objects[0] == ObjectTold(
        object=OBJECT,
        verdict="drifted",
        cause="live_changed",
        since=time_text(1500.0),
        reason="because",
        fights=(FightTold(path="spec.replicas", manager="hpa", left=True),),
    )
    assert [each.verdict for each in told.objects] == ["drifted", "missing"]
    assert told.oldest == OldestTold(object=OBJECT, since=time_text(1500.0))


def replace_name(key: Key, name: str) -> Key:
    return Key(key.app, ObjectRef(*key.ref[:3], name))


def test_the_state_is_unknown_until_all_is_judged() -> None:
    assert app_of(picture_of(in_sync())).state == "in_sync"
    assert app_of(picture_of(drifted(), complete=False)).state == "unknown"


def test_pauses_holds_and_problems_are_told() -> None:
    pause = Pause(WEB.ref, 2000.0, "incident\x1b[2J", "ann", 1000.0)
    held = Held(HeldBy.WINDOW, "not now", 3000.0)
    apart = drifted(held=replace(held, by=HeldBy.WRITER))
    rest = (in_sync(replace_name(WEB, "x")), drifted(replace_name(WEB, "y")))
    told = app_of(
        picture_of(
            apart,
            *(replace(row, held=held) for row in rest),
            pauses=(pause, replace(pause, ref=None)),
            held=held,
            healing=True,
            problem=Problem(Remedy.GRANT, "x" * 1000),
        )
    )
    named = replace(OBJECT, api_version="apps/*")
    asked = PauseTold(
        object=named,
        until=time_text(2000.0),
        reason="incident␛[2J",
        author="ann",
        since=time_text(1000.0),
    )
    assert told.pauses == (asked, replace(asked, object=None))
    assert named.ref == WEB.ref
    assert told.held == HeldTold(by="window", words="not now", until=time_text(3000.0))
    by_writer = HeldTold(by="writer", words="not now", until=time_text(3000.0))
    assert [each.held for each in told.objects] == [by_writer, None]  # the rest is the app's
    assert told.healing
    assert told.problem == ProblemTold(remedy="grant", words=f"{'x' * 399}…")


def test_the_user_of_a_repository_is_not_told() -> None:
    for repo, shown in (
        ("ssh://git@host.example/org/c.git", "ssh://host.example/org/c.git"),
        ("git@host.example:org/c.git", "host.example:org/c.git"),
        ("https://host.example/c.git", "https://host.example/c.git"),
        ("/srv/c", "/srv/c"),
    ):
        assert app_of(stating(replace(SPEC, repo=repo))).repo == shown


def test_no_value_of_a_field_is_told_and_any_text_can_be_written() -> None:
    secret = replace(REPLICAS, live="s3cret", git="t0psecret")
    row = drifted(changes=(secret,), reason="bad \ud800 text")
    memory = remembered(Memory(), [an_event(1, EventName.HEALED, secret, message="m\udcff")])
    spec = replace(SPEC, path="caf\udcff", repo="/caf\udcff")
    told = summed(stating(spec, row), memory)
    text = msgspec.json.encode(told)
    assert b"s3cret" not in text
    assert b"t0psecret" not in text


def test_of_many_objects_the_worst_are_told() -> None:
    keys = [replace_name(WEB, f"w{i:03}") for i in range(OBJECTS_KEPT + 5)]
    told = app_of(picture_of(*(drifted(key) for key in keys), missing(CART)))
    assert len(told.objects) == OBJECTS_KEPT
    assert {each.verdict for each in told.objects} == {"drifted"}
    assert sum(told.counts.values()) == OBJECTS_KEPT + 6


def test_only_the_apps_that_are_led_are_told() -> None:
    memory = remembered(Memory(), [an_event(1), an_event(2, app="other")])
    status = summed(picture_of(drifted()), memory, frozenset({"other"}))
    assert status.apps == ()
    assert [each.app for each in status.journal] == ["other"]


# What was written --------------------------------------------------------------------------------


def test_writes_are_remembered_once_with_whom_they_overruled() -> None:
    events = [
        an_event(1, EventName.DRIFT_DETECTED),
        an_event(2, EventName.HEALED, REPLICAS, revision=COMMIT.id, message="as Git says again"),
        an_event(3, EventName.SYNC_FAILED, message="no"),
        an_event(4, EventName.SYNCED),
    ]
    memory = remembered(remembered(Memory(), events[:2]), events)
    healed = Wrote(
        ts=time_text(1002.0),
        verb="healed",
        app="shop",
        outcome="done",
        by="standing permission",
        object=OBJECT,
        fields=("spec.replicas",),
        overruled=("kubectl",),
        revision=COMMIT.id,
        words="as Git says again",
    )
    assert [(each.verb, each.outcome) for each in memory.journal] == [
        ("healed", "done"),
        ("sync_failed", "refused"),
        ("synced", "done"),
    ]
    app = app_of(picture_of(), memory)
    assert app.last_heal == healed == memory.journal[0]
    assert app.last_sync == memory.journal[2]
    assert remembered(memory, events) is memory


def test_the_newest_writes_are_kept() -> None:
    memory = remembered(Memory(), [an_event(i) for i in range(1, WRITES_KEPT + 50)])
    assert len(memory.journal) == WRITES_KEPT
    assert memory.journal[-1].ts == time_text(1000.0 + WRITES_KEPT + 49)


def test_who_leads_next_goes_on_with_what_was_told_before() -> None:
    before = remembered(Memory(), [an_event(1), an_event(2, EventName.SYNCED)])
    told = summed(picture_of(), before)
    mine = remembered(Memory(), [an_event(7, time=5000.0)])
    memory = recalled(told, mine)
    assert [each.verb for each in memory.journal] == ["healed", "synced", "healed"]
    app = app_of(picture_of(), memory)
    assert (app.last_heal, app.last_sync) == (mine.journal[0], before.journal[1])
    assert recalled(told, memory) == memory  # it read its own words again
