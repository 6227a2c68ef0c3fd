"""Acting, without a screen: what opens, what is submitted at once, what is remembered."""

from dataclasses import replace

from core.reconcile.memory.commands import SetHeal, SetWriting
from tests.tui import samples
from tests.tui.standin import Standin
from tui.dialogs.asking import Question
from tui.dialogs.proposals.proposed import Proposed
from tui.dialogs.writing import end_writing
from tui.model.focus import Pane
from tui.model.session import WRITE_FOR_S
from tui.options import TerminalOptions


def test_sync_and_revert_change_nothing_but_open_a_preview() -> None:
    made = Standin()
    assert made.do("sync") == ""
    made.go(made.view.focus.on(Pane.COMMITS))
    assert made.do("revert") == ""
    assert [type(dialog) for dialog in made.dialogs] == [Proposed, Proposed]
    assert made.commands == []
    assert not made.session.writing_now


def test_marks_of_two_clusters_open_one_preview_each() -> None:
    made = Standin()
    rows = dict(samples.rows())
    rows[samples.FLAGS] = replace(rows[samples.FLAGS], cluster="lab")
    made.view.take(replace(made.world, rows=rows))
    made.view.marks = frozenset({samples.FLAGS, samples.API})
    made.do("sync")
    assert len(made.dialogs) == 2


def test_heal_is_asked_for_and_off_at_once() -> None:
    made = Standin()
    made.do("heal")
    assert [type(dialog) for dialog in made.dialogs] == [Proposed]
    assert made.commands == []
    made.select_app("search")
    made.do("heal")
    assert made.commands == [SetHeal(frozenset({"search"}), enabled=False)]
    assert made.notes == ["heal is off for search"]
    assert len(made.dialogs) == 1


def test_heal_can_be_switched_off_even_where_writing_is_forbidden() -> None:
    made = Standin(options=TerminalOptions(read_only=True))
    made.select_app("search")
    assert made.do("heal") == ""
    assert made.commands == [SetHeal(frozenset({"search"}), enabled=False)]


def test_writing_is_asked_for_then_allowed_for_half_an_hour() -> None:
    made = Standin()
    made.do("write")
    (question,) = made.dialogs
    assert isinstance(question, Question)
    assert made.commands == []
    question.confirmed()
    assert made.commands == [SetWriting(enabled=True)]
    assert made.session.write_until == samples.NOW + WRITE_FOR_S
    assert not made.session.lapsed(samples.NOW + WRITE_FOR_S - 1)
    assert made.session.lapsed(samples.NOW + WRITE_FOR_S)


def test_writing_ends_at_once_and_forgets_its_end() -> None:
    made = Standin(replace(samples.world(), writing=True))
    made.session.write_until = samples.NOW + 5
    made.do("write")
    assert made.dialogs == []
    assert made.commands == [SetWriting(enabled=False)]
    assert made.notes == ["read-only again"]
    assert not made.session.lapsed(samples.NOW + 10)
    end_writing(made, "over")
    assert made.notes[-1] == "over"


def test_space_marks_goes_on_and_takes_a_mark_back() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.do("mark")
    made.do("mark")
    assert made.view.marks == {samples.FLAGS, samples.API}
    made.rows(Pane.RESOURCES).move(-1)
    made.do("mark")
    assert made.view.marks == {samples.FLAGS}
