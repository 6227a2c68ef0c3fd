"""Reads the schema of one kind, and goes on trying for as long as it cannot be read."""

import asyncio
from collections.abc import Callable

from core.clock import Clock
from core.cluster.connection.answers import LinkError
from core.cluster.connection.backoff import Backoff
from core.cluster.connection.link import Link
from core.cluster.discovery.openapi import OpenApi
from core.compare import Schema
from core.errors import DeniedError, ProductError
from core.model import KindRef


class SchemaReader:
    """Tells the schema of a kind; None, where the server answers and publishes none."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        openapi: OpenApi,
        kind: KindRef,
        tell: Callable[[Schema | None], None],
    ) -> None:
        """Read nothing yet."""
        self._link, self._clock, self._openapi = link, clock, openapi
        self._kind, self._tell = kind, tell
        self._task: asyncio.Task[None] | None = None
        self._schema: Schema | None = None  # the one that was told
        self.known = False  # something was told

    def read(self, group: asyncio.TaskGroup) -> None:
        """Read it, again if it was read."""
        self.stop()
        self._task = group.create_task(self._read())

    def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()

    async def _read(self) -> None:
        """Tell the schema; where it cannot be read now, go on without it and try again."""
        backoff = Backoff(self._clock)
        while True:
            await self._link.up.wait()
            try:
                schema = await self._openapi.schema(self._kind)
            except ProductError as error:
                if not self.known and not isinstance(error, LinkError):
                    self._told(None)
                if isinstance(error, DeniedError):
                    return
                await self._clock.sleep(backoff.next_s())
                continue
            if not self.known or schema is not self._schema:
                self._told(schema)
            return

    def _told(self, schema: Schema | None) -> None:
        self.known, self._schema = True, schema
        self._tell(schema)
