"""Back closes the innermost, one a press; quitting asks only while something is written."""

from core.model import Run
from core.telling.spans import Role
from tests.tui import samples
from tests.tui.standin import Standin
from tui.dialogs.asking import Question
from tui.dialogs.help import HelpDialog
from tui.model.focus import AT_THE_TOP, Pane
from tui.model.session import Order


def _deep() -> Standin:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES).zoomed())
    made.set_filter("api")
    made.view.marks = frozenset({samples.API})
    made.note("an error", Role.ERROR, sticky=True)
    made.do("filter")
    return made


def test_escape_closes_from_the_inside_out_one_a_press() -> None:
    made = _deep()
    made.do("back")  # the prompt, and the filter that was typed in it
    assert (made.view.focus.typing, made.view.filter_of(Pane.RESOURCES).source) == (False, "")
    assert made.troubled
    made.set_filter("api")
    made.do("back")
    assert not made.troubled
    made.do("back")
    assert made.view.filter_of(Pane.RESOURCES).source == ""
    assert made.view.marks
    made.do("back")
    assert not made.view.marks
    assert made.view.focus.full_screen
    made.do("back")
    assert made.view.focus == AT_THE_TOP.on(Pane.RESOURCES)
    made.do("back")
    assert made.view.focus == AT_THE_TOP
    assert made.notes == ["an error"]
    made.do("back")
    assert made.notes[-1] == "Q quits"
    assert not made.left


def test_a_filter_stays_while_pane_0_is_left() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.set_filter("api")
    made.go(made.view.focus.opened())
    made.do("back")
    assert made.view.focus.pane is Pane.RESOURCES
    assert made.view.filter_of(Pane.RESOURCES).source == "api"


def _writing() -> Standin:
    made = Standin()
    made.session.orders[1] = Order(_told, None)
    return made


def _told(run: Run) -> str:
    return run.what


def test_quitting_is_at_once_while_nothing_is_written() -> None:
    made = Standin()
    made.do("quit")
    assert made.left
    assert made.dialogs == []


def test_quitting_during_a_write_asks_once() -> None:
    made = _writing()
    made.do("quit")
    (question,) = made.dialogs
    assert isinstance(question, Question)
    assert not made.left
    made.questioned = True
    made.do("quit")
    assert len(made.dialogs) == 1
    question.confirmed()
    assert made.left


def test_help_opens_a_page() -> None:
    made = Standin()
    made.do("help")
    assert [type(dialog) for dialog in made.dialogs] == [HelpDialog]
