"""HTTP calls that are under way, and can be hung up on from another thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fimbot.engines.connections import Connection, Connections
from fimbot.values import Deadline

# How soon after its deadline a call is hung up on.
LOOK_SECONDS = 0.1


class Call:
    """A blocking read knows only a timeout for itself: a server that drips a byte now and then never meets it, nor does
    one that is silent hear that whoever asked has gone. So the socket is shut down at the deadline, as on Ctrl-C."""

    def __init__(self, deadline: Deadline, connection: Connection) -> None:
        self.hung_up = False
        self.connection = connection
        self._deadline = deadline
        self._over = False
        self._lock = threading.Lock()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Catches each new socket (TCP, then TLS): https://www.encode.io/httpcore/extensions/#trace"""
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            with self._lock:
                self.connection.socket = stream.get_extra_info("socket")
                if self.hung_up:
                    self._shut()

    def hang_up(self) -> None:
        with self._lock:
            self.hung_up = True
            self._shut()

    def allow(self, seconds: float) -> None:
        """No more than so many from now."""
        self._deadline = self._deadline.within(seconds)

    def look(self) -> None:
        if not self.hung_up and not self._deadline.remaining():
            self.hang_up()

    def end(self) -> None:
        """From now on the connection may be another call's."""
        with self._lock:
            self._over = True

    def _shut(self) -> None:
        if self.connection.socket is not None and not self._over:
            # The plain socket's shutdown, since that of an SSLSocket would pull the TLS state away from under
            # the thread that reads. It wakes that thread up; it closes nothing.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.connection.socket, socket.SHUT_RDWR)


class Calls:
    """Those of a channel. One thread looks at the deadlines of all, as long as there are any."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._calls: set[Call] = set()
        self._lock = threading.Lock()
        self._watched = False

    @contextmanager
    def under_way(self, deadline: Deadline) -> Iterator[Call]:
        call = Call(deadline, self._connections.take())
        with self._lock:
            self._calls.add(call)
            if not self._watched:
                threading.Thread(target=self._watch, name="fimbot-deadlines", daemon=True).start()
                self._watched = True
        try:
            yield call
        finally:
            with self._lock:
                self._calls.discard(call)
            call.end()
            self._connections.give_back(call.connection)

    def hang_up(self) -> None:
        """On all of them."""
        with self._lock:
            calls = list(self._calls)
        for call in calls:
            call.hang_up()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                calls = list(self._calls)
                if not calls:
                    self._watched = False
                    return
            for call in calls:
                call.look()
