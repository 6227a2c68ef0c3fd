"""The application: one engine thread, one screen, and the way out.  Wiring only."""

import asyncio
import gc
import traceback
from collections.abc import Callable, Sequence
from time import monotonic, time
from typing import ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, NoColor
from textual.timer import Timer
from typing_extensions import override

from core.clean import clean
from core.cli.exit_codes import BUG, code_of_error
from core.errors import ProductError
from core.reconcile.memory.commands import SetWriting
from tui.actions.leave import ALWAYS_QUIT
from tui.desk import Desk
from tui.engine_thread import EngineThread
from tui.options import EngineLike, TerminalOptions
from tui.theme.palette import PALETTES
from tui.theme.styles import MONO_STYLES, styles_of, textual_theme
from tui.widgets.safety import AsciiOnly, Backstop

PAINT_EVERY_S: Final = 0.25


class DriftApp(App[None], inherit_bindings=False):
    """Shows an engine's snapshots."""

    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, "ask_to_leave", show=False, priority=True) for key in ALWAYS_QUIT
    ]
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(
        self,
        engine_factory: Callable[[], EngineLike],
        *,
        options: TerminalOptions,
        clock: Callable[[], float] = time,
        shown: Callable[[], None] = lambda: None,
    ) -> None:
        """Show the engine that *engine_factory* builds inside its own thread.

        *shown* is called once the app can be told to leave.
        """
        super().__init__(ansi_color=None if options.color else True)
        self.options = options
        self.animation_level = "none"
        self._last_filters: list[LineFilter] = [Backstop()]
        self._last_filters += [AsciiOnly()] if options.ascii else []
        self._last_filters += [] if options.color else [NoColor()]
        self.register_theme(textual_theme(options.theme))
        self.theme = f"driftdeck-{options.theme}"
        self.set_class(options.ascii, "-ascii")
        self.engine = EngineThread(engine_factory, self)
        styles = styles_of(PALETTES[options.theme]) if options.color else MONO_STYLES
        self.desk = Desk(
            options, self.engine.submit, clock=clock, styles=styles, quit_now=self.leave
        )
        self._shown = shown
        self._loop_to_leave: asyncio.AbstractEventLoop | None = None
        self.farewell = ""  # for stderr, once the terminal is restored
        self._painted_at = 0.0
        self._paint_timer: Timer | None = None
        self._frozen = False

    def on_mount(self) -> None:
        """Show the screen first, then start the engine."""
        self.push_screen(self.desk)
        self._loop_to_leave = asyncio.get_running_loop()
        self._shown()
        self.run_worker(self.engine.main, name="engine", thread=True)
        if self.options.write and not self.options.read_only:
            self.engine.submit(SetWriting(enabled=True))

    @override
    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._last_filters]

    # The engine ---------------------------------------------------------------------------------

    def on_engine_thread_ready(self) -> None:
        """Paint at most four times a second, and at once after a quiet moment."""
        if self._paint_timer is not None:
            return
        wait_s = self._painted_at + PAINT_EVERY_S - monotonic()
        if wait_s <= 0:
            self._paint()
        else:
            self._paint_timer = self.set_timer(wait_s, self._paint)

    def _paint(self) -> None:
        self._paint_timer = None
        self._painted_at = monotonic()
        snapshot = self.engine.take()
        if snapshot is None or not self.desk.is_mounted:
            return
        self.desk.take(snapshot)
        if snapshot.complete and snapshot.apps and not self._frozen:
            self._frozen = True
            gc.collect()
            gc.freeze()  # a full collection later costs 22 ms at 10,000 objects, frozen none

    def on_engine_thread_ended(self, event: EngineThread.Ended) -> None:
        """Expected failures end with their words; anything else is our bug."""
        if not isinstance(event.error, ProductError):
            raise event.error
        self.farewell = clean(str(event.error))
        self.leave(code_of_error(event.error))

    # The way out --------------------------------------------------------------------------------

    def action_ask_to_leave(self) -> None:
        """Quit from wherever the keys are."""
        self.desk.action_do("quit")

    def leave(self, code: int = 0) -> None:
        """Stop the engine first: Textual waits for its thread."""
        self.engine.stop()
        self.exit(return_code=code)

    def leave_soon(self, code: int) -> None:
        """Leave as soon as the app gets to it; for signal handlers, which interrupt it anywhere."""
        loop = self._loop_to_leave
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.leave, code)

    def on_unmount(self) -> None:
        """However the app ended, its engine ends."""
        self.engine.stop()

    @override
    def _fatal_error(self) -> None:
        """A traceback without locals (they hold tokens), cleaned; exit code 70, not 1."""
        self.engine.stop()
        self._return_code = BUG
        text = clean(traceback.format_exc(), multiline=True)
        self.farewell = f"this is a bug in driftdeck.\n\n{text}"
        self._close_messages_no_wait()
