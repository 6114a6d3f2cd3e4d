"""Faults that another try may cure, and how long it is waited for."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from fimbot.engines.protocol import Engine
from fimbot.errors import EngineUnavailable
from tests.doubles.langdock import KEY, LangdockServer, Script
from tests.doubles.scripts import chunk, event, fill, raw, reset, status, truncated
from tests.engines.asking import DONE, Pauses, ask, failure, opened


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(status(429), id="429"),
        pytest.param(status(500), id="500"),
        pytest.param(status(502), id="502"),
        pytest.param(status(503), id="503"),
        pytest.param(status(504), id="504"),
        pytest.param(reset, id="a connection that is reset"),
        pytest.param(truncated("    ret"), id="an answer that is cut off in a chunk"),
        pytest.param(raw(event(chunk("    ret"))), id="an answer that ends without its end"),
        pytest.param(raw(event(chunk("    ret"))[:-9]), id="an answer that ends in an event"),
        pytest.param(raw(b""), id="an empty answer"),
        pytest.param(raw(DONE), id="an end without an answer"),
        pytest.param(raw(b"data: {nonsense}\n\n" + DONE), id="a garbled event"),
        pytest.param(raw(b"data: " + b"[" * 100_000 + b"\n\n"), id="an event nested 100,000 deep"),
        pytest.param(raw(b'{"choices": [', "application/json"), id="half a JSON answer"),
        pytest.param(raw(b'{"choices": []}', "application/json"), id="an answer without a choice"),
        pytest.param(raw(event(chunk("x", "error"))), id="an answer that ends in an error"),
        pytest.param(raw(event({"object": "error", "message": "overloaded"})), id="an error in the stream"),
    ],
)
def test_it_is_tried_again_after(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, fault: Script
) -> None:
    langdock_server.plan(fault, fill("    return 1"))
    answer = ask(engine)
    assert (answer.text, answer.requests, len(pauses)) == ("    return 1", 2, 1)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(status(503, {"detail": "no upstream"}), '503 (it says: "no upstream")', id="503"),
        pytest.param(reset, "the connection broke", id="a reset connection"),
        pytest.param(truncated("x"), "the connection broke", id="an answer cut off in a chunk"),
        pytest.param(raw(event(chunk("x"))), "the answer broke off", id="an answer without its end"),
        pytest.param(raw(b"data: hm\n\n"), "garbled", id="a garbled event"),
        pytest.param(raw(event({"error": {"message": f"no {KEY}"}})), "no ***", id="an echo in the stream"),
    ],
)
def test_a_fault_that_stays_is_given_up(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, fault: Script, told: str
) -> None:
    langdock_server.always = fault
    error = failure(engine)
    assert isinstance(error, EngineUnavailable)
    assert told in str(error) and "given up after 4 tries" in str(error)
    assert (len(langdock_server.requests), error.requests, len(pauses)) == (4, 4, 3)
    assert all(shorter < longer * 2 for shorter, longer in pairwise(pauses)) and sum(pauses) < 4


def test_being_throttled_is_waited_for_longer_than_a_minute_at_most_times(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses
) -> None:
    langdock_server.always = status(429)
    failure(engine, seconds=1000)
    assert len(pauses) == 6 and 45 <= sum(pauses) <= 90


def test_a_server_that_is_down(pauses: Pauses) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: the port refuses connections
        error = failure(opened(f"http://127.0.0.1:{taken.getsockname()[1]}", sleep=pauses))
    assert isinstance(error, EngineUnavailable) and "cannot be reached" in str(error)


def test_a_server_that_speaks_no_tls(langdock_server: LangdockServer, pauses: Pauses) -> None:
    error = failure(opened(langdock_server.url.replace("http:", "https:"), sleep=pauses))
    assert "cannot be reached" in str(error) and langdock_server.requests == []


def test_retry_after_seconds_are_kept(langdock_server: LangdockServer, engine: Engine, pauses: Pauses) -> None:
    langdock_server.plan(status(429, headers={"Retry-After": "7"}), fill("x"))
    ask(engine, seconds=100)
    assert 7 <= pauses[0] <= 7.5


def test_a_retry_after_date_is_kept_by_the_servers_own_clock(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses
) -> None:
    there = datetime.now(UTC).replace(microsecond=0) - timedelta(days=400)
    headers = {"Date": _http(there), "Retry-After": _http(there + timedelta(seconds=9))}
    langdock_server.plan(status(503, headers=headers), fill("x"))
    ask(engine, seconds=100)
    assert 9 <= pauses[0] <= 9.5


def test_a_retry_after_behind_the_deadline_is_not_waited_for(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses
) -> None:
    langdock_server.always = status(429, headers={"Retry-After": "60"})
    error = failure(engine, seconds=20)
    assert isinstance(error, EngineUnavailable)
    assert "it asks for 60 s, too long for the 20 s before the deadline" in str(error)
    assert (len(langdock_server.requests), pauses) == (1, [])


def _http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
