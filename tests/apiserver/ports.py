"""Ports that stay ours while the server behind them is down.

Two traps lie in the usual "bind to port 0, close, use that number".  The number comes from the
range of outgoing connections: while the API server is killed, a client that keeps dialling the
port can be given that very port as its own end, is connected to itself, and the restart fails.
And another test worker can be given the same number between our close and the server's bind.
So we draw below that range, and hold the UDP port of the same number as the sign "taken".
"""

import secrets
import socket
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
_FIRST, _LAST = 20_000, 29_999  # outgoing connections start at 32768 (Linux) or 49152 (others)
_DRAWS_MAX = 200


class ReservedPort:
    """A TCP port on loopback that no other `ReservedPort` on this machine has."""

    def __init__(self) -> None:
        """Draw until a port is free.

        Raises:
            OSError: Nearly every port is taken.
        """
        for _ in range(_DRAWS_MAX):
            number = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
            sign = _sign(number)
            if sign is not None:
                self.number, self._sign = number, sign
                return
        message = f"no free port between {_FIRST} and {_LAST} in {_DRAWS_MAX} draws"
        raise OSError(message)

    def release(self) -> None:
        """Let others draw it."""
        self._sign.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _sign(number: int) -> socket.socket | None:
    sign = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sign.bind((LOOPBACK, number))
        _check_tcp(number)
    except OSError:
        sign.close()
        return None
    return sign


def _check_tcp(number: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        listener.bind((LOOPBACK, number))
