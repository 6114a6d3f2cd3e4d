"""HTTP on loopback: requests as they came, answers as they go out, and connections that break."""

from __future__ import annotations

import json
import socket
import struct
import sys
import time
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.doubles.github.answers import Answer

if TYPE_CHECKING:
    from tests.doubles.github.server import GitHubServer


class NotJson(bytes):
    """A body that cannot be read."""


@dataclass(slots=True)
class Request:
    method: str
    path: str
    """Without the prefix of the API and without the query."""
    query: dict[str, str]
    headers: Message
    body: Any
    """JSON, parsed; None if there is none; NotJson if it cannot be read."""
    at: float
    """time.monotonic() when it arrived."""
    login: str | None = None
    status: int | None = None
    """None: the client was never answered."""
    acted: bool = False
    """What was asked for has happened."""

    @property
    def resource(self) -> str:
        """Which of GitHub's budgets it is paid from."""
        return "graphql" if self.path == "/graphql" else "core"


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: GitHubServer, request: Request) -> None:
        self.server = server
        self.request = request
        self._handler = handler

    def act(self) -> Answer:
        return self.server.act(self.request)

    def send(self, answer: Answer, *, cut: bool = False) -> None:
        """`cut`: half of the answer, then the connection is reset."""
        body = answer.payload if isinstance(answer.payload, bytes) else b""
        if answer.payload is not None and not isinstance(answer.payload, bytes):
            body = json.dumps(answer.payload).encode()
        headers = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(body)),
            "X-GitHub-Request-Id": f"{id(self):X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
            **self.server.limits.headers(self.server.grant_of(self.request), self.request.resource),
            **answer.headers,
            "Connection": "close",
        }
        # Before the client can know of it, and look.
        self.request.status = None if cut else answer.status
        try:
            self._handler.send_response(answer.status)
            for name, value in headers.items():
                self._handler.send_header(name, value)
            self._handler.end_headers()
            self._handler.wfile.write(body[: len(body) // 2] if cut else body)
            self._handler.wfile.flush()
        except OSError:
            self.request.status = None
        if cut:
            self.reset()

    def wait(self, seconds: float) -> bool:
        """False once the server is closed."""
        return not self.server.closing.wait(seconds)

    def reset(self) -> None:
        """Closes with RST in place of FIN."""
        linger = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of the server's; what it saw is in `requests`."""


def handler_for(server: GitHubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "github.com"
        sys_version = ""
        timeout = 30

        def handle_any(self) -> None:
            self.close_connection = True
            server.answer(Exchange(self, server, _read(self, server)))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _read(handler: BaseHTTPRequestHandler, server: GitHubServer) -> Request:
    target = urlsplit(handler.path)
    raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body: Any = None
    if raw:
        try:
            body = json.loads(raw)
        except ValueError:
            body = NotJson(raw)
    query = dict(parse_qsl(target.query, keep_blank_values=True))
    path = server.inner_path(target.path)
    return Request(handler.command, path, query, handler.headers, body, time.monotonic())
