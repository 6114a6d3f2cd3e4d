"""Anthropic's messages against the strict server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fimbot.engines.protocol import Question
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable
from fimbot.values import Usage
from tests.doubles.anthropic import AnthropicServer, broken_off, message
from tests.doubles.langdock import KEY, Exchange
from tests.doubles.scripts import status
from tests.engines.asking import Pauses, ask, failure, opened

BODY = "    total = 1\n    return total\n"
QUESTION = Question("def one():\n", "\n\n\nprint(one())\n", max_tokens=64, temperature=0.0)


@pytest.fixture
def server() -> Iterator[AnthropicServer]:
    with AnthropicServer(text=BODY) as server:
        yield server


def test_the_answer_is_the_middle(server: AnthropicServer) -> None:
    server.text = f"```python\ndef one():\n{BODY}```\n"
    completion = ask(opened(server.url, engine="anthropic"), QUESTION)
    assert completion.text.rstrip() == BODY.rstrip()
    assert (completion.engine, completion.model) == ("anthropic", "claude-haiku-5-5")


def test_what_the_answer_took_is_counted_with_what_was_cached(server: AnthropicServer) -> None:
    completion = ask(opened(server.url, engine="anthropic"), QUESTION)
    assert (completion.usage, completion.finish_reason, completion.requests) == (Usage(120, 9), "stop", 1)


def test_what_is_sent(server: AnthropicServer) -> None:
    ask(opened(server.url, engine="anthropic"), Question("a", "b", 64, temperature=1.2, stop=("x", "\n\n"), top_p=0.5))
    (request,) = server.requests
    assert request.headers["x-api-key"] == KEY and request.headers["Authorization"] is None
    assert "nothing else" in request.body.pop("system")
    (asked,) = request.body.pop("messages")
    assert asked["role"] == "user"
    assert request.body == {
        "model": "claude-haiku-5-5",
        "max_tokens": 64,
        "stream": True,
        "thinking": {"type": "disabled"},
        "temperature": 1.0,
        "top_p": 0.5,
        "stop_sequences": ["x"],
    }


def test_thoughts_are_no_part_of_the_answer(server: AnthropicServer) -> None:
    server.plan(message(BODY, thought="It could be 2. Or 1."))
    assert ask(opened(server.url, engine="anthropic"), QUESTION).text == BODY


def test_the_request_is_hung_up_on(server: AnthropicServer) -> None:
    server.plan(message(BODY + "\n\nprint(one())\n" * 300, pause=0.005))
    completion = ask(opened(server.url, engine="anthropic"), QUESTION, done=lambda text: "print" in text)
    assert completion.cancelled and completion.usage is None
    assert server.requests[0].pieces_sent < 60


def test_a_sampling_parameter_that_the_model_refuses_is_left_out_from_then_on(server: AnthropicServer) -> None:
    server.refuses = {
        "temperature": "`temperature` is deprecated for this model.",
        "thinking": "thinking: 'disabled' is not supported",
    }
    engine = opened(server.url, engine="anthropic")
    assert (ask(engine, QUESTION).requests, ask(engine, QUESTION).requests) == (3, 1)


def test_an_answer_at_the_token_limit_says_so(server: AnthropicServer) -> None:
    server.plan(message("    total =", stop="max_tokens"))
    assert ask(opened(server.url, engine="anthropic"), QUESTION).finish_reason == "length"


def test_a_refusal_is_about_this_question(server: AnthropicServer) -> None:
    server.plan(message("", stop="refusal"))
    error = failure(opened(server.url, engine="anthropic"))
    assert type(error) is EngineError and "the model refuses to answer" in str(error)


def test_an_overloaded_server_is_asked_again(server: AnthropicServer, pauses: Pauses) -> None:
    server.plan(broken_off("    tot"))
    completion = ask(opened(server.url, engine="anthropic", sleep=pauses), QUESTION)
    assert (completion.text, completion.requests) == (BODY, 2)


def test_overloaded_for_good(server: AnthropicServer, pauses: Pauses) -> None:
    server.always = broken_off("    tot")
    error = failure(opened(server.url, engine="anthropic", sleep=pauses))
    assert isinstance(error, EngineUnavailable) and "Overloaded" in str(error)


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_refused_request_is_told_in_its_words(server: AnthropicServer, code: int) -> None:
    body = {"type": "error", "error": {"type": "permission_error", "message": "so said the server"}}
    server.always = status(code, body)
    error = failure(opened(server.url, engine="anthropic"))
    assert isinstance(error, EngineRefused)
    assert f"{code} with the key from ANTHROPIC_API_KEY" in str(error) and "so said the server" in str(error)


def test_a_whole_answer_is_read_too(server: AnthropicServer) -> None:
    def whole(exchange: Exchange) -> None:
        exchange.request.body["stream"] = False
        message(BODY, thought="Hm.")(exchange)

    server.plan(whole)
    completion = ask(opened(server.url, engine="anthropic"), QUESTION)
    assert (completion.text, completion.usage) == (BODY, Usage(120, 9))


def test_without_a_base_url_the_key_goes_to_anthropic() -> None:
    assert opened(None, engine="anthropic").host == "api.anthropic.com"
