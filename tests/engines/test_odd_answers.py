"""Answers that are not as documented, and are read all the same."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.engines.protocol import Engine
from tests.doubles.langdock import Exchange, LangdockServer, Script
from tests.doubles.scripts import chunk, event, raw, silent, whole
from tests.engines.asking import DONE, Pauses, ask, failure


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
        pytest.param(raw(event(chunk("a", "")) + event(chunk(" b", "stop"))), id="an empty finish reason"),
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


@pytest.mark.parametrize("deep", ['{"error":' * 600 + '"x"' + "}" * 600, '{"error":' + "[" * 900 + "]" * 900 + "}"])
def test_an_error_that_is_nested_beyond_reason_is_one_line(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, deep: str
) -> None:
    langdock_server.always = raw(f"data: {deep}\n\n".encode())
    assert "the server broke the answer off" in str(failure(engine))


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
