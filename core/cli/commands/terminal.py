"""`driftdeck`: opens the terminal, which is handed in."""

from dataclasses import replace
from functools import partial
from typing import Final

from core.cli.commands.looking.journal import entries_since
from core.cli.opening import OpenTerminal, Shown
from core.cli.options import Options
from core.cli.session import EngineLike, connected, settings_of
from core.settings.reading import Settings

_NOTHING: Final = Shown()


def run(options: Options, open_terminal: OpenTerminal) -> int:
    """Read the settings, so that their faults are told plainly; then open the terminal."""
    return start(settings_of(options), options, open_terminal)


def start(
    settings: Settings, options: Options, open_terminal: OpenTerminal, shown: Shown = _NOTHING
) -> int:
    """Open the terminal on *settings*; it builds the engine in the engine's own thread."""

    def engine_factory() -> EngineLike:
        writing = options.write or options.autoheal
        return connected(settings, healing=options.autoheal, writing=writing)

    records = partial(entries_since, path=settings.journal)
    return open_terminal(engine_factory, options, replace(shown, records=records))
