"""Servers that are slow, say too much or something else, and being interrupted: it ends in time."""

from __future__ import annotations

import contextlib
import threading
import time

import httpx
import pytest

from fimbot.engines.langdock import open_langdock
from fimbot.engines.protocol import Engine, Outside
from fimbot.errors import EngineUnavailable
from fimbot.settings.values import Settings
from fimbot.values import Deadline
from tests.doubles.langdock import KEY, LangdockServer, Script
from tests.doubles.scripts import dripping, endless, fill, raw, silent, stalled, status
from tests.engines.asking import QUESTION, Pauses, ask, failure, opened


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(silent, id="never answers"),
        pytest.param(stalled("    ret"), id="stops in the middle"),
        pytest.param(dripping, id="only keeps the connection alive"),
        pytest.param(fill("word " * 1000, pause=0.05), id="answers too slowly"),
    ],
)
def test_the_deadline_holds_for_a_server_that(langdock_server: LangdockServer, engine: Engine, script: Script) -> None:
    langdock_server.always = script
    began = time.monotonic()
    error = failure(engine, seconds=0.5)
    assert isinstance(error, EngineUnavailable) and "no whole answer before the deadline" in str(error)
    assert 0.4 < time.monotonic() - began < 1.5


class Noting(httpx.HTTPTransport):
    """Notes how long a request is to be silent at most."""

    def __init__(self) -> None:
        super().__init__()
        self.silences: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.silences.append(request.extensions["timeout"]["read"])
        if request.url.scheme == "https":
            raise httpx.ConnectError("this test has no network")
        return super().handle_request(request)


@pytest.mark.parametrize(("base_url", "seconds"), [(None, 300.0), ("https://fim.example", 30.0)])
def test_a_server_on_this_machine_may_read_for_minutes_before_it_answers(
    langdock_server: LangdockServer, base_url: str | None, seconds: float
) -> None:
    """Such as `fimbot serve` with the embedded model behind it, and other questions first."""
    noting = Noting()
    outside = Outside({"LANGDOCK_API_KEY": KEY}, sleep=Pauses(), transport=noting)
    engine = open_langdock(Settings(base_url=base_url or langdock_server.url), outside)
    with contextlib.suppress(EngineUnavailable):
        ask(engine, seconds=600)
    assert set(noting.silences) == {seconds}


def test_nothing_is_asked_after_the_deadline(langdock_server: LangdockServer, engine: Engine) -> None:
    assert "the deadline has passed" in str(failure(engine, seconds=0))
    assert langdock_server.requests == []


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(endless, id="streams without end"),
        pytest.param(raw([b'{"a": "', b"x" * 10_000_000], "application/json"), id="10 MB in one answer"),
        pytest.param(raw([b"data: ", b"x" * 10_000_000]), id="10 MB in one event"),
        pytest.param(raw([b": ", b"x" * 10_000_000]), id="10 MB in one comment"),
    ],
)
def test_an_answer_that_is_too_large_is_hung_up_on(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, script: Script
) -> None:
    langdock_server.always = script
    error = failure(engine)
    assert isinstance(error, EngineUnavailable) and "larger than 4 MB" in str(error)
    assert (len(langdock_server.requests), pauses) == (1, [])


def test_a_large_error_is_read_in_part(langdock_server: LangdockServer, engine: Engine) -> None:
    langdock_server.always = lambda exchange: exchange.whole(404, b"x" * 10_000_000, "text/plain")
    assert "404" in str(failure(engine))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"<!doctype html><title>Sign in</title>", "text/html", id="a page"),
        pytest.param(b"Hello, world", "text/plain", id="text"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "image/png", id="an image"),
        pytest.param(b"[1, 2, 3]", "application/json", id="JSON that is no object"),
    ],
)
def test_an_answer_that_is_something_else_is_not_asked_for_again(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, body: bytes, content_type: str
) -> None:
    langdock_server.always = raw(body, content_type)
    error = failure(engine)
    assert isinstance(error, EngineUnavailable)
    assert f"the answer is {content_type}, not" in str(error)
    assert (len(langdock_server.requests), pauses) == (1, [])


def test_a_compressed_answer_was_not_asked_for(langdock_server: LangdockServer, engine: Engine) -> None:
    langdock_server.always = lambda exchange: exchange.whole(
        200, b"\x1f\x8b", "application/json", {"Content-Encoding": "gzip"}
    )
    assert "compressed" in str(failure(engine))
    assert langdock_server.requests[0].headers["Accept-Encoding"] == "identity"


def test_another_status_is_not_asked_for_again(langdock_server: LangdockServer, engine: Engine) -> None:
    langdock_server.always = status(501, {"message": "no FIM here"})
    error = failure(engine)
    assert isinstance(error, EngineUnavailable) and "no FIM here" in str(error)
    assert len(langdock_server.requests) == 1


@pytest.mark.parametrize("script", [silent, dripping], ids=["before the answer", "in the answer"])
def test_closing_the_engine_hangs_up_at_once(langdock_server: LangdockServer, script: Script) -> None:
    langdock_server.always = script
    engine = opened(langdock_server.url)
    threading.Timer(0.3, engine.close).start()
    began = time.monotonic()
    assert "interrupted" in str(failure(engine))
    assert time.monotonic() - began < 1
    assert "not asked, interrupted" in str(failure(engine))


@pytest.mark.parametrize("moment", [1, 2])
def test_closing_the_engine_at_the_moment_of_asking_is_no_unexpected_error(
    langdock_server: LangdockServer, moment: int
) -> None:
    engine = opened(langdock_server.url)
    looked = 0

    def clock() -> float:
        nonlocal looked
        looked += 1
        if looked == moment:
            engine.close()
        return time.monotonic()

    with pytest.raises(EngineUnavailable, match="interrupted"):
        engine.ask(QUESTION, done=lambda text: False, deadline=Deadline(time.monotonic() + 5, clock))


def test_closing_the_engine_ends_a_pause_between_tries(langdock_server: LangdockServer) -> None:
    langdock_server.always = status(429, headers={"Retry-After": "50"})
    engine = opened(langdock_server.url)
    threading.Timer(0.3, engine.close).start()
    began = time.monotonic()
    assert "interrupted" in str(failure(engine))
    assert time.monotonic() - began < 1
