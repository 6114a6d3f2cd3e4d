"""Clients that go away, dawdle or talk nonsense cost neither the engine nor anybody else."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from fimbot.apps.serve import incoming, server
from fimbot.apps.serve.connection import Connection
from tests.doubles.exchange import Script
from tests.doubles.langdock import LangdockServer
from tests.doubles.scripts import dripping, endless, fill, silent, stalled
from tests.serve.in_process import served
from tests.serve.running import FIM, Installation, asked, client, metric

LONG = "word " * 2_000


def eventually(check: Callable[[], object]) -> None:
    for _ in range(500):
        if check():
            return
        time.sleep(0.02)
    raise AssertionError("it has not come about")


def connected(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def request_of(body: bytes) -> bytes:
    head = f"POST {FIM} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def everything(connection: socket.socket) -> bytes:
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


def heard_until(connection: socket.socket, wanted: bytes) -> bool:
    """False where it has ended before."""
    data = b""
    while wanted not in data and (part := connection.recv(65536)):
        data += part
    return wanted in data


def test_who_stops_reading_a_stream_hangs_up_on_the_engine(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(fill(LONG, pause=0.02))
    with endpoint.stream("POST", FIM, json=asked(stream=True)) as answer:
        next(answer.iter_raw())
    (received,) = installation.upstream.requests
    eventually(lambda: received.hung_up)
    assert received.pieces_sent < 1_000
    eventually(lambda: metric(endpoint.get("/metrics").text, "fimbot_hang_ups_total") == 1)
    eventually(lambda: metric(endpoint.get("/metrics").text, "fimbot_running") == 0)


def test_who_stops_waiting_for_a_whole_answer_hangs_up_on_the_engine(
    endpoint: httpx.Client, installation: Installation
) -> None:
    installation.upstream.plan(fill(LONG, pause=0.02))
    with pytest.raises(httpx.ReadTimeout):
        endpoint.post(FIM, json=asked(), timeout=0.5)
    (received,) = installation.upstream.requests
    eventually(lambda: received.hung_up)
    assert received.pieces_sent < 1_000


def test_it_hangs_up_where_the_engine_has_said_nothing_yet(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(dripping)
    with pytest.raises(httpx.ReadTimeout):
        endpoint.post(FIM, json=asked(stream=True), timeout=0.5)
    (received,) = installation.upstream.requests
    eventually(lambda: received.hung_up)


@pytest.mark.parametrize("mute", [silent, stalled("    return 1\n")])
def test_it_hangs_up_where_the_engine_says_nothing_at_all(
    endpoint: httpx.Client, installation: Installation, mute: Script
) -> None:
    installation.upstream.plan(mute)
    with pytest.raises(httpx.ReadTimeout):
        endpoint.post(FIM, json=asked(), timeout=0.5)
    (received,) = installation.upstream.requests
    eventually(lambda: received.hung_up)
    eventually(lambda: metric(endpoint.get("/metrics").text, "fimbot_running") == 0)


def test_half_an_answer_that_nobody_waited_for_is_not_remembered(
    endpoint: httpx.Client, installation: Installation
) -> None:
    installation.upstream.plan(fill(LONG, pause=0.02))
    with endpoint.stream("POST", FIM, json=asked(stream=True)) as answer:
        next(answer.iter_raw())
    eventually(lambda: installation.upstream.requests[0].hung_up)
    body = endpoint.post(FIM, json=asked()).json()
    assert body["choices"][0]["message"]["content"] == "    return 1\n"


def test_who_goes_away_while_waiting_is_never_asked_for(installation: Installation) -> None:
    installation.upstream.plan(fill("a b c d e", pause=0.3))
    with (
        installation.serving("--places", "1") as running,
        client(running.url) as asking,
        asking.stream("POST", FIM, json=asked("first", stream=True)) as first,
    ):
        lines = first.iter_lines()
        next(lines)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(running.url + FIM, json=asked("second"), timeout=0.3, trust_env=False)
        assert "data: [DONE]" in list(lines)
        assert asking.post(FIM, json=asked("third")).status_code == 200
    assert [request.body["prompt"] for request in installation.upstream.requests] == ["first", "third"]


def test_a_header_that_does_not_come_is_not_waited_for(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "header_seconds", 0.3)
    with served(langdock_server, tmp_path) as url:
        for start in (b"", b"POST / HTTP/1.1\r\nHost: a\r\n"):
            with connected(url) as connection:
                connection.sendall(start)
                assert everything(connection) == b""
        with connected(url) as connection:  # the second request on a connection
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while b'"live"' not in answer:
                answer += connection.recv(65536)
            connection.sendall(b"GET /healthz HT")
            assert everything(connection) == b""


@pytest.mark.parametrize("start", [b"GET /healthz", b"POST /nowhere", b"PUT " + FIM.encode()])
def test_a_body_that_nobody_reads_is_not_waited_for(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(Connection, "body_seconds", 0.3)
    with served(langdock_server, tmp_path) as url, connected(url) as connection:
        connection.sendall(start + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 ")

        def is_cut_off() -> bool:
            try:
                connection.sendall(b"x")
            except OSError:
                return True
            return False

        eventually(is_cut_off)


def test_a_body_that_nobody_reads_but_that_has_come_ends_no_later_request(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "body_seconds", 0.3)
    with served(langdock_server, tmp_path) as url, connected(url) as connection:
        live = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(live + b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n")
        assert heard_until(connection, b'"Not Found"')
        connection.sendall(b"{}")
        time.sleep(0.6)
        connection.sendall(live)
        assert heard_until(connection, b'"live"')


def test_more_idle_connections_than_files_keep_nobody_out(installation: Installation) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as after:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        after.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        running = after.enter_context(installation.serving())
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2048)), hard))
        for _ in range(400):
            after.enter_context(connected(running.url))
        with client(running.url) as asking:
            assert asking.post(FIM, json=asked(), timeout=5).status_code == 200
        assert len(running.said) == 2


def test_who_comes_past_the_most_is_hung_up_on(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_raise_file_limit", lambda: 16)
    with served(langdock_server, tmp_path) as url, ExitStack() as after:
        kept = [after.enter_context(connected(url)) for _ in range(8)]
        with connected(url) as late, contextlib.suppress(ConnectionResetError):
            assert late.recv(1) == b""
        kept[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in kept[0].recv(65536)


def test_a_body_that_does_not_come_is_not_waited_for(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "BODY_SECONDS", 0.3)
    with served(langdock_server, tmp_path) as url, connected(url) as connection:
        connection.sendall(request_of(json.dumps(asked()).encode())[:-1])
        assert b"408 Request Timeout" in everything(connection)
    assert langdock_server.requests == []


def test_who_does_not_read_is_cut_off_and_so_is_the_engine(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "stall_seconds", 0.3)
    langdock_server.plan(fill("x" * 500_000 + " " + LONG, pause=0.02))
    with served(langdock_server, tmp_path) as url, connected(url) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request_of(json.dumps(asked(stream=True)).encode()))
        eventually(lambda: langdock_server.requests and langdock_server.requests[0].hung_up)
        assert b"[DONE]" not in everything(connection)


def test_an_engine_without_end_is_cut_off(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(endless)
    assert endpoint.post(FIM, json=asked()).status_code == 503
    eventually(lambda: installation.upstream.requests[0].hung_up)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /v1/fim/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_nonsense_is_refused(langdock_server: LangdockServer, tmp_path: Path, nonsense: bytes) -> None:
    with served(langdock_server, tmp_path) as url:
        with connected(url) as connection:
            try:
                connection.sendall(nonsense)
                answer = everything(connection)
            except (ConnectionResetError, BrokenPipeError):  # it had sent more than was read
                answer = b""
            assert b" 200 " not in answer
        assert httpx.get(url + "/healthz", trust_env=False).status_code == 200
    assert langdock_server.requests == []


def test_a_silent_engine_does_not_keep_others_waiting(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(silent)
    with pytest.raises(httpx.ReadTimeout):
        endpoint.post(FIM, json=asked("first"), timeout=0.3)
    assert endpoint.post(FIM, json=asked("second")).status_code == 200
