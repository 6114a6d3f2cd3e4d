"""What a server can do wrong, each against the strict server on loopback: one clear line, in time, no key."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.engines.protocol import Engine
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, SettingsError
from tests.doubles.langdock import KEY, Exchange, LangdockServer, Script
from tests.doubles.scripts import (
    chunk,
    dripping,
    endless,
    event,
    fill,
    raw,
    redirect,
    reset,
    silent,
    stalled,
    status,
    truncated,
    whole,
)
from tests.engines.asking import ask, opened

DONE = b"data: [DONE]\n\n"


@pytest.fixture(autouse=True)
def _no_key_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text


class Pauses(list[float]):
    """Stands in for sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def engine(langdock_server: LangdockServer, pauses: Pauses) -> Engine:
    return opened(langdock_server.url, sleep=pauses)


def failure(engine: Engine, *, seconds: float = 100.0) -> EngineError:
    """The error of one question: one line that names the host and nowhere, traceback included, the key."""
    with pytest.raises(EngineError) as caught:
        ask(engine, seconds=seconds)
    error = caught.value
    assert str(error).startswith(f"{engine.host}: ")
    assert str(error).isprintable() and len(str(error)) < 600
    assert KEY not in "".join(traceback.format_exception(error)) + repr(error) + repr(engine)
    return error


# --- no retry helps -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (401, "set LANGDOCK_API_KEY to a key of this host, or change engine or base-url"),
        (402, "its account must be paid for or topped up"),
        (403, "it may not use this endpoint or the model codestral-2501"),
        (404, "no model codestral-2501; check base-url, region and model"),
        (422, "check the model codestral-2501 and the sampling settings"),
        (409, "the request is not taken"),
    ],
)
def test_a_refusal_says_where_the_key_went_and_what_to_change(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, code: int, advice: str
) -> None:
    langdock_server.always = status(code, {"message": "so said the server"})
    error = failure(engine)
    assert isinstance(error, EngineRefused)
    assert f"{code} with the key from LANGDOCK_API_KEY" in str(error)
    assert advice in str(error)
    assert 'it says: "so said the server"' in str(error)
    assert (len(langdock_server.requests), error.requests, pauses) == (1, 1, [])


def test_a_key_of_another_host_is_refused(langdock_server: LangdockServer) -> None:
    error = failure(opened(langdock_server.url, key="another-hosts-key"))
    assert isinstance(error, EngineRefused) and "401" in str(error)


def test_a_base_url_of_another_service_is_refused(langdock_server: LangdockServer) -> None:
    assert "404" in str(failure(opened(langdock_server.url + "/somewhere")))


def test_a_model_that_is_not_there_is_refused(langdock_server: LangdockServer) -> None:
    error = failure(opened(langdock_server.url, model="codestral-1"))
    assert isinstance(error, EngineRefused)
    assert "model codestral-1" in str(error) and "body.model" in str(error)


@pytest.mark.parametrize(("code", "message"), [(400, "Prompt contains 40000 tokens"), (413, "no")])
def test_a_window_that_is_too_large_is_about_that_question_only(
    langdock_server: LangdockServer, engine: Engine, code: int, message: str
) -> None:
    langdock_server.always = status(code, {"object": "error", "message": message})
    error = failure(engine)
    assert type(error) is EngineError
    assert f'try fewer window-tokens (it says: "{message}")' in str(error)


def test_a_model_that_mistral_does_not_know_is_refused_for_all(langdock_server: LangdockServer, engine: Engine) -> None:
    said = {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"}
    langdock_server.always = status(400, said)
    assert isinstance(failure(engine), EngineRefused)


def test_a_model_named_by_a_repository_cannot_write_to_the_terminal() -> None:
    with LangdockServer(models=frozenset()) as server:
        assert "[2Jx and" in str(failure(opened(server.url, model="\x1b[2J\u202ex")))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            {"object": "error", "message": "bad model", "type": "invalid_model", "code": "1500"},
            "bad model",
            id="Mistral's own",
        ),
        pytest.param(
            {"object": "error", "message": {"detail": [{"loc": ["body", "n"], "msg": "extra"}]}},
            "body.n: extra",
            id="Mistral's own around FastAPI's",
        ),
        pytest.param(
            {"detail": [{"loc": ["body", "top_p"], "msg": "too large", "input": "def secret():"}]},
            "body.top_p: too large",
            id="FastAPI's list",
        ),
        pytest.param({"detail": "Unauthorized"}, "Unauthorized", id="FastAPI's text"),
        pytest.param({"message": "no such route"}, "no such route", id="a gateway's"),
        pytest.param({"error": {"message": "quota"}}, "quota", id="OpenAI's"),
    ],
)
def test_the_servers_message_is_found(langdock_server: LangdockServer, engine: Engine, body: object, told: str) -> None:
    langdock_server.always = status(422, body)
    error = str(failure(engine))
    assert f'(it says: "{told}")' in error


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"Incorrect API key provided: {KEY}.", id="as it is"),
        pytest.param(f"Bearer {KEY[:9]}\u200b{KEY[9:]}", id="with an invisible character in it"),
        pytest.param(f"Bearer {KEY[:9]}\x00{KEY[9:]}", id="with a control character in it"),
        pytest.param("x" * 190 + KEY, id="where the message is cut"),
    ],
)
def test_a_key_that_the_server_echoes_is_masked(langdock_server: LangdockServer, engine: Engine, message: str) -> None:
    langdock_server.always = status(401, {"message": message})
    error = str(failure(engine))
    assert KEY not in error and KEY[:12] not in error


