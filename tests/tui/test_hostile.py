"""Nothing that Git or a cluster says reaches the terminal raw, and nothing of it is markup."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import tui
from core.model import (
    AppView,
    Drift,
    Event,
    EventName,
    Key,
    ObjectRef,
    Problem,
    Remedy,
    Snapshot,
    Verdict,
)
from tests.tui import samples
from tests.tui.stage import playing

CORPUS = (
    "\x1b]52;c;ZXZpbA==\x07\x1b]0;title\x07\x1b[2J\x1b[H\x9b2J",
    "a\u202egnp.exe line\r\nbreak\ttab zero\u200bwidth\ufeff bad\udcffutf8",
    "[/foo]",
    "pod [/ name",
    "[@click=app.quit()]x[/] [red]x[/red]",
    "z" + "\u0301" * 40 + "宽" * 60 + "x" * 5000,
)
_RAW = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def _poisoned(word: str) -> Snapshot:
    """The sample world with *word* in every text."""
    change = replace(
        samples.CHANGES[0],
        path=f"spec.{word}",
        live=word,
        git=f"{word}2",
        note=word,
        detail=(word,),
        actor=replace(samples.KUBECTL, manager=word, user=word),
        origin=replace(samples.ORIGIN, file=word, author=word, subject=word),
    )
    key = Key("payments", ObjectRef("apps", word, word, word))
    row: Drift = replace(
        samples.drift(key, Verdict.DRIFTED, (change,), since_ago=99_999),
        reason=word,
        problem=word,
        file=word,
    )
    commit = replace(samples.HISTORY[0], author=word, subject=word)
    spec = replace(
        samples.app("payments").spec, path=word, repo=word, revision=word, namespace=word
    )
    view: AppView = replace(
        samples.app("payments"),
        spec=spec,
        history=(commit,),
        revision=commit,
        file_problems=(word,),
        inventory=word,
    )
    event = Event(
        9, samples.NOW - 5, EventName.DRIFT_DETECTED, word, word, row.kind, key.ref, message=word
    )
    world = samples.world()
    cluster = replace(
        world.clusters[0], problem=Problem(Remedy.WAIT, word), version=word, server=word
    )
    return replace(world, apps=(view,), clusters=(cluster,), rows={key: row}, events=(event,))


async def test_hostile_text_is_shown_and_never_acts() -> None:
    async with playing(size=(110, 30), snapshot=_poisoned("calm"), write=True) as stage:
        for word in CORPUS:
            await stage.say(_poisoned(word))
            for keys in ("1", "s", "-2", "r", "r3", "t", "-4", "1H", "-/", "-"):
                await stage.press(*("escape" if key == "-" else key for key in keys))
                assert stage.app.is_running
                assert not _RAW.search(stage.screen.replace("\n", "")), (word, keys)


def test_markup_and_stock_text_widgets_are_not_used() -> None:
    forbidden = {"from_markup", "RichLog", "Markdown", "notify", "Static", "Label", "Text"}
    root = Path(tui.__file__).parent
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not names & forbidden, path.name
