"""What a controller finds out of itself before it begins: its key, and the rights that it lacks.

The key of the digests of secrets lies in a Secret of its own.  What a pod has in files goes with
it, and with another key every Secret of the inventories would look as if Git had moved.
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from core.cluster import Inquiry, inquiry, pod_namespace
from core.errors import ProductError, RejectedError, UnavailableError
from core.installation.examining import missing_words, question_of
from core.installation.rights import KEY, Own, rights_of_itself
from core.settings.reading import Settings
from core.settings.running.controller import home_of

RETRY_S: Final = 5.0
_NAME: Final = "digest.key"
_LENGTH: Final = 32  # bytes


async def pods_key(
    settings: Settings,
    say: Callable[[str], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bytes | None:
    """Return the key, and say which rights are missing; None outside of a pod, or without one.

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
            async with inquiry(home) as asked:
                if any(app.cluster == home.name for app in settings.apps) or settings.layouts:
                    await tell_missing(asked, Own(namespace=namespace), say)
                return await _kept(asked, namespace)
        except UnavailableError as error:
            if str(error) != told:
                told = str(error)
                say(f"waiting for the key of the digests of secrets: {told}")
            await sleep(RETRY_S)
        except ProductError as error:
            say(f"digests of secrets hold for this process alone: {error}")
            break
    return None


async def tell_missing(asked: Inquiry, own: Own, say: Callable[[str], None]) -> None:
    """Name what else would only show late: that kinds come and go, or that nobody hears of it.

    Raises:
        ProductError: The server does not say.
    """
    rights = rights_of_itself(own)
    answers = await asked.allowed(map(question_of, rights))
    for words in missing_words(right for right in rights if not answers[question_of(right)]):
        say(f"this account {words}; driftdeck install grants it")


async def _kept(asked: Inquiry, namespace: str) -> bytes:
    found = await asked.kept(namespace, KEY, _NAME, secrets.token_bytes(_LENGTH))
    if len(found) != _LENGTH:
        raise RejectedError(f"the Secret {KEY} holds something else under {_NAME}")
    return found
