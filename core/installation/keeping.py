"""The key of the digests of secrets, for a controller: a Secret of its own has it.

What a pod has in files goes with it, and with another key every Secret of the inventories would
look as if Git had moved.
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from core.cluster import inquiry, pod_namespace
from core.errors import ProductError, RejectedError, UnavailableError
from core.installation.rights import KEY
from core.model import ClusterSpec
from core.settings.controller import home_of
from core.settings.reading import Settings

RETRY_S: Final = 5.0
_NAME: Final = "digest.key"
_LENGTH: Final = 32  # bytes


async def pods_key(
    settings: Settings,
    say: Callable[[str], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bytes | None:
    """Return the key; None outside of a pod, and where it cannot be had.

    Args:
        settings: They name the cluster that the controller lives in.
        say: Takes why there is none, or what is waited for.
        sleep: Waits, while the server is away.
    """
    namespace = pod_namespace(os.environ)
    if not namespace or not any(one.in_cluster for one in settings.named):
        return None
    home, told = home_of(settings.controller, settings.named), ""
    while home.in_cluster:
        try:
            return await _kept(home, namespace)
        except UnavailableError as error:
            if str(error) != told:
                told = str(error)
                say(f"waiting for the key of the digests of secrets: {told}")
            await sleep(RETRY_S)
        except ProductError as error:
            say(f"digests of secrets hold for this process alone: {error}")
            break
    return None


async def _kept(home: ClusterSpec, namespace: str) -> bytes:
    async with inquiry(home) as asked:
        found = await asked.kept(namespace, KEY, _NAME, secrets.token_bytes(_LENGTH))
    if len(found) != _LENGTH:
        raise RejectedError(f"the Secret {KEY} holds something else under {_NAME}")
    return found
