"""Whether a server takes its key: asked with the cheapest request there is, which costs nothing."""

from __future__ import annotations

import logging

from voicedesk.core.errors import ServerError, UnreachableError, WrongKeyError
from voicedesk.providers.http import HttpServer, Source

log = logging.getLogger(__name__)

CHECK_S = 10.0
"""A server that has not answered by then is not asked any further."""


async def check_key(source: Source) -> None:
    """Ask a server for its models. What else it answers, or that it has no such list, says nothing of the key.

    Args:
        source: Gives its address and key; may raise ServerError itself.

    Raises:
        ServerError: It refuses the key, or nobody answers.
    """
    server = HttpServer(source, stall_s=CHECK_S)
    try:
        async with server.exchange(
            lambda link: link.http.stream("GET", link.url("/models"), headers=link.headers)
        ):
            return
    except WrongKeyError as error:
        if "scope" not in error.detail.lower():  # a key may be good for everything but this list
            raise
        log.info("a key that may not list models: %s", error.detail)
    except UnreachableError:
        raise
    except ServerError as error:
        log.info("models are not listed: %s (%s)", error, error.detail)
    finally:
        await server.close()
