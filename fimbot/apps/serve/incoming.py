"""What a client sends, in bounded size and time; and whether it is still there."""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

# A prompt that fills a context of 256k tokens.
MAX_BODY_BYTES = 1_000_000
# Over the slowest mobile network this is time for 1 MB.
BODY_SECONDS = 20.0


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


class UnlessGone:
    """Around what is done for a client, once the body has been read: it is cancelled when the client hangs up, and
    `ClientDisconnect` raised."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False

    async def __aenter__(self) -> None:
        self._working = asyncio.current_task()
        self._watching = asyncio.ensure_future(_until_gone(self._receive))
        self._watching.add_done_callback(self._cancel)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watching.cancel()
        if self._gone and kind is asyncio.CancelledError and not self._uncancelled():
            raise ClientDisconnect from None

    def _cancel(self, watching: asyncio.Task[None]) -> None:
        if not watching.cancelled() and self._working is not None:
            self._gone = True
            self._working.cancel()

    def _uncancelled(self) -> int:
        """How many others want it cancelled too."""
        return self._working.uncancel() if self._working is not None else 0


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
