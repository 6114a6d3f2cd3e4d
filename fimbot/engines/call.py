"""One HTTP call that is under way, and can be hung up on from another thread."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any


class Call:
    """A blocking read knows only a timeout for itself, and a server that drips a byte now and then never
    meets it. So a timer shuts the socket down at the deadline, as `hang_up` does on Ctrl-C."""

    def __init__(self, seconds: float) -> None:
        self.hung_up = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = self._started(seconds)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Catches each new socket (TCP, then TLS): https://www.encode.io/httpcore/extensions/#trace"""
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            with self._lock:
                self._socket = stream.get_extra_info("socket")
                if self.hung_up:
                    self._shut()

    def hang_up(self) -> None:
        with self._lock:
            self.hung_up = True
            self._shut()

    def allow(self, seconds: float) -> None:
        """Hangs up after `seconds` from now, instead of what was said before."""
        self._timer.cancel()
        self._timer = self._started(seconds)

    def end(self) -> None:
        self._timer.cancel()

    def _started(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self.hang_up)
        timer.daemon = True
        timer.start()
        return timer

    def _shut(self) -> None:
        if self._socket is not None:
            # The plain socket's shutdown, since that of an SSLSocket would pull the TLS state away from under
            # the thread that reads. It wakes that thread up; it closes nothing.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
