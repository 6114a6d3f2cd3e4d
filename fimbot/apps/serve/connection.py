"""uvicorn's HTTP/1.1, and what it leaves to a proxy in front of it: clients that send or read too slowly."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any, Self

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from fimbot.apps.serve.incoming import BODY_SECONDS

HEADER_SECONDS = 10.0
# For what has been written to be taken by the client's side.
STALL_SECONDS = 30.0


class Connection(H11Protocol):
    """Of asyncio's own calls (https://docs.python.org/3/library/asyncio-protocol.html) and uvicorn's, only these are
    extended."""

    header_seconds = HEADER_SECONDS
    body_seconds = BODY_SECONDS
    stall_seconds = STALL_SECONDS
    most_connections = 1_000_000
    _header_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    @classmethod
    def at_most(cls, connections: int) -> type[Self]:
        """Whoever comes while there are so many is hung up on."""
        return type(cls.__name__, (cls,), {"most_connections": connections})

    def connection_made(self, transport: Any) -> None:
        # asyncio does it for sockets whose protocol is named, which those of a listener of `socket.create_server` are
        # not. Without it the end of an answer waits for the client to acknowledge its beginning: 40 ms on Linux, on
        # every connection but a new one.
        with contextlib.suppress(OSError):  # macOS: the client has gone already
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Whatever the kernel does not take at once counts as a stall, and the next write waits for it.
        transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            transport.abort()
            return
        self._expect_header()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._cancel_header_timer()
        elif self._header_timer is None:
            self._expect_header()  # of the next request on this connection
        if self.conn.their_state is not h11.SEND_BODY:
            self._cancel_body_timer()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # which may begin with the next request, and answer it
        self._cancel_body_timer()
        # Answered without its body, which may go on for ever: each byte of it puts the keep-alive's limit off.
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self._body_timer = self.loop.call_later(self.body_seconds, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_stall_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._cancel_header_timer()
        self._cancel_body_timer()
        self._cancel_stall_timer()

    def _expect_header(self) -> None:
        self._header_timer = self.loop.call_later(self.header_seconds, self._give_up)

    def _give_up(self) -> None:
        # One whose answer is over may rest between two requests: that is for the keep-alive's limit to end.
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()

    def _cancel_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _cancel_body_timer(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None

    def _cancel_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
