"""The server in a thread of this process, for what a test must shorten."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fimbot.apps.serve.app import Endpoint, create_app
from fimbot.apps.serve.embedded import EmbeddedKeys
from fimbot.apps.serve.gate import Gate
from fimbot.apps.serve.keys import KeyRing
from fimbot.apps.serve.metrics import Metrics
from fimbot.apps.serve.server import Server, find_place, url_of
from fimbot.apps.serve.service import Service
from fimbot.engines.open import open_engine
from fimbot.settings.values import Settings
from tests.doubles.langdock import KEY, LangdockServer
from tests.serve.running import MODEL


@contextmanager
def served(upstream: LangdockServer, directory: Path, gate: Gate | None = None) -> Iterator[str]:
    with running(upstream, directory, gate) as (url, _):
        yield url


@contextmanager
def running(upstream: LangdockServer, directory: Path, gate: Gate | None = None) -> Iterator[tuple[str, Server]]:
    settings = Settings(base_url=upstream.url)
    opened = open_engine(settings, {"LANGDOCK_API_KEY": KEY}, alone=False)
    gate = gate or Gate(places=8, queue=8, seconds=5)
    service = Service(
        engine=opened.engine,
        quota=None,
        answers=None,
        gate=gate,
        metrics=Metrics(lambda: gate.running, lambda: gate.waiting),
        deadline=30,
        patience=5,
    )
    keys = KeyRing(EmbeddedKeys(directory / "serve.sqlite"))
    endpoint = Endpoint(service, keys, True, [MODEL], settings, lambda line: None, 0)
    listener = find_place("127.0.0.1", 0).listen()
    # Else the kernel holds megabytes for a client that does not read.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    server = Server(create_app(endpoint), 1, started=lambda: None, stopping=gate.stop)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield url_of(listener), server
    finally:
        server.should_exit = True
        thread.join(10)
        opened.engine.close()
        listener.close()
