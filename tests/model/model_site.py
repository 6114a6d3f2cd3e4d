"""A small stand-in for the model, and a loopback server that has it in both of its forms."""

from __future__ import annotations

import io
import random
import re
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

PART_BYTES = 200_000
# Random, so that deflate cannot hide a wrong length.
CONTENT = b"GGUF" + random.Random(7).randbytes(2 * PART_BYTES + 1234)
HUB_PATH = "/hub/model.gguf"


@dataclass
class Site:
    """What the server has, and how it misbehaves. Any of it may be changed while it runs."""

    pages: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    breaks: dict[str, list[int]] = field(default_factory=dict)
    """After how many bytes the connection breaks, one entry for each time that it does."""
    knows_ranges: bool = True
    passwords: dict[str, str] = field(default_factory=dict)
    """The Authorization header that a path asks for."""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of each request."""
    authorizations: dict[str, str | None] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    """Nothing is sent while it is not set."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ranges_of(self, path: str) -> list[str | None]:
        return [asked for seen, asked in self.requests if seen == path]


def wheel(number: int, part: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"fake_part{number}/data/part{number:02}.bin", part)
        archive.writestr(f"fake_part{number}-1.0.dist-info/METADATA", "Name: fake\n")
    return buffer.getvalue()


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            site.requests.append((self.path, asked))
            site.authorizations[self.path] = self.headers.get("Authorization")
            body = site.pages.get(self.path)
            if site.passwords.get(self.path, self.headers.get("Authorization")) != self.headers.get("Authorization"):
                self._head(401, b"")
            elif self.path in site.status or body is None:
                self._head(site.status.get(self.path, 404), b"")
            else:
                self._body(body, re.fullmatch(r"bytes=(\d+)-", asked or "") if site.knows_ranges else None)

        def _body(self, body: bytes, wanted: re.Match[str] | None) -> None:
            start = int(wanted[1]) if wanted else 0
            if wanted and start >= len(body):
                self._head(416, b"")
                return
            rest = body[start:]
            whole = f"bytes {start}-{len(body) - 1}/{len(body)}" if wanted else None
            site.gate.wait(20.0)
            self._head(206 if wanted else 200, rest, whole)
            breaks = site.breaks.get(self.path)
            if breaks:
                self.wfile.write(rest[: breaks.pop(0)])
                self.close_connection = True
            else:
                self.wfile.write(rest)

        def _head(self, status: int, body: bytes, content_range: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", site.types.get(self.path, "application/octet-stream"))
            if content_range:
                self.send_header("Content-Range", content_range)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
