"""Bookmarks: kept between runs, the user's alone, and of what is gone it is said."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.model import Key, ObjectRef
from tests.tui import samples
from tests.tui.standin import Standin
from tui.dialogs.command.line import CommandLine
from tui.model.bookmarks import KEPT_MAX, Mark, called, decoded, encoded, toggled
from tui.model.focus import Pane

NAMESPACE = Key("payments", ObjectRef("", "Namespace", "", "payments"))


def test_they_are_read_as_they_were_written_and_no_more_than_the_newest() -> None:
    marks: tuple[Mark, ...] = (samples.API, "checkout", NAMESPACE)
    assert decoded(encoded(marks)) == marks
    assert len(decoded(encoded(["a"] * (KEPT_MAX + 5)))) == KEPT_MAX


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'[{"kind": "x"}]', b"\xff"])
def test_a_damaged_file_is_none(text: bytes) -> None:
    assert decoded(text) == ()


def test_the_same_key_takes_one_out_again() -> None:
    assert toggled(toggled((), samples.API), "checkout") == (samples.API, "checkout")
    assert toggled((samples.API, "checkout"), samples.API) == ("checkout",)


def test_each_has_a_name_that_can_be_typed() -> None:
    assert [called(mark) for mark in (samples.API, NAMESPACE, "checkout")] == [
        "payments Deployment/payments/api",
        "payments Namespace/payments",
        "checkout",
    ]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "driftdeck"


def _kept() -> Standin:
    made = Standin()
    made.do("bookmark")
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.rows(Pane.RESOURCES).go_to(samples.API)
    made.do("bookmark")
    return made


def test_an_object_and_an_app_last_between_runs(state: Path) -> None:
    assert _kept().notes == ["kept payments", "kept payments Deployment/payments/api"]
    file = state / "bookmarks.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in state.iterdir()] == [file.name]
    later = Standin()
    later.do("bookmarks")
    (dialog,) = later.dialogs
    assert isinstance(dialog, CommandLine)
    phrase = next(each for each in later.phrases if each.name == "bookmarks")
    assert [(each.text, each.says) for each in phrase.offers(later, "")] == [
        ("payments Deployment/payments/api", "drifted"),
        ("payments", "an app"),
    ]
    later.select_app("search")
    assert later.speak("bookmarks payments Deployment/payments/api") == ""
    assert (later.view.app, later.selected) == ("payments", samples.API)
    assert later.speak("bookmarks payments") == ""
    assert later.view.focus.pane is Pane.APPS


def test_what_is_gone_is_said(state: Path) -> None:
    del state
    _kept()
    later = Standin(replace(samples.world(), rows={}, apps=()))
    assert later.speak("bookmarks payments").startswith("there are no bookmarks")
    later.do("bookmarks")
    assert later.speak("bookmarks payments") == 'there is no app "payments" now'
    assert later.speak("bookmarks payments Deployment/payments/api").endswith("is not there now")
    assert later.speak("bookmarks x") == 'there is no bookmark "x"'


def test_where_it_cannot_be_written_it_lasts_as_long_as_the_terminal(state: Path) -> None:
    state.parent.joinpath("driftdeck").write_text("a file in the way")
    made = Standin()
    made.do("bookmark")
    assert "it lasts until you leave" in made.notes[0]
    assert made.session.bookmarks == ("payments",)
    made.do("bookmarks")
    assert len(made.dialogs) == 1
