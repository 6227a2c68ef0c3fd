"""The kubeconfig of another cluster in a Secret of the controller's namespace (a hub).

It is read through the API server of the pod, as its account, and again every minute: a token that
was written anew there counts without a restart.
"""

import base64
from typing import Final

import msgspec

from core.clock import Clock
from core.cluster.connection.calls import Calls
from core.cluster.connection.link import open_connection
from core.cluster.connection.paths import object_path
from core.cluster.connection.request import Request
from core.cluster.discovery.discovery import decoded
from core.cluster.login.login import Login
from core.errors import UsageError
from core.model import KindRef, Resource

SECRETS: Final = Resource(KindRef("v1", "Secret"), "secrets", namespaced=True, has_status=False)


class _Secret(msgspec.Struct):
    data: dict[str, str] | None = None

    def __repr__(self) -> str:
        return "_Secret(hidden)"


class SecretFile:
    """One key of one Secret."""

    def __init__(self, inside: Login, place: tuple[str, str], clock: Clock) -> None:
        """Read it as *inside*, the account of this pod; *place* is its name and the key."""
        self._inside, self._clock = inside, clock
        self._name, self._key = place
        self._content: bytes | None = None

    @property
    def what(self) -> str:
        """How errors name it."""
        return f"in the Secret {self._name}"

    async def read(self) -> bytes:
        """Return what it holds now, which counts from now on.

        Raises:
            UsageError: It holds no such key.
            ProductError: It cannot be read.
        """
        self._content = await self._read()
        return self._content

    async def changed(self) -> bool:
        """Tell whether it holds something else than what was read.

        Raises:
            ProductError: It cannot be read now.
        """
        return await self._read() != self._content

    async def _read(self) -> bytes:
        connection = await open_connection(self._inside)
        path = object_path(SECRETS, self._inside.namespace, self._name)
        doing = f"get secrets {self._name} in {self._inside.namespace}"
        try:
            calls = Calls(connection, self._clock)
            answer = await calls.expect(Request(path=path), doing, secret=True)
        finally:
            await connection.close()
        held = (decoded(answer, _Secret).data or {}).get(self._key)
        if held is None:
            raise UsageError(f"the Secret {self._name} has no key {self._key}")
        return base64.b64decode(held)  # as the server wrote it
