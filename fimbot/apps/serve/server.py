"""uvicorn, told when to stop: a first signal lets the answers under way finish, a second one does not."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from fimbot.apps.serve.connection import Connection
from fimbot.errors import UsageError

BACKLOG = 2048
# Longer than what balancers keep (Caddy two minutes, nginx and AWS one): they must be the ones who hang up, or a
# question meets a connection that is being closed.
KEEP_ALIVE_SECONDS = 150

# More macOS does not take (OPEN_MAX), not even where it calls its limit infinite.
_MANY_FILES = 10_240

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Place:
    family: socket.AddressFamily
    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return ip_address(self.address).is_loopback

    def listen(self) -> socket.socket:
        """At once, so that whoever is told the address finds it. Raises UsageError."""
        try:
            return socket.create_server((self.address, self.port), family=self.family, backlog=BACKLOG)
        except OSError as error:
            raise UsageError(f"cannot listen at {self.address}:{self.port}: {error}") from None


def find_place(host: str, port: int) -> Place:
    """Raises UsageError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, OverflowError, UnicodeError) as error:
        raise UsageError(f"cannot listen at {host}:{port}: {error}") from None
    family, _, _, _, address = found[0]
    return Place(family, str(address[0]), port)


def _raise_file_limit() -> int:
    """To as many as the system lets a process have, and returns how many files may be open then. Past that, asyncio
    writes a traceback for each connection that it could take, again and again."""
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return _MANY_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MANY_FILES
    wanted = _MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, _MANY_FILES)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    def __init__(
        self, app: Starlette, grace: int, *, started: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        most = _raise_file_limit() // 2  # a question has a connection to the engine too
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection.at_most(most),
                # So many are accepted before the first of them is looked at.
                backlog=min(BACKLOG, most // 4),
                ws="none",
                lifespan="off",
                # No line for each request: a URL may hold what its sender took for a place for the key.
                access_log=False,
                log_config=None,
                log_level="critical",
                # Nobody in front of it is believed about who asks; keys say that.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=grace,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
        )
        self._started, self._stopping = started, stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Unlike uvicorn's own, which raises the signal once more at the end: whoever stops a service that
        # has ended well wants status 0.
        if threading.current_thread() is not threading.main_thread():
            yield  # no signal gets here
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
