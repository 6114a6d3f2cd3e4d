"""The connections of a channel: as many as it has requests under way, each kept a while for the next one.

A client of its own for each, since httpx does not tell which of its connections a request takes, and whoever hangs up
has to know. All of a channel go to one host with one key, and are nobody else's.
"""

from __future__ import annotations

import socket
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import httpx

# node and uvicorn hang up after 5 s, everybody else later: who sends just then would have to send again.
KEPT_SECONDS = 4.0


@dataclass(eq=False, slots=True)
class Connection:
    client: httpx.Client
    socket: socket.socket | None = None
    """The last one that was opened."""
    rests_since: float = 0.0


class Connections:
    """Safe to use from many threads."""

    def __init__(self, open_client: Callable[[], httpx.Client]) -> None:
        self._open_client = open_client
        # What can be wrong with the environment is said now.
        self._resting = deque([Connection(open_client())])
        self._lock = threading.Lock()
        self._closed = False
        # Whoever asks once and closes nothing leaves nothing open either.
        weakref.finalize(self, _close_all, self._resting)

    def take(self) -> Connection:
        """The one that was used last, so that the others may go."""
        with self._lock:
            if self._resting:
                return self._resting.pop()
        return Connection(self._open_client())

    def give_back(self, connection: Connection) -> None:
        connection.rests_since = time.monotonic()
        with self._lock:
            if self._closed:
                connection.client.close()
                return
            self._resting.append(connection)
            while self._resting[0].rests_since < connection.rests_since - KEPT_SECONDS:
                self._resting.popleft().client.close()

    def close(self) -> None:
        """Those that are in use are closed when they are given back."""
        with self._lock:
            self._closed = True
            _close_all(self._resting)


def _close_all(resting: deque[Connection]) -> None:
    while resting:
        resting.pop().client.close()
