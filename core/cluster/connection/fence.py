"""What each write has to pass before it is sent: whoever lost the permission sends nothing more."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from core.cluster.connection.request import Request


class Fence(Protocol):
    """The permission to write, asked before every single request."""

    def passing(self, request: Request) -> AbstractContextManager[Request]:
        """Let *request* pass, with no more time than is left; it is under way in the block.

        Raises:
            OutdatedError: It must not be sent.
        """
        ...


Fences: TypeAlias = Callable[[str], Fence | None]  # by app


def unfenced(app: str) -> None:
    """Put no fence around the writes for *app*: nobody else writes."""
    del app
