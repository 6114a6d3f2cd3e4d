"""Connections that are kept for the next question: a client's to the server, and the server's to the engine's host."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.doubles.langdock import LangdockServer
from tests.serve.in_process import running
from tests.serve.test_clients import connected, heard_until

LIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_what_is_written_is_sent_at_once(langdock_server: LangdockServer, tmp_path: Path) -> None:
    """The end of an answer would else wait, 40 ms, for the client to acknowledge its beginning."""
    with running(langdock_server, tmp_path) as (url, server), connected(url) as connection:
        connection.sendall(LIVE)
        assert heard_until(connection, b'"live"')
        (accepted,) = server.server_state.connections
        taken = accepted.transport.get_extra_info("socket")
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
