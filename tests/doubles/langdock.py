"""A strict server on loopback that speaks Langdock's FIM protocol, for tests and for `bench/`.

    from tests.doubles.langdock import LangdockServer

(both run from the repository's root; the fixture `langdock_server` opens one). Each request is held against
the documentation first: method, path, Bearer key, content type, every field's type and range, no unknown
field. What does not fit is answered as Langdock would (401, 404, 405, 415, 422) whatever is scripted. Then the
next script of `server.scripts` answers, or `fill(server.text)` when there is none; see
`tests.doubles.scripts`.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

KEY = "lang-planted-key-4f6b1c9d"
ROUTE = "/mistral/eu/v1/fim/completions"

_NUMBER = (int, float)
_FIELDS: Mapping[str, tuple[tuple[type[float], ...], float, float]] = {
    "temperature": (_NUMBER, 0, 1.5),
    "top_p": (_NUMBER, 0, 1),
    "max_tokens": ((int,), 0, float("inf")),
    "min_tokens": ((int,), 0, float("inf")),
    "random_seed": ((int,), 0, float("inf")),
}


@dataclass(slots=True)
class Received:
    method: str
    path: str
    headers: Message
    body: Any
    hung_up: bool = False
    """The client closed the connection before the answer was over."""
    pieces_sent: int = 0


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Received, closing: threading.Event) -> None:
        self.request = request
        self.closing = closing
        self._handler = handler
        self._chunked = False

    def head(self, status: int, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        """Begins an answer in chunks."""
        self._chunked = True
        self._start(status, {"Content-Type": content_type, "Transfer-Encoding": "chunked", **(headers or {})})

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
class LangdockServer:
    key: str = KEY
    route: str = ROUTE
    models: frozenset[str] = frozenset({"codestral-2501"})
    text: str | Callable[[dict[str, Any]], str] = "    return 1\n"
    """What is answered when nothing is scripted: a text, or a function of the request's body."""
    scripts: deque[Script] = field(default_factory=deque)
    requests: list[Received] = field(default_factory=list)
    always: Script | None = None
    """Answers every request that no script is left for."""

    def __post_init__(self) -> None:
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def plan(self, *scripts: Script) -> None:
        self.scripts.extend(scripts)

    def next_script(self, body: dict[str, Any]) -> Script:
        from tests.doubles.scripts import fill

        try:
            return self.scripts.popleft()
        except IndexError:
            return self.always or fill(self.text(body) if callable(self.text) else self.text)

    def refusal(self, request: Received) -> tuple[int, object] | None:
        """What the documentation says to a request that does not fit; another protocol's server says it otherwise."""
        return _refusal(self, request)

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


def _handler_for(server: LangdockServer) -> type[BaseHTTPRequestHandler]:
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
            exchange = Exchange(self, received, server.closing)
            refusal = server.refusal(received)
            if refusal is not None:
                status, message = refusal
                exchange.whole(status, json.dumps(message).encode(), "application/json")
            else:
                server.next_script(received.body)(exchange)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_CONNECT = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _refusal(server: LangdockServer, request: Received) -> tuple[int, object] | None:
    if request.path != server.route:
        return 404, {"message": f"Cannot {request.method} {request.path}"}
    if request.method != "POST":
        return 405, {"message": "Method Not Allowed"}
    if request.headers.get("Authorization") != f"Bearer {server.key}":
        return 401, {"message": "Invalid API key"}
    if request.headers.get_content_type() != "application/json":
        return 415, {"message": "Unsupported Media Type"}
    details = list(_faults_of(request.body, server.models))
    return (422, {"detail": details}) if details else None


def _faults_of(body: object, models: frozenset[str]) -> Iterable[dict[str, object]]:
    if not isinstance(body, dict):
        yield _detail("body", "Input should be a valid object")
        return
    for name in ("model", "prompt"):
        if name not in body:
            yield _detail(name, "Field required")
    for name, value in body.items():
        if name in _FIELDS:
            kinds, low, high = _FIELDS[name]
            if isinstance(value, bool) or not isinstance(value, kinds) or not low <= float(value) <= high:
                yield _detail(name, f"Input should be between {low} and {high}")
        elif not _fits(name, value, models):
            yield _detail(name, "Extra inputs are not permitted, or this value is not")


def _fits(name: str, value: object, models: frozenset[str]) -> bool:
    match name:
        case "model":
            return value in models
        case "prompt" | "suffix":
            return isinstance(value, str)
        case "stream":
            return isinstance(value, bool)
        case "stop":
            texts = value if isinstance(value, list) else [value]
            return all(isinstance(text, str) for text in texts)
        case _:
            return False


def _detail(name: str, message: str) -> dict[str, object]:
    return {"loc": ["body", name], "msg": message, "type": "value_error"}
