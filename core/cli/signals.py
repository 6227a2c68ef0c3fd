"""Signals end a command as its user meant it: what runs is cancelled, and the exit code tells."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, Final

_STOPPING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def run_coroutine(main: Coroutine[Any, Any, int]) -> int:
    """Run *main* in a loop of its own; HUP, INT and TERM cancel it and decide the exit code.

    One that was ignored when the program began stays ignored: that is what `nohup` asks for.
    """
    return asyncio.run(_until_signal(main))


async def _until_signal(main: Coroutine[Any, Any, int]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(main)
    caught: list[int] = []

    def stop(number: int) -> None:
        caught.append(number)
        task.cancel()
        for other in obeyed:  # a second one does not ask
            loop.remove_signal_handler(other)

    obeyed = [each for each in _STOPPING if signal.getsignal(each) is not signal.SIG_IGN]
    for number in obeyed:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if caught:
            return 128 + caught[0]
        raise
    finally:
        for number in obeyed:
            loop.remove_signal_handler(number)
