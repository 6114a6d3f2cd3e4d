"""Past its limits the endpoint queues, then says when to come back; and it stops without losing an answer."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.doubles.canned import expected
from tests.doubles.scripts import fill, silent
from tests.serve.running import FIM, ROOT, Installation, asked, client, metric, streamed, text_of
from tests.serve.test_clients import eventually


def test_what_has_no_place_waits_for_one(installation: Installation) -> None:
    installation.upstream.always = fill("a b c", pause=0.1)
    with installation.serving("--places", "1") as running, client(running.url) as asking, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: asking.post(FIM, json=asked(f"number {n}")), range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6


def test_past_the_queue_it_says_when_to_come_back(installation: Installation) -> None:
    installation.upstream.plan(silent)
    with (
        installation.serving("--places", "1", "--queue", "1", "--patience", "0.5") as running,
        client(running.url) as asking,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(asking.post, FIM, json=asked("first"))
        eventually(lambda: installation.upstream.requests)
        answer = asking.post(FIM, json=asked("second", stream=True))
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.json()["type"] == "rate_limit_error"
        installation.upstream.closing.set()
        first.result()


def test_past_the_quota_it_says_when_there_is_room(installation: Installation) -> None:
    with installation.serving("--patience", "0.2", FIMBOT_RPM="2") as running, client(running.url) as asking:
        statuses = [asking.post(FIM, json=asked(f"number {number}")) for number in range(3)]
    assert [answer.status_code for answer in statuses] == [200, 200, 429]
    assert 50 <= int(statuses[2].headers["Retry-After"]) <= 62
    assert len(installation.upstream.requests) == 2


def test_one_who_asks_a_lot_does_not_keep_another_waiting(installation: Installation) -> None:
    heavy, light = installation.new_key("heavy"), installation.new_key("light")
    installation.upstream.always = fill("a b c", pause=0.1)
    order: list[str] = []
    with (
        installation.serving("--places", "1") as running,
        client(running.url, heavy) as many,
        client(running.url, light) as one,
        ThreadPoolExecutor(10) as pool,
    ):

        def ask(name: str, asking: httpx.Client, number: int) -> None:
            assert asking.post(FIM, json=asked(f"{name} {number}")).status_code == 200
            order.append(name)

        batch = [pool.submit(ask, "heavy", many, number) for number in range(8)]
        eventually(lambda: metric(one.get("/metrics").text, "fimbot_waiting") == 7)
        ask("light", one, 0)
        before = order.index("light")
        for job in batch:
            job.result()
    assert before <= 2


@contextmanager
def _stream(url: str) -> Iterator[Iterator[str]]:
    with client(url) as asking, asking.stream("POST", FIM, json=asked(stream=True)) as answer:
        lines = answer.iter_lines()
        next(lines)
        yield lines


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_when_stopped_it_finishes_what_is_under_way_and_takes_no_more(installation: Installation, number: int) -> None:
    installation.upstream.plan(fill("a b c d e f", pause=0.2))
    with installation.serving("--places", "1") as running, _stream(running.url) as lines, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(httpx.post, running.url + FIM, json=asked("second"), trust_env=False, timeout=20)
        with client(running.url) as asking:
            eventually(lambda: metric(asking.get("/metrics").text, "fimbot_waiting") == 1)
        running.process.send_signal(number)
        assert waiting.result().status_code == 503
        assert waiting.result().headers["Retry-After"] == "1"
        with pytest.raises(httpx.ConnectError):
            httpx.get(running.url + "/healthz", trust_env=False)
        assert "data: [DONE]" in list(lines)
        assert running.ended() == 0
    assert len(installation.upstream.requests) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_second_signal_stops_at_once(installation: Installation) -> None:
    installation.upstream.plan(fill("word " * 2_000, pause=0.05))
    with installation.serving() as running, _stream(running.url) as lines:
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(httpx.ConnectError):
            while True:
                # Whoever was in the line when it was closed hears nothing.
                with suppress(httpx.RemoteProtocolError, httpx.ReadError):
                    httpx.get(running.url + "/healthz", trust_env=False)
        running.process.send_signal(signal.SIGTERM)
        assert running.ended() == 130
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    eventually(lambda: installation.upstream.requests[0].hung_up)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_what_is_not_over_within_the_grace_is_cut_off(installation: Installation) -> None:
    installation.upstream.plan(fill("word " * 2_000, pause=0.05))
    with installation.serving("--grace", "1") as running, _stream(running.url) as lines:
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
        assert running.ended() == 0
    assert "Traceback" not in "".join(running.said)


@contextmanager
def _upstream(port: int = 0, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "tests.doubles.canned", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def test_an_upstream_that_was_killed_and_is_back_answers_again(installation: Installation) -> None:
    with _upstream(0, "--pause", "0.1") as (upstream, port):
        installation.environ["FIMBOT_BASE_URL"] = f"http://127.0.0.1:{port}"
        with installation.serving("--deadline", "3") as running, client(running.url) as asking:
            events = streamed(asking.post(FIM, json=asked("nonce-1", stream=True)))
            assert text_of(events) == expected("nonce-1", 10)
            seen = ""
            with (
                pytest.raises(httpx.RemoteProtocolError),
                asking.stream("POST", FIM, json=asked("nonce-2", stream=True)) as answer,
            ):
                for text in answer.iter_text():
                    seen += text
                    upstream.kill()
            assert "nonce-2" in seen
            assert "[DONE]" not in seen
            down = asking.post(FIM, json=asked("nonce-3"))
            assert down.status_code == 503
            assert down.headers["Retry-After"] == "5"
            assert asking.get("/healthz/ready").status_code == 200
            with _upstream(port):
                back = asking.post(FIM, json=asked("nonce-3"))
                assert back.json()["choices"][0]["message"]["content"] == expected("nonce-3", 10)
    assert "Traceback" not in "".join(running.said)


def test_many_at_once_each_get_their_own_answer(installation: Installation) -> None:
    with _upstream(0, "--pause", "0.02") as (_, port):
        installation.environ["FIMBOT_BASE_URL"] = f"http://127.0.0.1:{port}"
        with (
            installation.serving(FIMBOT_RPM="100000", FIMBOT_TPM="100000000") as running,
            client(running.url) as asking,
            ThreadPoolExecutor(20) as pool,
        ):
            names = [f"nonce-{number:x}" for number in range(100)]
            texts = pool.map(lambda name: text_of(streamed(asking.post(FIM, json=asked(name, stream=True)))), names)
            assert list(texts) == [expected(name, 10) for name in names]
            assert metric(asking.get("/metrics").text, "fimbot_running") == 0


def test_an_idle_connection_does_not_keep_it_from_stopping(installation: Installation) -> None:
    with installation.serving() as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))):
            assert running.stop() == 0
