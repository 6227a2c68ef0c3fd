"""Everything that changes something: each key opens a dialog first (K2).

Only steps to safety act at once: heal off, writing off.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from rich.style import Style
from textual.screen import Screen

from core.model import Commit, Key, Problem, Remedy, Run, Snapshot
from core.reconcile.memory.inputs import Command, Refresh, SetHeal, SetWriting
from tui.dialogs.asking import HealDialog, Question
from tui.dialogs.plan import Means, PlanDialog
from tui.dialogs.preview import Preview
from tui.dialogs.revert import RevertDialog
from tui.keymap import BY_ID
from tui.options import TerminalOptions
from tui.palette import Role
from tui.text.plans import objects
from tui.text.rows import Looks
from tui.text.spans import say
from tui.view import READ_ONLY, READ_ONLY_FLAG, View

WRITE_FOR_S = 1800.0


@dataclass(slots=True, kw_only=True)
class Surface:
    """What the flows need of the screen."""

    screen: Screen[None]
    view: View
    options: TerminalOptions
    submit: Callable[[Command], None]
    note: Callable[[str, Role, bool], None]  # words, role, whether they stay
    looks: Callable[[], Looks]
    selected: Callable[[], object]
    styles: Mapping[Role, Style] = field(default_factory=dict)


class Flows:
    """Sync, revert, heal, write: from the key to the result."""

    def __init__(self, surface: Surface) -> None:
        """Act for *surface*."""
        self._on = surface
        self._numbers = count(1)
        self._dialog: Preview | None = None
        self._next: list[frozenset[Key]] = []  # previews of other clusters, after this one
        self._runs: dict[int, frozenset[Key]] = {}  # ours, not finished
        self.write_until: float | None = None

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """By action id."""
        return {
            "sync": self._sync,
            "revert": self._revert,
            "heal": self._heal,
            "write": self._write,
            "refresh": self._refresh,
        }

    # Keys ---------------------------------------------------------------------------------------

    def _sync(self) -> None:
        on = self._on
        selected = on.selected()
        keys, _ = on.view.to_sync(selected if isinstance(selected, Key) else None)
        first, *self._next = on.view.by_cluster(keys)
        self._open(PlanDialog(self._means(), first, opened_by=_opener("sync")))

    def _revert(self) -> None:
        view, selected = self._on.view, self._on.selected()
        commit = next((commit for commit in view.commits() if commit.id == selected), None)
        if commit is not None and view.app is not None:
            self._open_revert(view.app, commit)

    def _open_revert(self, app: str, commit: Commit) -> None:
        self._open(RevertDialog(self._means(), app, commit, opened_by=_opener("revert")))

    def _heal(self) -> None:
        view = self._on.view
        app = view.app_view
        if app is None:
            return
        if app.healing:
            self._on.submit(SetHeal(frozenset({app.spec.name}), enabled=False))
            self._on.note(f"heal is off for {say(app.spec.name)[0]}", Role.TEXT, False)
            return
        drifted = view.drifted_in(app.spec.name)
        self._open(HealDialog(self._means(), app, drifted, opened_by=_opener("heal")))

    def _write(self) -> None:
        if self._on.view.snapshot.writing:
            self._end_writing("read-only again")
            return
        self._open(
            Question(
                "Allow writing",
                "For 30 minutes sync, revert and heal may write to the cluster and to Git. "
                "Each still shows what it would do first. W ends it at once.",
                "Allow",
                self._allow_writing,
                styles=self._on.styles,
                opened_by=_opener("write"),
            )
        )

    def _allow_writing(self) -> None:
        self.write_until = self._on.looks().now + WRITE_FOR_S
        self._on.submit(SetWriting(enabled=True))

    def _end_writing(self, words: str) -> None:
        self.write_until = None
        self._on.submit(SetWriting(enabled=False))
        self._on.note(words, Role.TEXT, False)

    def _refresh(self) -> None:
        self._on.submit(Refresh())
        self._on.note("reading Git again", Role.MUTED, False)

    # Dialogs ------------------------------------------------------------------------------------

    def _means(self) -> Means:
        on = self._on
        return Means(
            submit=on.submit,
            numbers=self._numbers,
            looks=on.looks,
            role_styles=on.styles,
            forbidden=self._forbidden,
            started=self._started,
        )

    def _forbidden(self) -> str:
        if self._on.options.read_only:
            return READ_ONLY_FLAG
        return "" if self._on.view.snapshot.writing else READ_ONLY

    def _started(self, run: int, keys: frozenset[Key]) -> None:
        self._runs[run] = keys
        self._on.view.marks = frozenset()

    def _open(self, dialog: Preview) -> None:
        self._dialog = dialog
        self._on.screen.app.push_screen(dialog, self._closed)

    def _closed(self, _: None) -> None:
        self._dialog = None
        if self._next:
            self._open(PlanDialog(self._means(), self._next.pop(0)))

    # Time and snapshots -------------------------------------------------------------------------

    @property
    def writing_now(self) -> bool:
        """Whether a sync or a revert that was asked for here is not finished."""
        return bool(self._runs)

    def tick(self, now: float) -> None:
        """Writing ends by itself."""
        if self.write_until is not None and now >= self.write_until:
            self._end_writing("30 minutes are over: read-only again")

    def take(self, snapshot: Snapshot) -> None:
        """Pass the world on to the open dialog, and tell how runs went."""
        if self._dialog is not None and self._dialog.is_attached:
            self._dialog.take(snapshot)
        for run in snapshot.runs:
            if run.id in self._runs:
                self._tell(run)

    def _tell(self, run: Run) -> None:
        if not run.finished:
            self._on.note(f"{run.what}: {run.done} of {run.total}", Role.HEALING, False)
            return
        keys = self._runs.pop(run.id)
        if keys and run.problems and all(_is_outdated(each) for each in run.problems):
            self._on.note("the world changed first: here is the new plan", Role.AMBER, False)
            self._open(PlanDialog(self._means(), keys))
        elif run.problems:
            reasons = "; ".join(say(problem.words)[0] for problem in run.problems)
            words = _done(run) if run.done == run.total and run.total else f"{run.what} failed"
            self._on.note(f"{words}: {reasons}", Role.ERROR, True)
        else:
            self._on.note(_done(run), Role.GIT, False)


def _is_outdated(problem: Problem) -> bool:
    return problem.remedy is Remedy.LOOK_AGAIN


def _done(run: Run) -> str:
    if run.what == "revert":
        synced = f"{objects(run.done)} synced" if run.total else "nothing to sync"
        return f"reverted as {say(run.revision[:7])[0]}, {synced}"
    return f"synced {objects(run.done)}"


def _opener(action_id: str) -> str:
    return BY_ID[action_id].keys[0]
