"""OpenAI's chat completions against the strict server: what is sent, read, refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Question
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, SettingsError
from fimbot.settings.values import Settings
from fimbot.values import Usage
from tests.doubles.langdock import KEY
from tests.doubles.openai import OpenAIServer, chat, unsupported
from tests.doubles.scripts import status, truncated
from tests.engines.asking import Pauses, ask, failure, opened

BODY = "    total = 1\n    return total\n"
QUESTION = Question("def one():\n", "\n\n\nprint(one())\n", max_tokens=64, path="a.py", temperature=0.0)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(text=BODY) as server:
        yield server


def test_the_answer_is_the_middle(server: OpenAIServer) -> None:
    completion = ask(opened(server.url, engine="openai"), QUESTION)
    assert completion.text == BODY
    assert (completion.engine, completion.model, completion.finish_reason) == ("openai", "gpt-6-luna", "stop")
    assert (completion.usage, completion.requests, completion.cancelled) == (Usage(120, 5), 1, False)


def test_what_is_sent(server: OpenAIServer) -> None:
    question = Question("a", "b", 64, temperature=0.2, top_p=0.9, stop=tuple("vwxyz"), random_seed=7)
    ask(opened(server.url, engine="openai"), question)
    (request,) = server.requests
    messages = request.body.pop("messages")
    assert [each["role"] for each in messages] == ["system", "user"]
    assert request.body == {
        "model": "gpt-6-luna",
        "max_completion_tokens": 64,
        "stream": True,
        "stream_options": {"include_usage": True},
        "reasoning_effort": "none",
        "temperature": 0.2,
        "top_p": 0.9,
        "stop": ["v", "w", "x", "y"],
        "seed": 7,
    }


def test_what_is_shown_is_what_is_sent(server: OpenAIServer) -> None:
    engine = opened(server.url, engine="openai")
    ask(engine, QUESTION)
    system, user = (each["content"] for each in server.requests[0].body["messages"])
    assert engine.render(QUESTION) == (f"{system}\n\n{user}", "")


@pytest.mark.parametrize(
    "wrapped",
    [
        f"```python\n{BODY}```",
        f"Here is the body:\n\n```\n{BODY}```\nIt returns 1.",
        f"def one():\n{BODY}",
        f"```\ndef one():\n{BODY}\n\nprint(one())\n```",
    ],
)
def test_the_answer_is_aligned(server: OpenAIServer, wrapped: str) -> None:
    server.text = wrapped
    assert ask(opened(server.url, engine="openai"), QUESTION).text.rstrip() == BODY.rstrip()


def test_done_sees_the_middle_and_ends_the_request(server: OpenAIServer) -> None:
    server.plan(chat(f"```python\ndef one():\n{BODY}\n\ndef two():\n" + "    return 2\n" * 200, pause=0.005))
    seen: list[str] = []

    def done(text: str) -> bool:
        seen.append(text)
        return "def two" in text

    completion = ask(opened(server.url, engine="openai"), QUESTION, done=done)
    assert completion.cancelled and completion.text.startswith(BODY)
    assert seen[0].startswith("    ") and all(later.startswith(earlier) for earlier, later in pairwise(seen))
    assert server.requests[0].pieces_sent < 60


def test_a_closed_fence_ends_the_request(server: OpenAIServer) -> None:
    server.plan(chat(f"```python\n{BODY}```\n" + "And so it is. " * 300, pause=0.005))
    completion = ask(opened(server.url, engine="openai"), QUESTION)
    assert completion.cancelled and completion.text.rstrip() == BODY.rstrip()
    assert server.requests[0].pieces_sent < 60


def test_a_try_after_a_broken_one_begins_anew(server: OpenAIServer, pauses: Pauses) -> None:
    server.plan(truncated("```python\ndef one():\n    tot"))
    assert ask(opened(server.url, engine="openai", sleep=pauses), QUESTION).text == BODY
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("name", "said", "instead"),
    [
        ("temperature", "Unsupported value: 'temperature' does not support 0.0 with this model.", None),
        ("reasoning_effort", "Unrecognized request argument supplied: reasoning_effort", None),
        ("stream_options", "stream_options: Extra inputs are not permitted", None),
    ],
)
def test_a_parameter_that_the_model_refuses_is_left_out_from_then_on(
    server: OpenAIServer, name: str, said: str, instead: str | None
) -> None:
    server.refuses[name] = said
    engine = opened(server.url, engine="openai")
    assert ask(engine, QUESTION).requests == 2
    assert ask(engine, QUESTION).requests == 1
    assert [name in request.body for request in server.requests] == [True, False, False]


def test_several_refused_parameters_are_found_one_by_one(server: OpenAIServer) -> None:
    server.refuses = {
        "max_tokens": unsupported("max_tokens", "max_completion_tokens"),
        "temperature": "`temperature` is deprecated for this model.",
    }
    engine = _own(server)
    assert ask(engine, QUESTION).requests == 3
    assert server.requests[-1].body["max_completion_tokens"] == 64


def test_a_window_that_is_too_large_is_no_refused_parameter(server: OpenAIServer) -> None:
    said = "This model's maximum context length is 8192 tokens. Please reduce the length of the messages or max_tokens."
    server.always = status(400, {"error": {"message": said, "code": "context_length_exceeded"}})
    error = failure(_own(server))
    assert type(error) is EngineError and "fewer window-tokens" in str(error) and len(server.requests) == 1


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (chat("", finish="content_filter"), "content filter withheld the answer"),
        (chat("", refusal="I'm sorry, I cannot help with that."), "the model refuses: \"I'm sorry"),
        (
            status(400, {"error": {"message": "triggering Azure OpenAI's content management policy", "code": "x"}}),
            "content filter does not let this window through",
        ),
        (chat("", finish="length"), "the model thought for all of max-tokens (64)"),
    ],
)
def test_one_question_that_is_not_answered_does_not_stop_the_others(
    server: OpenAIServer, script: Any, told: str
) -> None:
    server.always = script
    error = failure(opened(server.url, engine="openai"))
    assert type(error) is EngineError and told in str(error)


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_refusal_is_told_with_its_words(server: OpenAIServer, code: int) -> None:
    server.always = status(code, {"error": {"message": "so said the server"}})
    error = failure(opened(server.url, engine="openai"))
    assert isinstance(error, EngineRefused) and (error.status, len(server.requests)) == (code, 1)
    assert f"{code} with the key from OPENAI_API_KEY" in str(error) and "so said the server" in str(error)


def test_too_many_requests_are_waited_for(server: OpenAIServer, pauses: Pauses) -> None:
    server.plan(status(429, {"error": {"message": "Rate limit reached"}}, {"Retry-After": "3"}))
    assert ask(opened(server.url, engine="openai", sleep=pauses), QUESTION).requests == 2
    assert 3 <= pauses[0] < 4


def test_a_server_that_fails_is_unavailable(server: OpenAIServer, pauses: Pauses) -> None:
    server.always = status(503)
    assert isinstance(failure(opened(server.url, engine="openai", sleep=pauses)), EngineUnavailable)


def test_a_whole_answer_is_read_too(server: OpenAIServer) -> None:
    def whole(exchange: Any) -> None:
        exchange.request.body["stream"] = False
        chat(f"```\n{BODY}```")(exchange)

    server.plan(whole)
    completion = ask(opened(server.url, engine="openai"), QUESTION)
    assert completion.text.rstrip() == BODY.rstrip() and completion.usage is not None


def _own(server: OpenAIServer, key: str = KEY, **settings: Any) -> Any:
    chosen = Settings(engine=("openai-chat",), base_url=server.url, **({"model": "gpt-6-luna"} | settings))
    return open_engine(chosen, {"FIMBOT_API_KEY": key} if key else {}).engine


def test_a_server_of_ones_own_may_ask_for_no_key() -> None:
    with OpenAIServer(text=BODY, keyless=True) as server:
        assert ask(_own(server, key=""), QUESTION).engine == "openai-chat"
        assert server.requests[0].headers["Authorization"] is None


def test_a_server_of_ones_own_is_sent_what_older_ones_know(server: OpenAIServer) -> None:
    ask(_own(server), QUESTION)
    assert set(server.requests[0].body) == {
        "model",
        "messages",
        "max_tokens",
        "stream",
        "stream_options",
        "temperature",
    }


def test_a_server_of_ones_own_has_to_be_named() -> None:
    with pytest.raises(SettingsError, match="set base-url"):
        open_engine(Settings(engine=("openai-chat",), model="m"), {})
    with pytest.raises(SettingsError, match="set model"):
        open_engine(Settings(engine=("openai-chat",), base_url="http://127.0.0.1:9"), {})


def test_openrouter_has_a_path_of_its_own() -> None:
    with OpenAIServer(text=BODY, route="/api/v1/chat/completions", models=frozenset({"openai/gpt-6-luna"})) as server:
        assert ask(opened(server.url + "/api", engine="openrouter"), QUESTION).engine == "openrouter"
    assert opened(None, engine="openrouter").host == "openrouter.ai"
