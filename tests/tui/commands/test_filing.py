"""The journal in pane 0, the incident document and a pane as files: whole, private, never over."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.journal import Entry
from core.model import Snapshot
from core.reconcile.memory.commands import Explain
from core.telling.spans import Role
from tests.tui import samples
from tests.tui.stage import playing
from tests.tui.standin import Standin
from tui.actions.record import dated
from tui.commands.filing import ASKED_FOR_S
from tui.dialogs.command.line import CommandLine
from tui.model.focus import Pane
from tui.options import TerminalOptions
from tui.text.changes import as_text
from tui.text.rows import Looks
from tui.text.sheets.journal import ENTRIES_MAX, journal_lines


def entry(number: int = 7, **known: object) -> Entry:
    intent = {
        "deed": "heal",
        "app": "payments",
        "auto": True,
        "cluster": "prod-eu-1",
        "cluster_uid": None,
        "revision": samples.HEAD,
        "object": {"kind": "Deployment", "namespace": "payments", "name": "api"},
        "changes": [
            {"path": "spec.replicas", "live": 5, "git": 3, "by": {"user": "dana"}},
            {"path": "data.token", "live": {"sha256": "aaaa"}, "git": {"sha256": "bbbb"}},
        ],
        "writer": {"user": "bob"},
        **known,
    }
    ended = {"intent": number, "ending": "done", "version": "9", "words": None}
    return Entry(number, samples.NOW - 90, intent, ended, samples.NOW - 89)  # type: ignore[arg-type] # JSON


def page(*entries: Entry, errors: Sequence[tuple[float, str]] = ()) -> str:
    return as_text(journal_lines(entries, errors, 90, Looks(samples.NOW)))


def test_an_entry_says_what_when_who_and_from_what_to_what() -> None:
    text = page(entry(6), entry(7, auto=False, deed="sync"))
    newest, older = text.split("\n\n")[:2]
    assert newest.startswith("7  ")
    assert "1m ago  sync Deployment payments/api on prod-eu-1  done" in newest
    assert "  payments, ordered by bob, at a1b2c3d" in newest
    assert "  spec.replicas  5 → 3  dana" in newest
    assert "by itself" in older


def test_of_a_secret_there_is_neither_value_nor_hash() -> None:
    assert "data.token  secret value" in page(entry())
    assert "aaaa" not in page(entry())


def test_what_is_hostile_is_harmless() -> None:
    assert "\x1b" not in page(entry(app="\x1b[2J", deed="\x1b]0;x"), errors=[])


def test_an_open_entry_a_long_journal_and_errors_say_so() -> None:
    assert "no outcome" in page(replace(entry(), outcome=None))
    assert page().splitlines() == ["nothing was written"]
    many = page(*(entry(n) for n in range(ENTRIES_MAX + 3)))
    assert "3 older ones; driftdeck journal has all" in many
    assert "webhook says no" in page(errors=[(samples.NOW - 5, "webhook says no")])


# Files ------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recording(*entries: Entry, world: Snapshot | None = None) -> Standin:
    options = TerminalOptions(records=lambda _: entries)
    return Standin(world or samples.world(), options=options)


def test_a_report_is_what_the_command_writes_and_is_the_users_alone(here: Path) -> None:
    made = recording(entry())
    assert made.speak("report") == ""
    (path,) = here.iterdir()
    assert path.name == dated("incident", "md", samples.NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    for words in ("## What differs now", "Deployment payments/api", "dana", "heal, done"):
        assert words in text
    assert made.notes[-1] == f"the incident report is in {path}"


def test_a_name_that_ends_in_json_gets_json(here: Path) -> None:
    assert recording(entry()).speak("report it.json") == ""
    found = json.loads((here / "it.json").read_text())
    assert [each["number"] for each in found["journal"]] == [7]


def test_nothing_is_written_over(here: Path) -> None:
    made = recording()
    for line in ("report it.md", "save it.md"):
        (here / "it.md").write_text("mine")
        assert made.speak(line) == f"{here / 'it.md'} is there already: name another file"
    (here / "link").symlink_to(here / "nowhere")
    assert "is there already" in made.speak("save link")
    assert made.speak("save no/it.txt") == f"there is no folder {here / 'no'}"
    assert (here / "it.md").read_text() == "mine"
    assert made.notes == []


def test_a_journal_that_cannot_be_read_makes_no_report(here: Path) -> None:
    def damaged(_: float) -> Sequence[Entry]:
        raise UnavailableError("the journal is damaged")

    made = Standin(options=TerminalOptions(records=damaged))
    made.speak("report it.md")
    assert list(here.iterdir()) == []
    assert made.notes[-1] == "the journal is damaged"
    made.do("journal")
    assert made.view.sheet is not None
    assert "damaged" in as_text(made.view.sheet.draw(60, Looks()))


def test_a_report_waits_for_who_changed_what_but_not_for_ever(here: Path) -> None:
    world = samples.world()
    unknown = replace(world.rows[samples.API], explained=False)
    made = recording(world=replace(world, rows={**world.rows, samples.API: unknown}))
    made.speak("report it.md")
    made.session.look(made.view.snapshot)
    assert made.commands == [Explain(samples.API)]
    assert list(here.iterdir()) == []
    made.session.look(world)
    assert [path.name for path in here.iterdir()] == ["it.md"]
    assert made.session.waiting == []

    late = recording(world=made.world)
    late.speak("report late.md")
    late.now += ASKED_FOR_S
    late.session.look(late.view.snapshot)
    assert (here / "late.md").exists()


def test_a_pane_is_saved_as_it_reads(here: Path) -> None:
    made = recording()
    made.go(made.view.focus.on(Pane.COMMITS))
    made.do("save")
    (dialog,) = made.dialogs
    assert isinstance(dialog, CommandLine)
    assert dialog.begun == f"save {dated('view', 'txt', samples.NOW)}"
    assert made.speak("save it.txt") == ""
    assert (here / "it.txt").read_text().splitlines() == [c.id for c in samples.HISTORY]
    assert made.notes == [f"what commits shows is in {here / 'it.txt'}"]


async def test_the_journal_is_read_beside_and_lists_what_went_wrong(tmp_path: Path) -> None:
    path = tmp_path / "view.txt"
    async with playing((120, 40), records=lambda _: [entry()]) as stage:
        stage.app.desk.note("webhook says no", Role.ERROR, sticky=True)
        await stage.press("@")
        await stage.until(lambda: "heal Deployment payments/api" in stage.pane("changes"))
        assert "webhook says no" in stage.pane("changes")
        assert "of the last 1d" in str(stage.app.desk.panes.changes.border_title)
        await stage.press("escape", "escape", "ctrl+s", "ctrl+u", *f"save {path}", "enter")
        await stage.until(lambda: str(path) in stage.bar("note"))
        assert "payments" in path.read_text()
