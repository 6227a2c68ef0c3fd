"""Lines that change something: each opens the preview of its key, but for steps to safety.

A pause is its own question: how long and why are typed in the line itself.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from core.model import Commit
from core.settings.readers import seconds_in
from tui.actions.act import HEAL, WRITE
from tui.actions.hold import ask_end, ask_pause, begin, targets, why_not_pause
from tui.dialogs.pausing import typed_pause
from tui.dialogs.proposals.heal import Heal
from tui.dialogs.proposals.proposed import Proposed
from tui.dialogs.proposals.revert import Revert
from tui.dialogs.proposals.undo import Undo
from tui.dialogs.writing import ask_writing, end_writing
from tui.model.comparing import listed
from tui.model.session import HEAL_FOR_S, WRITE_FOR_S
from tui.model.view import READ_ONLY_FLAG
from tui.surface import Offer, Phrase, Surface, forbidden

ACK_FOR_S: Final = 7200.0
_UNITS: Final = "smhd"
_LENGTHS: Final = ("30m", "2h", "1d")

# Pause ------------------------------------------------------------------------------------------


def _pause(on: Surface, text: str, *, for_s: float | None = None) -> str:
    """Set aside at once what is marked, under the cursor, or the app; without words it asks."""
    if not text:
        ask_pause(on)
        return ""
    if forbidden(on):
        return forbidden(on)
    found = typed_pause(text, for_s)
    if found is None:
        return "write how long and why: 2h incident 7"
    begin(on, targets(on), *found)
    return ""


def _lengths(_: Surface, text: str) -> Iterable[Offer]:
    return [Offer(f"{length} ", "then why") for length in _LENGTHS] if " " not in text else []


def _resume(on: Surface, text: str) -> str:
    return "resume takes nothing: choose what is paused" if text else ask_end(on)


# Heal and write ---------------------------------------------------------------------------------


def _heal(on: Surface, text: str) -> str:
    app = on.view.app_view
    assert app is not None  # the phrase says why not
    if not text:
        return HEAL.attempt(on)
    word, _, length = text.partition(" ")
    if word == "off" and not length:
        return HEAL.attempt(on) if app.healing else f"heal is off for {app.spec.name}"
    for_s = seconds_in(length, _UNITS) if length else HEAL_FOR_S
    if word != "on" or not for_s:
        return "write heal on 30m, or heal off"
    if on.options.read_only:
        return READ_ONLY_FLAG
    on.show(Proposed(on, Heal(app.spec, for_s)))
    return ""


def _heals(on: Surface, _: str) -> Iterable[Offer]:
    app = on.view.app
    yield from (Offer(f"on {length}", f"{app}: a preview first") for length in _LENGTHS)
    yield Offer("off", f"{app}: at once")


def _write(on: Surface, text: str) -> str:
    for_s = seconds_in(text, _UNITS) if text else WRITE_FOR_S
    if not for_s:
        return "write how long: write 30m"
    ask_writing(on, for_s)
    return ""


def _readonly(on: Surface, text: str) -> str:
    if text:
        return "readonly takes nothing"
    if not on.view.snapshot.writing:
        return "it is read-only"
    end_writing(on, "read-only again")
    return ""


# Git and the journal ----------------------------------------------------------------------------


def _undo_commit(on: Surface, text: str, *, back: bool) -> str:
    """Preview the undoing of a commit of this app, or the way back to it."""
    app = on.view.app
    if app is None:
        return "there is no app"
    commit = listed(on.view, app, text)
    if commit is None:
        return f'"{text}" is none of the commits of {app} that are listed (3)'
    on.show(Proposed(on, Revert(app, commit, back)))
    return ""


def _commits(on: Surface, _: str) -> Iterable[Offer]:
    return map(_offer, on.view.history_of(on.view.app or ""))


def _offer(commit: Commit) -> Offer:
    return Offer(commit.id[:7], commit.subject)


def _undo(on: Surface, text: str) -> str:
    if text and not text.isdecimal():
        return "write the number of an entry of the journal, or nothing for the newest write"
    on.show(Proposed(on, Undo(int(text) if text else None)))
    return ""


def _no_app(on: Surface) -> str:
    return "" if on.view.app_view is not None else "there is no app"


def _of_commit(name: str, does: str, *, back: bool) -> Phrase:
    do: Callable[[Surface, str], str] = partial(_undo_commit, back=back)
    return Phrase(name=name, takes="SHA", does=does, do=do, offers=_commits, why_not=_no_app)


PHRASES: Final = (
    Phrase(
        name="pause",
        takes="2h WHY",
        does="leave this object, the marks or the app alone for a time",
        do=_pause,
        why_not=why_not_pause,
        offers=_lengths,
    ),
    Phrase(
        name="ack",
        takes="WHY",
        does="somebody knows of it: leave it alone for two hours, or 30m WHY",
        do=partial(_pause, for_s=ACK_FOR_S),
        why_not=why_not_pause,
        offers=_lengths,
    ),
    Phrase(
        name="resume",
        does="take it up again, after a question",
        do=_resume,
        why_not=why_not_pause,
    ),
    Phrase(
        name="heal",
        takes="on 30m",
        does="put drift of this app back unasked for a time; heal off ends it at once",
        do=_heal,
        why_not=_no_app,
        offers=_heals,
    ),
    Phrase(
        name="write",
        takes="30m",
        does="allow writing for a time, after a question",
        do=_write,
        why_not=WRITE.why_not,
        offers=lambda _, __: [Offer(length) for length in _LENGTHS],
    ),
    Phrase(name="readonly", does="forbid writing at once", do=_readonly),
    _of_commit("revert", "undo a commit of this app with a new one: a preview first", back=False),
    _of_commit("rollback", "make the folder what it was at a commit: a preview first", back=True),
    Phrase(
        name="undo",
        takes="[NUMBER]",
        does="put back what the last sync or heal, or an entry of the journal, changed",
        do=_undo,
    ),
)
