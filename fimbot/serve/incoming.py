"""What a client sends, in bounded size and time; and whether it is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

# A prompt that fills a context of 256k tokens.
MAX_BODY_BYTES = 1_000_000
# Over the slowest mobile network this is time for 1 MB.
BODY_SECONDS = 20.0

Result = TypeVar("Result")


class TooLarge(Exception):
    pass


class TooSlow(Exception):
    pass


async def read_body(request: Request) -> bytes:
    """Raises `TooLarge`, `TooSlow`, and `ClientDisconnect`."""
    told = request.headers.get("Content-Length", "")
    if told.isdecimal() and int(told) > MAX_BODY_BYTES:
        raise TooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise TooLarge
    except TimeoutError:
        raise TooSlow from None
    return bytes(body)


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives. It is cancelled when the client hangs up: `ClientDisconnect`.

    For the time after the body has been read.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
