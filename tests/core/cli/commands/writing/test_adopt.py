"""Which objects `driftdeck adopt` means, and what is known of them before it is shown."""

import io
from dataclasses import replace

import pytest

from core.cli.commands.writing.adopt import adopt, chosen
from core.cli.commands.writing.sync import Console
from core.cli.options import Options
from core.cli.output.ink import Ink
from core.cli.session import EngineLike, beside
from core.errors import UsageError
from core.model import Drift, Key, Snapshot, Stamp, Verdict
from core.model.answers.adoptions import AdoptPlan
from core.reconcile.memory.commands import Command, Explain, PrepareAdoption
from core.reconcile.memory.tables import Map
from tests.core.cli import scripted
from tests.core.cli.scripted import WEB, ScriptedEngine, drifted, picture_of
from tests.core.reconcile.world import CONFIG_MAP, SPEC, key


def row(name: str, verdict: Verdict, namespace: str = "web") -> tuple[Key, Drift]:
    found = key(CONFIG_MAP, name)
    found = found._replace(ref=found.ref._replace(namespace=namespace))
    return found, Drift(found, "prod", CONFIG_MAP, verdict)


WORLD = Snapshot(
    rows=dict(
        [
            row("a", Verdict.DRIFTED),
            row("b", Verdict.EXTRA),
            row("b", Verdict.EXTRA, "other"),
            row("c", Verdict.MISSING),
        ]
    )
)


def named(text: str) -> set[tuple[str, str]]:
    return {(each.ref.namespace, each.ref.name) for each in chosen(WORLD, SPEC, text)}


def test_without_a_name_it_is_what_drifted_and_nothing_else() -> None:
    assert named("") == {("web", "a")}
    assert chosen(WORLD, replace(SPEC, name="another"), "") == frozenset()


def test_an_object_is_named_by_kind_and_name_in_a_namespace_if_need_be() -> None:
    assert named("configmap/a") == {("web", "a")}
    assert named("ConfigMap/other/b") == {("other", "b")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ConfigMap/b", "means several"),
        ("ConfigMap/nobody", "no such object"),
        ("a", "no such object"),
        ("Secret/a", "no such object"),
    ],
)
def test_a_name_that_tells_no_object_is_a_mistake_of_the_one_who_asks(
    text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        named(text)


def shown(row: Drift) -> Snapshot:
    """A picture of one row, in the table that an engine keeps rows in."""
    return replace(picture_of(row), rows=Map({row.key: row}))


async def test_a_row_that_changed_while_it_was_explained_is_asked_for_again() -> None:
    stamp = Stamp("d1", "124", "u1")
    answers = [
        shown(drifted(explained=False, stamp=stamp)),
        shown(drifted(stamp=stamp)),
    ]

    def answer(command: Command, newest: Snapshot) -> Snapshot:
        if isinstance(command, Explain):
            return answers.pop(0)
        assert isinstance(command, PrepareAdoption)
        return replace(newest, answers={command.request: AdoptPlan(command.app, "c" * 40)})

    async def reader(engine: EngineLike) -> int:
        console = Console(out=io.StringIO(), err=io.StringIO(), ink=Ink())
        return await adopt(engine, scripted.SPEC, Options(dry_run=True), console)

    engine = ScriptedEngine(shown(drifted(explained=False)), reaction=answer)
    assert await beside(engine, reader) == 0
    asked = PrepareAdoption(1, scripted.SPEC.name, frozenset({WEB}), frozenset(), "")
    assert engine.commands == [Explain(WEB), Explain(WEB), asked]
