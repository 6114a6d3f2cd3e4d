"""HTTPS to a file: the one place of the model room that speaks HTTP.

Whatever goes wrong on the way becomes `SourceFailed`, upon which `pull` turns to the next source; what goes
wrong on this machine's disk stays an OSError, since no other source helps there.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from fimbot.http_client import usable_environment

# A host that a firewall swallows must cost seconds; a slow line may pause for long.
TIMEOUT = httpx.Timeout(60.0, connect=5.0)
# Enough for a line that breaks every 50 MB; a server that breaks at once is given up earlier.
RECONNECTS = 25


class SourceFailed(Exception):
    """This source cannot give the file; the message says why, without credentials."""


def open_client() -> httpx.Client:
    """Trusts the system's certificates and those that come with httpx: companies add theirs to the former,
    and Python on macOS often has none but the latter. Proxies are those of the environment; raises `SettingsError` for
    one that cannot be used."""
    with usable_environment():
        context = httpx.create_ssl_context()
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return httpx.Client(timeout=TIMEOUT, follow_redirects=True, verify=context)


@dataclass(frozen=True, slots=True)
class Remote:
    url: str
    size: int
    """Its bytes. Not `exact`: the most that are taken."""
    exact: bool = True
    auth: httpx.Auth | None = None


def download(client: httpx.Client, remote: Remote, file: Path, on_bytes: Callable[[int], None]) -> None:
    """Appends to `file` what it still lacks of `remote`, and goes on where a connection broke.

    An answer that is not as long as it should be is refused before a byte is written. `on_bytes` is told the
    file's length as it grows.
    """
    for _ in range(RECONNECTS):
        before = length(file)
        try:
            _append(client, remote, file, on_bytes)
            return
        except _Broken:
            if length(file) == before:
                raise
    raise SourceFailed(f"{host_of(remote.url)}: the connection broke {RECONNECTS} times")


def length(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def get(client: httpx.Client, url: str, accept: str, auth: httpx.Auth | None = None) -> httpx.Response:
    """A small page, whole."""
    with _mapped(url):
        response = client.get(url, headers={"Accept": accept}, auth=auth)
        if response.status_code != httpx.codes.OK:
            raise SourceFailed(f"{host_of(url)} answered {response.status_code} for {response.url.path}")
        return response


def host_of(url: str) -> str:
    """Host alone: a URL may hold a token as its user name."""
    try:
        return httpx.URL(url).host or "no host"
    except httpx.InvalidURL:
        return "an invalid URL"


class _Broken(SourceFailed):
    """The transfer ended early; going on from here may help."""


def _append(client: httpx.Client, remote: Remote, file: Path, on_bytes: Callable[[int], None]) -> None:
    done = length(file)
    if remote.exact and done == remote.size:
        return
    # A compressed transfer would make the byte offsets those of something else.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    with _mapped(remote.url), client.stream("GET", remote.url, headers=headers, auth=remote.auth) as reply:
        start = _start_of(reply, done)
        _check_length(reply, start, remote)
        with file.open("r+b" if start else "wb") as out:
            out.seek(start)
            for chunk in reply.iter_raw():  # as it comes: what a chunk size would gather is lost with the line
                # A server that sends more than it said must not fill the disk.
                if out.tell() + len(chunk) > remote.size:
                    raise SourceFailed(f"{reply.url.host} sends more than {remote.size:,} bytes")
                out.write(chunk)
                on_bytes(out.tell())
    if remote.exact and length(file) < remote.size:
        raise _Broken(f"{host_of(remote.url)} closed the connection early")


def _start_of(reply: httpx.Response, done: int) -> int:
    """Where the answer's first byte belongs; 0 from a server that does not know ranges."""
    if reply.status_code == httpx.codes.PARTIAL_CONTENT:
        if reply.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
            return done
        raise SourceFailed(f"{reply.url.host} answered with another range than was asked for")
    if reply.status_code == httpx.codes.OK:
        return 0
    raise SourceFailed(f"{reply.url.host} answered {reply.status_code}")


def _check_length(reply: httpx.Response, start: int, remote: Remote) -> None:
    said: str = reply.headers.get("Content-Length", "")
    if not said.isdecimal():
        return
    total = start + int(said)
    if total > remote.size or (remote.exact and total != remote.size):
        raise SourceFailed(f"{reply.url.host} has {total:,} bytes where {remote.size:,} are expected")


@contextmanager
def _mapped(url: str) -> Iterator[None]:
    host = host_of(url)
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise SourceFailed(f"cannot reach {host}") from error
    except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.TimeoutException) as error:
        raise _Broken(f"{host} broke the connection off") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceFailed(f"{host}: {type(error).__name__}") from error
