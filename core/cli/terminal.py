"""`driftdeck`: starts the terminal; the only place that loads it, and only when asked for."""

import importlib

from core.cli.options import Options
from core.cli.session import EngineLike, connected, settings_of
from core.settings import Settings


def run(options: Options) -> int:
    """Read the settings, so that their faults are told plainly; then open the terminal."""
    return start(settings_of(options), options)


def start(settings: Settings, options: Options, *, title: str = "") -> int:
    """Open the terminal on *settings*; it builds the engine in the engine's own thread."""

    def engine_factory() -> EngineLike:
        writing = options.write or options.autoheal
        return connected(settings, healing=options.autoheal, writing=writing)

    wanted = importlib.import_module("tui.options").TerminalOptions(
        write=options.write,
        read_only=options.read_only,
        healing=options.autoheal,
        ascii=options.ascii,
        mouse=not options.no_mouse,
        color=not options.no_color,
        title=title,
    )
    code: int = importlib.import_module("tui.run").run(engine_factory, wanted)
    return code
