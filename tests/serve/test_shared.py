"""Keys and answers in a Redis that is wrong, damaged or no Redis at all: told without its password, and no error."""

from __future__ import annotations

import json
import math
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fimbot.apps.serve.keys import StoredKey, digest
from fimbot.apps.serve.shared import _ANSWERS, _KEYS, SharedAnswers, SharedKeys, connect
from fimbot.errors import StoreError
from fimbot.quota.redis_store import RedisStore
from fimbot.quota.store import StoreDown
from fimbot.quota.values import RUN, Limits, Look
from fimbot.values import Completion
from tests.serve.running import FIM, Installation, asked, client
from tests.serve.test_clients import eventually
from tests.serve.test_replicas import PASSWORD, RedisServer, redis_server

__all__ = ["redis_server"]

LIMITS = Limits(8, 1000)
ANSWER = Completion("    return 1\n", "stop", "langdock", "codestral-2501")


class _Proxy(socketserver.BaseRequestHandler):
    """Knows no AUTH, and says so as Redis does of commands that it does not know."""

    def handle(self) -> None:
        while self.request.recv(65536):
            self.request.sendall(f"-ERR unknown command 'AUTH', with args beginning with: '{PASSWORD}' \r\n".encode())


@contextmanager
def proxy() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Proxy) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def test_what_quotes_the_password_is_not_quoted() -> None:
    with proxy() as place:
        url = f"redis://:{PASSWORD}@{place}/0"
        with pytest.raises(StoreError) as caught:
            SharedKeys(connect(url)).all()
        answers = SharedAnswers(connect(url))
        assert answers.get("key") is None
        problem = answers.problem
        answers.close()
    assert problem is not None
    for said in (str(caught.value), problem):
        assert place in said
        assert PASSWORD not in said


def test_one_that_hangs_is_waited_for_once_and_not_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        for asked_for in (SharedKeys(connect(url)).all, lambda: RedisStore(url, "key", LIMITS).do(Look(1, 1, RUN))):
            begun = time.monotonic()
            with pytest.raises((StoreError, StoreDown), match="does not answer"):
                asked_for()
            assert time.monotonic() - begun < 1.9


@pytest.mark.parametrize("damaged", [b"\xff\xfe", b"[", b"5", ["a list"]])
def test_an_answer_that_is_none_is_asked_for_again(redis_server: RedisServer, damaged: object) -> None:
    with connect(redis_server.url) as redis:
        answers = SharedAnswers(redis, clock=lambda: 0.0)
        answers.put("key", ANSWER)
        known = answers.get("key")
        assert known is not None and known.text == ANSWER.text
        redis.delete(_ANSWERS + "key")
        if isinstance(damaged, bytes):
            redis.set(_ANSWERS + "key", damaged)
        else:
            redis.lpush(_ANSWERS + "key", "a list")
        assert answers.get("key") is None


@pytest.mark.parametrize(
    "row",
    [
        b"\xff\xfe",
        "null",
        json.dumps({"digest": 5, "created": 1.0}),
        json.dumps({"digest": "é" * 64, "created": 1.0}),
        json.dumps({"digest": digest("a"), "created": "yesterday"}),
        json.dumps({"digest": digest("a"), "created": 1e300}),
        json.dumps({"digest": digest("a"), "created": math.nan}),
    ],
)
def test_a_key_that_fimbot_has_not_written_is_told(redis_server: RedisServer, row: object) -> None:
    with connect(redis_server.url) as redis:
        keys = SharedKeys(redis)
        keys.add(StoredKey("ana", digest("a"), 1.0))
        assert keys.all() == (StoredKey("ana", digest("a"), 1.0),)
        redis.hset(_KEYS, "bob", row)
        with pytest.raises(StoreError, match="is not what fimbot has written"):
            keys.all()


def test_a_store_that_goes_down_is_said_while_the_server_runs(
    installation: Installation, redis_server: RedisServer
) -> None:
    with installation.serving("--store", redis_server.url) as running, client(running.url) as asking:
        assert asking.post(FIM, json=asked("first", temperature=0)).status_code == 200
        redis_server.kill()
        for number in range(2):
            assert asking.post(FIM, json=asked(f"number {number}", temperature=0)).status_code == 200
        for what in ("the quota is counted for this machine only", "answers are not shared"):
            eventually(lambda what=what: any(what in line for line in running.said))  # type: ignore[misc]
        assert running.stop() == 0
    problems = [line for line in running.said if "quota" in line or "not shared" in line]
    assert len(problems) == 2, "each is said once"