def test_a_message_cannot_write_to_the_terminal(langdock_server: LangdockServer, engine: Engine) -> None:
    langdock_server.always = status(403, {"message": "\x1b[2J\u202eno\n\r\nway" + "!" * 5000})
    assert "[2Jno way!!!" in str(failure(engine))


def test_an_html_page_is_not_quoted(langdock_server: LangdockServer, engine: Engine) -> None:
    page = b"<!doctype html><title>Forbidden</title>"
    langdock_server.always = lambda exchange: exchange.whole(403, page, "text/html")
    assert "it says" not in str(failure(engine))


def test_an_error_whose_text_does_not_end_is_not_waited_for(langdock_server: LangdockServer, engine: Engine) -> None:
    def refused_slowly(exchange: Exchange) -> None:
        exchange.head(401, "text/plain")
        exchange.write(b"no, and ")
        silent(exchange)

    langdock_server.always = refused_slowly
    began = time.monotonic()
    error = failure(engine)
    assert isinstance(error, EngineRefused) and '(it says: "no, and")' in str(error)
    assert time.monotonic() - began < 3


def test_a_redirect_is_not_followed(langdock_server: LangdockServer, engine: Engine) -> None:
    with LangdockServer() as elsewhere:
        langdock_server.always = redirect(elsewhere.url + elsewhere.route)
        error = failure(engine)
        assert elsewhere.requests == []
    assert isinstance(error, EngineRefused)
    assert "it redirects to" in str(error) and "set base-url" in str(error)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("http://api.example.com", "unencrypted", id="plain http to another machine"),
        pytest.param("http://127.0.0.1.example.com", "unencrypted", id="a name that looks like loopback"),
        pytest.param("ftp://api.example.com", "must begin with https://", id="another scheme"),
        pytest.param("api.example.com", "must begin with https://", id="no scheme"),
        pytest.param("https://", "must begin with https://", id="no host"),
        pytest.param("https://me:word@api.example.com", "user name or password", id="a password"),
        pytest.param("https://api.example.com/?a=b", "without ?", id="a query"),
        pytest.param("https://api.example.com:port", "not a URL", id="no URL"),
    ],
)
def test_a_base_url_that_no_key_may_go_to(url: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        opened(url)
    assert told in str(error.value) and ":word@" not in str(error.value)


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:9", "127.1.2.3:9", "[::1]:9"])
def test_this_machine_may_be_spoken_to_in_plain_http(host: str) -> None:
    assert opened(f"http://{host}").host == host


# --- what the environment may not do ---------------------------------------------------------------------


def test_a_netrc_does_not_replace_the_key(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\ndefault login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    ask(opened(langdock_server.url))
    assert langdock_server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_no_proxy_sees_a_key_in_plain_http(langdock_server: LangdockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with LangdockServer() as proxy:
        for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        ask(opened(langdock_server.url))
        assert (len(langdock_server.requests), proxy.requests) == (1, [])


def test_a_proxy_is_used_for_https_and_sees_no_key(monkeypatch: pytest.MonkeyPatch, pauses: Pauses) -> None:
    with LangdockServer() as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        error = failure(opened("https://langdock.invalid", sleep=pauses))
    assert isinstance(error, EngineRefused) and "check HTTPS_PROXY" in str(error)
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert KEY not in str([request.headers.items() for request in proxy.requests])


# --- another try may help -------------------------------------------------------------------------------


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


# --- slow, too much, something else ---------------------------------------------------------------------


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


# --- not as documented, and read all the same -----------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(raw(event(chunk("a b", "stop"))), id="no [DONE]"),
        pytest.param(raw(event(chunk("a b", "stop")), end=False), id="no [DONE] and cut off"),
        pytest.param(raw(event(chunk("a b")) + DONE), id="no finish reason"),
        pytest.param(raw(event(chunk("a b")) + b"data: [DONE]"), id="no line break at the end"),
        pytest.param(raw(event(chunk("a b", "stop")), "text/html"), id="a wrong content type"),
        pytest.param(raw(json.dumps(whole("a b")).encode(), "text/event-stream"), id="JSON as a stream"),
        pytest.param(raw(b"\xef\xbb\xbf\r\n" + event(chunk("a b", "stop"))), id="a byte order mark"),
        pytest.param(raw(event(chunk("a b", "stop")).replace(b"\n", b"\r\n")), id="CRLF"),
        pytest.param(raw(event(chunk("a b", "stop")).replace(b"\n", b"\r")), id="CR"),
        pytest.param(raw(event(chunk("a b", "stop")).replace(b"data: ", b"data:")), id="no blank"),
        pytest.param(raw(b": hi\n\nevent: ping\ndata: {}\n\n" + event(chunk("a b", "stop"))), id="pings"),
        pytest.param(raw(event(chunk(["a", {"type": "text", "text": " b"}], "stop"))), id="parts"),
        pytest.param(raw(event(chunk(None)) + event(chunk("a b")) + event(chunk(None, "stop"))), id="null"),
        pytest.param(raw(event({"choices": [{"text": "a b", "finish_reason": "stop"}]})), id="text"),
        pytest.param(raw(b'data: {"choices":\ndata: [{"text":"a b","finish_reason":"stop"}]}\n\n'), id="2 lines"),
        pytest.param(raw(event({**chunk("a b", "stop"), "usage": {"prompt_tokens": "9"}})), id="bad usage"),
        pytest.param(raw(event({"choices": "none"}) + event(chunk("a b", "stop"))), id="an odd event before"),
    ],
)
def test_it_reads_an_answer_with(langdock_server: LangdockServer, engine: Engine, script: Script) -> None:
    langdock_server.plan(script)
    answer = ask(engine)
    assert (answer.text, answer.requests) == ("a b", 1)


def test_a_connection_left_open_behind_the_answer_costs_two_seconds_at_most(
    langdock_server: LangdockServer, engine: Engine
) -> None:
    def answered_then_silent(exchange: Exchange) -> None:
        raw(event(chunk("a b", "stop")), end=False)(exchange)
        silent(exchange)

    langdock_server.plan(answered_then_silent)
    began = time.monotonic()
    assert ask(engine).text == "a b"
    assert time.monotonic() - began < 3


def test_usage_that_comes_in_an_event_of_its_own_is_read(langdock_server: LangdockServer, engine: Engine) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}
    first = {**chunk("a b", "stop"), "usage": None}
    langdock_server.plan(raw(event(first) + event(usage) + DONE))
    answer = ask(engine)
    assert answer.usage is not None and answer.usage.completion_tokens == 4


