"""Several servers behind a balancer share keys and answers in a real Redis."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.doubles.balancer import Balancer
from tests.serve.running import FIM, Installation, Process, asked, client, metric
from tests.serve.test_clients import eventually

PASSWORD = "redis-planted-password-5b1f"


@dataclass
class RedisServer:
    directory: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not here")
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--requirepass",
            PASSWORD,
            "--dir",
            str(self.directory),
        ]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        eventually(self._listens)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = RedisServer(tmp_path, port)
    yield server
    server.kill()


def address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


def _answers(asking: httpx.Client, status: int) -> bool:
    return asking.get("/v1/models").status_code == status


@contextmanager
def two(installation: Installation, redis_server: RedisServer) -> Iterator[tuple[Balancer, list[Process]]]:
    with (
        installation.serving("--store", redis_server.url) as first,
        installation.serving("--store", redis_server.url) as second,
        Balancer([address(first.url), address(second.url)]) as balancer,
    ):
        yield balancer, [first, second]


def test_a_key_that_was_made_anywhere_is_good_everywhere(installation: Installation, redis_server: RedisServer) -> None:
    with two(installation, redis_server) as (_, replicas):
        key = installation.new_key("ana", "--store", redis_server.url)
        for replica in replicas:
            with client(replica.url, key) as ana:
                eventually(partial(_answers, ana, 200))
                assert httpx.get(replica.url + "/v1/models", trust_env=False).status_code == 401
        done = installation.fimbot("serve", "key", "remove", "ana", "--store", redis_server.url)
        assert done.returncode == 0, done.stderr
        for replica in replicas:
            with client(replica.url, key) as ana:
                eventually(partial(_answers, ana, 401))


def test_what_one_has_answered_the_other_knows(installation: Installation, redis_server: RedisServer) -> None:
    with two(installation, redis_server) as (balancer, replicas):
        for _ in range(4):  # a new connection each time, so each replica is asked
            assert httpx.post(balancer.url + FIM, json=asked(), trust_env=False).status_code == 200
        hits = [
            metric(httpx.get(replica.url + "/metrics", trust_env=False).text, "fimbot_cache_total", {"result": "hit"})
            for replica in replicas
        ]
    assert len(installation.upstream.requests) == 1
    assert sorted(hits) == [1, 2]


def test_they_hold_one_quota_together(installation: Installation, redis_server: RedisServer) -> None:
    installation.environ |= {"FIMBOT_QUOTA_STORE": redis_server.url, "FIMBOT_RPM": "3"}
    installation.new_key("ana", "--store", redis_server.url)
    with (
        installation.serving("--patience", "0.5") as first,
        installation.serving("--patience", "0.5") as second,
    ):
        key = installation.new_key("bo")  # in Redis as well, by the setting
        statuses = []
        for number in range(4):
            with client((first, second)[number % 2].url, key) as bo:
                eventually(partial(_answers, bo, 200))
                statuses.append(bo.post(FIM, json=asked(f"number {number}")).status_code)
    assert statuses == [200, 200, 200, 429]


def test_a_replica_that_is_killed_takes_only_its_own_answers_along(
    installation: Installation, redis_server: RedisServer
) -> None:
    installation.upstream.text = lambda body: f"    return {body['prompt']!r}\n"
    with two(installation, redis_server) as (balancer, replicas), ThreadPoolExecutor(8) as pool:

        def ask(number: int) -> bool:
            """Whether it was answered at the first try; a client tries once more where the connection broke."""
            for tries in range(3):
                try:
                    answer = httpx.post(balancer.url + FIM, json=asked(f"n{number}"), trust_env=False, timeout=20)
                except httpx.TransportError:
                    continue
                assert answer.json()["choices"][0]["message"]["content"] == f"    return 'n{number}'\n"
                return tries == 0
            raise AssertionError("not answered")

        jobs = [pool.submit(ask, number) for number in range(60)]
        eventually(lambda: len(installation.upstream.requests) > 10)
        replicas[0].process.kill()
        at_once = [job.result() for job in jobs]
    assert at_once.count(True) > 40


def test_while_redis_is_down_known_keys_are_served_and_nothing_is_lost(
    installation: Installation, redis_server: RedisServer
) -> None:
    key = installation.new_key("ana", "--store", redis_server.url)
    with installation.serving("--store", redis_server.url) as running, client(running.url, key) as ana:
        assert ana.post(FIM, json=asked("first")).status_code == 200
        redis_server.kill()
        assert ana.post(FIM, json=asked("second")).status_code == 200
        assert ana.get("/v1/models", headers={"Authorization": "Bearer wrong"}).status_code == 401
        redis_server.start()
        assert ana.post(FIM, json=asked("third")).status_code == 200
    assert [request.body["prompt"] for request in installation.upstream.requests] == ["first", "second", "third"]


def test_without_redis_it_does_not_start_for_others(installation: Installation, redis_server: RedisServer) -> None:
    redis_server.kill()
    done = installation.fimbot("serve", "--host", "0.0.0.0", "--store", redis_server.url)  # noqa: S104
    assert done.returncode == 3
    assert "Redis" in done.stderr
    assert PASSWORD not in done.stderr


def test_an_address_that_is_none_is_told_without_its_password(installation: Installation) -> None:
    done = installation.fimbot("serve", "key", "list", "--store", f"redis://:{PASSWORD}@localhost:port/0")
    assert done.returncode == 2
    assert PASSWORD not in done.stderr
    assert "redis://HOST" in done.stderr
