"""`driftdeck pause` and `resume`: what is set aside, and what is said."""

import io
import json
from dataclasses import replace

import pytest

from core.cli.commands.writing.pause import pause, resume
from core.cli.commands.writing.sync import Console
from core.cli.options import Options
from core.cli.output.forms import diff_form, page_of
from core.cli.output.ink import Ink
from core.errors import UsageError
from core.model import Held, HeldBy, Pause, Problem, Remedy, Run, Snapshot
from core.reconcile.memory.commands import Command, EndPause, SetPause
from tests.core.cli.scripted import SPEC, WEB, ScriptedEngine, drifted, picture_of

NOW = 1000.0
ALL = Pause(None, 8200.0, "incident 7", "ann@ops", NOW)
ONE = replace(ALL, ref=WEB.ref)
REFUSED = Problem(Remedy.GRANT, "you may not write configmaps in shop")


def ended(problem: Problem | None = None) -> ScriptedEngine:
    """An engine that stores whatever it is asked to, or has *problem* with it."""

    def react(command: Command, snapshot: Snapshot) -> Snapshot | None:
        assert isinstance(command, SetPause | EndPause)
        problems = () if problem is None else (problem,)
        run = Run(command.run, "pause", 1, int(problem is None), problems, finished=True)
        return replace(snapshot, runs=(*snapshot.runs, run))

    shown = picture_of(drifted(), recorded=True, pauses=(ALL, ONE))
    return ScriptedEngine(shown, reaction=react)


def console() -> Console:
    ink = Ink(colour=False, width=200)
    return Console(out=io.StringIO(), err=io.StringIO(), ink=ink, clock=lambda: NOW)


def said(talk: Console) -> list[str]:
    assert isinstance(talk.out, io.StringIO)
    return talk.out.getvalue().splitlines()


async def test_an_app_is_set_aside_until_its_time() -> None:
    engine, talk = ended(), console()
    code = await pause(engine, options=Options(reason="why"), console=talk, length_s=7200.0)
    assert engine.commands == [
        SetPause(1, SPEC.name, Pause(None, NOW + 7200.0, "why", "", NOW)),
    ]
    assert (code, said(talk)) == (0, ["shop: paused for 2h; driftdeck resume ends it"])


async def test_objects_that_are_named_are_set_aside_alone() -> None:
    engine, talk = ended(), console()
    options = Options(reason="why", objects=("deployment/web",))
    await pause(engine, options=options, console=talk, length_s=60.0)
    (command,) = engine.commands
    assert isinstance(command, SetPause)
    assert command.pause.ref == WEB.ref


async def test_what_cannot_be_stored_is_said_and_has_its_exit_code() -> None:
    talk = console()
    code = await pause(ended(REFUSED), options=Options(reason="w"), console=talk, length_s=60.0)
    assert code == 4
    assert "you may not write configmaps" in said(talk)[0]


@pytest.mark.parametrize(
    ("objects", "refs"), [((), [None, WEB.ref]), (("deployment/web",), [WEB.ref])]
)
async def test_an_app_is_taken_up_with_its_objects_and_an_object_alone(
    objects: tuple[str, ...], refs: list[object]
) -> None:
    engine, talk = ended(), console()
    assert await resume(engine, options=Options(objects=objects), console=talk) == 0
    assert [c.ref for c in engine.commands if isinstance(c, EndPause)] == refs
    assert all(line.endswith("not paused any more") for line in said(talk))


async def test_where_nothing_is_set_aside_it_says_so() -> None:
    engine, talk = ScriptedEngine(picture_of(drifted(), recorded=True)), console()
    assert await resume(engine, options=Options(), console=talk) == 0
    assert (engine.commands, said(talk)) == ([], ["nothing of it is paused"])


async def test_an_object_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="no such object"):
        await resume(ended(), options=Options(objects=("cm/nope",)), console=console())


def test_json_names_who_set_it_aside_until_when_and_why() -> None:
    held = Held(HeldBy.PAUSE, "paused", 8200.0, ALL)
    form = diff_form(picture_of(drifted(held=held), held=held), everything=False)
    told = {
        "by": "pause",
        "until": "1970-01-01T02:16:40.000Z",
        "message": "paused",
        "author": "ann@ops",
        "reason": "incident 7",
    }
    found = json.loads(page_of(form))
    (app,), (row,) = found["apps"], found["objects"]
    assert (app["held"], row["held"], row["reason"]) == (told, told, "paused")