@pytest.mark.parametrize(
    "usage",
    [None, [], {}, {"prompt_tokens": 3}, {"prompt_tokens": 3, "completion_tokens": "4"}]
    + [{"prompt_tokens": 3, "completion_tokens": count} for count in (-1, True, 2.5, 2**60, None)],
    ids=str,
)
def test_usage_that_cannot_be_is_none(langdock_server: LangdockServer, engine: Engine, usage: object) -> None:
    langdock_server.plan(raw(event({**chunk("a b", "stop"), "usage": usage}) + DONE))
    assert ask(engine).usage is None


def test_what_follows_the_end_changes_nothing(langdock_server: LangdockServer, engine: Engine) -> None:
    after = event({"choices": []}) + event(chunk(" and more"))
    langdock_server.plan(raw(event(chunk("a b", "stop")) + after + DONE))
    answer = ask(engine)
    assert (answer.text, answer.usage is not None) == ("a b", True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8")), cut=st.integers(1, 60))
def test_the_answer_is_the_same_wherever_the_packets_are_cut(
    langdock_server: LangdockServer, engine: Engine, text: str, cut: int
) -> None:
    body = b"data: " + json.dumps(chunk("é\u2028" + text, "stop"), ensure_ascii=False).encode() + b"\r\n\r\n"
    parts = [body[at : at + cut] for at in range(0, len(body), cut)]
    langdock_server.plan(raw([*parts, DONE]))
    assert ask(engine).text == "é\u2028" + text


def test_a_letter_that_was_halved_over_two_events_is_joined(langdock_server: LangdockServer, engine: Engine) -> None:
    seen: list[str] = []

    def noted(text: str) -> bool:
        seen.append(text)
        return False

    halves = [rb'{"choices": [{"delta": {"content": "\ud83d"}}]}', rb'{"choices": [{"delta": {"content": "\ude00"}}]}']
    langdock_server.plan(raw(b"".join(b"data: %s\n\n" % half for half in halves) + DONE))
    assert ask(engine, done=noted).text == "\U0001f600"
    assert seen == ["\ufffd", "\U0001f600"]


# --- interrupted ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [silent, dripping], ids=["before the answer", "in the answer"])
def test_closing_the_engine_hangs_up_at_once(langdock_server: LangdockServer, script: Script) -> None:
    langdock_server.always = script
    engine = opened(langdock_server.url)
    threading.Timer(0.3, engine.close).start()
    began = time.monotonic()
    assert "interrupted" in str(failure(engine))
    assert time.monotonic() - began < 1
    assert "not asked, interrupted" in str(failure(engine))


def test_closing_the_engine_ends_a_pause_between_tries(langdock_server: LangdockServer) -> None:
    langdock_server.always = status(429, headers={"Retry-After": "50"})
    engine = opened(langdock_server.url)
    threading.Timer(0.3, engine.close).start()
    began = time.monotonic()
    assert "interrupted" in str(failure(engine))
    assert time.monotonic() - began < 1


def _http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
