"""What every strict server on loopback has in common: a request, the means to answer it well or badly, and the rule
that what does not fit the protocol is refused before any script is asked."""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol, Self

JSON = "application/json"
EVENTS = "text/event-stream"

Refusal = tuple[int, object]
"""Status and body."""


class Dialect(Protocol):
    """How a protocol spells an answer. `finish` is "stop" or "length", None where more is to come."""

    stream_type: str
    opening: bytes
    """What a stream begins with, before its first piece."""

    def whole(self, text: str, finish: str) -> object: ...

    def piece(self, text: str, finish: str | None) -> bytes: ...

    def end(self) -> bytes:
        """What follows the last piece."""

    def error(self, status: int, message: str) -> object: ...


@dataclass(slots=True)
class Received:
    method: str
    path: str
    headers: Message
    body: Any
    hung_up: bool = False
    """The client closed the connection before the answer was over."""
    pieces_sent: int = 0
    reached_a_script: bool = False
    """It was taken: neither refused nor answered from a list."""


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Received, server: StrictServer) -> None:
        self.request = request
        self.closing = server.closing
        self.dialect = server.dialect
        self._handler = handler
        self._chunked = False

    def head(self, status: int, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        """Begins an answer in chunks."""
        self._chunked = True
        self._start(status, {"Content-Type": content_type, "Transfer-Encoding": "chunked", **(headers or {})})

    def begin(self, headers: Mapping[str, str] | None = None) -> None:
        """Begins an answer in pieces, as the protocol does."""
        self.head(200, self.dialect.stream_type, headers)
        if self.dialect.opening:  # an empty chunk would end it
            self.write(self.dialect.opening)

    def whole(self, status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        self._start(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})})
        self.write(body)

    def write(self, data: bytes) -> bool:
        """False once the client has hung up."""
        framed = b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data
        if self.client_is_gone(0):
            return False
        try:
            self._handler.wfile.write(framed)
        except OSError:
            self.request.hung_up = True
            return False
        return True

    def end(self) -> None:
        if not self.request.hung_up:
            self._handler.wfile.write(b"0\r\n\r\n")

    def wait(self, seconds: float) -> bool:
        """Waits; False once the client has hung up or the server is closed."""
        steps = max(1, round(seconds / 0.02))
        return all(not (self.closing.is_set() or self.client_is_gone(seconds / steps)) for _ in range(steps))

    def client_is_gone(self, seconds: float) -> bool:
        connection = self._handler.connection
        try:
            readable, _, _ = select.select([connection], [], [], seconds)
            self.request.hung_up |= bool(readable) and not connection.recv(1, socket.MSG_PEEK)
        except OSError:
            self.request.hung_up = True
        return self.request.hung_up

    def reset(self) -> None:
        """Closes with RST in place of FIN."""
        linger = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()

    def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self._handler.send_response_only(status)
        date = self._handler.date_time_string()
        for name, value in {"Date": date, **headers, "Connection": "close"}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()


Script = Callable[[Exchange], None]


@dataclass
class StrictServer:
    """Of one protocol: a subclass says what that is with `dialect` and `at_once`."""

    key: str = ""
    text: str | Callable[[dict[str, Any]], str] = "    return 1\n"
    """What is answered when nothing is scripted: a text, or a function of the request's body."""
    scripts: deque[Script] = field(default_factory=deque)
    requests: list[Received] = field(default_factory=list)
    always: Script | None = None
    """Answers every request that no script is left for."""

    dialect: Dialect = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def at_once(self, request: Received) -> Refusal | None:
        """What is answered whatever is scripted: a refusal of what does not fit, or a list."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def asked(self) -> list[Received]:
        """The requests that reached a script."""
        return [request for request in self.requests if request.reached_a_script]

    def plan(self, *scripts: Script) -> None:
        self.scripts.extend(scripts)

    def next_script(self, body: dict[str, Any]) -> Script:
        from tests.doubles.scripts import fill

        try:
            return self.scripts.popleft()
        except IndexError:
            return self.always or fill(self.text(body) if callable(self.text) else self.text)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of the server's; what it saw is in `requests`."""


def _handler_for(server: StrictServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def handle_any(self) -> None:
            self.close_connection = True
            length = int(self.headers.get("Content-Length") or 0)
            received = Received(self.command, self.path, self.headers, None)
            try:
                received.body = json.loads(self.rfile.read(length))
            except ValueError:
                received.body = None
            server.requests.append(received)
            exchange = Exchange(self, received, server)
            at_once = server.at_once(received)
            if at_once is not None:
                status, message = at_once
                exchange.whole(status, json.dumps(message).encode(), "application/json")
            else:
                received.reached_a_script = True
                server.next_script(received.body)(exchange)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_CONNECT = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


Numbers = Mapping[str, tuple[tuple[type[float], ...], float, float]]
"""Of a field: its types, and from where to where."""
NUMBER = (int, float)
INFINITE = float("inf")


def is_number(numbers: Numbers, name: str, value: object) -> bool:
    kinds, low, high = numbers[name]
    return not isinstance(value, bool) and isinstance(value, kinds) and low <= float(value) <= high


def is_stop(value: object, most: int | None = None) -> bool:
    texts = value if isinstance(value, list) else [value]
    return all(isinstance(text, str) for text in texts) and (most is None or len(texts) <= most)
