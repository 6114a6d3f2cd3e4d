"""An answer as server-sent events, whose end, however it comes, hangs up on the engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fimbot.apps.serve.incoming import UnlessGone


class BrokenOff(Exception):
    """There is no more to come, and the answer is not whole."""


class Events(Response):
    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        source: AsyncGenerator[Any, None],
        hung_up: Callable[[], None],
    ) -> None:
        """`source` is what `events` are made from, closed even where they were never begun."""
        # Some proxies hold an answer back until it is whole, unless they are told.
        super().__init__(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        )
        del self.headers["Content-Length"]
        self._events, self._source, self._hung_up = events, source, hung_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._source), aclosing(self._events):
            try:
                async with UnlessGone(receive):
                    await self._send(send)
            except ClientDisconnect:
                self._hung_up()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async for event in self._events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
        except BrokenOff:
            # Without the last chunk, so that a client which knows no error events takes half an answer for
            # no whole one either.
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
