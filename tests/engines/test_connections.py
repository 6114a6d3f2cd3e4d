"""A connection is used again where its answer was read to the end, and never where it was hung up on."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from fimbot.engines.call import Call
from fimbot.engines.connections import Connection
from fimbot.engines.protocol import Engine
from fimbot.errors import EngineUnavailable
from fimbot.values import Deadline
from tests.doubles.langdock import KEY
from tests.doubles.scripts import chunk, event
from tests.engines.asking import DONE, Pauses, ask, failure, opened

LAST_CHUNK = b"0\r\n\r\n"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWER = chunked(event(chunk("    return 1")), event(chunk("", "stop")), DONE)
WHOLE = STREAM + ANSWER + LAST_CHUNK


@dataclass
class KeepingServer:
    """Answers on a connection for as long as the client keeps it."""

    answer: bytes = WHOLE
    hangs_up: bool = False
    """After each answer, though it did not say so."""
    requests: list[tuple[int, bytes]] = field(default_factory=list)
    """The number of the connection, and the head of what was asked on it."""
    ended: list[threading.Event] = field(default_factory=list)
    """Of each connection."""

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:{1}".format(*self._listener.getsockname())
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self) -> list[int]:
        return [number for number, _ in self.requests]

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                self.ended.append(threading.Event())
                threading.Thread(target=self._serve, args=(connection, len(self.ended)), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as incoming:
            while incoming.peek(1):
                head = b"".join(iter(incoming.readline, b"\r\n"))
                incoming.read(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
                self.requests.append((number, head))
                connection.sendall(self.answer)
                if self.hangs_up:
                    break
        self.ended[number - 1].set()


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    with contextlib.closing(KeepingServer()) as keeping:
        yield keeping


@pytest.fixture
def engine(server: KeepingServer) -> Iterator[Engine]:
    with contextlib.closing(opened(server.url)) as asking:
        yield asking


def test_the_next_question_goes_over_the_same_connection(server: KeepingServer, engine: Engine) -> None:
    assert [ask(engine).text for _ in range(3)] == ["    return 1"] * 3
    assert server.connections == [1, 1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b'{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}', id="a whole answer"),
        pytest.param(b"data: " + b'{"choices": [{"text": "x", "finish_reason": "stop"}]}\n\n', id="events without end"),
    ],
)
def test_an_answer_of_known_length_keeps_it_too(server: KeepingServer, engine: Engine, answer: bytes) -> None:
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
    assert [ask(engine).text for _ in range(2)] == ["x"] * 2
    assert server.connections == [1, 1]


def test_a_refusal_keeps_it_too(server: KeepingServer, engine: Engine) -> None:
    server.answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"
    failure(engine)
    failure(engine)
    assert server.connections == [1, 1]


def test_what_was_hung_up_on_at_the_holes_end_is_not_used_again(server: KeepingServer, engine: Engine) -> None:
    assert ask(engine, done=lambda text: True).cancelled
    assert server.ended[0].wait(5)
    assert ask(engine).text == "    return 1"
    assert server.connections == [1, 2]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="before it said anything"),
        pytest.param(STREAM + chunked(event(chunk("    ret"))), id="in the middle of its answer"),
    ],
)
def test_what_was_hung_up_on_at_the_deadline_is_not_used_again(
    server: KeepingServer, engine: Engine, broken: bytes
) -> None:
    """On the second question, whose connection it did not open itself."""
    ask(engine)
    server.answer = broken
    with pytest.raises(EngineUnavailable):
        ask(engine, seconds=0.3)
    assert server.ended[0].wait(5)
    server.answer = WHOLE
    assert ask(engine).text == "    return 1"
    assert server.connections == [1, 1, 2]


def test_closing_the_engine_hangs_up_on_a_connection_that_was_used_before(
    server: KeepingServer, engine: Engine
) -> None:
    ask(engine)
    server.answer = b""
    threading.Timer(0.3, engine.close).start()
    assert "interrupted" in str(failure(engine))
    assert server.ended[0].wait(5)


def test_closing_the_engine_closes_what_rests(server: KeepingServer, engine: Engine) -> None:
    ask(engine)
    assert not server.ended[0].is_set()
    engine.close()
    assert server.ended[0].wait(5)


def test_an_engine_that_nobody_closed_leaves_none_open(server: KeepingServer) -> None:
    ask(opened(server.url))
    gc.collect()
    assert server.ended[0].wait(5)


def test_one_that_the_server_has_closed_meanwhile_costs_no_try(server: KeepingServer) -> None:
    server.hangs_up = True
    pauses = Pauses()
    engine = opened(server.url, sleep=pauses)
    for number in range(3):
        assert ask(engine).requests == 1
        assert server.ended[number].wait(5)
    assert (server.connections, pauses) == ([1, 2, 3], [])


def test_a_server_that_leaves_its_answer_open_is_not_waited_for_each_time(
    server: KeepingServer, engine: Engine
) -> None:
    server.answer = STREAM + ANSWER
    assert [ask(engine).text for _ in range(3)] == ["    return 1"] * 3
    assert server.connections == [1, 2, 3]


def test_questions_at_the_same_time_have_connections_of_their_own(server: KeepingServer, engine: Engine) -> None:
    def ask_within(text: str) -> bool:
        assert ask(engine).text == "    return 1"
        return False

    ask(engine, done=ask_within)
    assert server.connections == [1, 2]


def test_two_engines_share_none(server: KeepingServer) -> None:
    keys = (KEY, "another-planted-key-1")
    for _ in range(2):
        for key in keys:
            with contextlib.closing(opened(server.url, key=key)) as engine:
                ask(engine)
    first, second = opened(server.url, key=keys[0]), opened(server.url, key=keys[1])
    for engine in (first, second, first, second):
        ask(engine)
    for number in set(server.connections):
        heads = [head for each, head in server.requests if each == number]
        assert len({key for key in keys for head in heads if f"Bearer {key}".encode() in head}) == 1
    assert server.connections[4:] == [5, 6, 5, 6]
    first.close()
    second.close()


def test_a_call_that_is_over_hangs_up_on_nobody() -> None:
    """Whoever looks at the deadlines may come to it a moment after its connection has gone to the next call."""
    here, there = socket.socketpair()
    with here, there, httpx.Client(trust_env=False) as client:
        call = Call(Deadline.after(0), Connection(client, here))
        call.end()
        call.look()
        here.sendall(b"x")
        assert there.recv(1) == b"x"
