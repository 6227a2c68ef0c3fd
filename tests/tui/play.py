"""Runs the terminal on the sample world: `python -m tests.tui.play [fail]`, for tests at a pty."""

import sys
from threading import Timer

from tests.tui import samples
from tests.tui.scripted import Scripted
from tests.tui.stage import answered
from tui.options import TerminalOptions
from tui.run import run


def main() -> int:
    """Run until the keys or a signal end it."""
    engine = Scripted(samples.world())
    engine.answer = answered
    if "fail" in sys.argv:
        timer = Timer(0.8, engine.fail, [ValueError("token \x1b[2J leaked?")])
        timer.daemon = True
        timer.start()
    return run(engine.build, TerminalOptions())


if __name__ == "__main__":
    sys.exit(main())
