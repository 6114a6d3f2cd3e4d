"""The whole way to a strict server that speaks Langdock's documented protocol, and back."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fimbot.engines.protocol import Question
from fimbot.errors import SettingsError
from fimbot.settings.values import Settings
from fimbot.values import ContextPart, Hole, Stub, Usage, Window
from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.scripts import chunk, event, fill, raw, whole
from tests.engines.asking import ask, opened

EVERYTHING = Question(
    prefix="def f():\n",
    suffix="\nprint(f())\n",
    max_tokens=300,
    temperature=1.5,
    top_p=0.9,
    min_tokens=2,
    stop=("\n\n", "class "),
    random_seed=7,
)


def test_nothing_is_sent_before_a_question_is_asked(langdock_server: LangdockServer) -> None:
    opened(langdock_server.url).close()
    assert langdock_server.requests == []


def test_every_documented_parameter_arrives(langdock_server: LangdockServer) -> None:
    ask(opened(langdock_server.url), EVERYTHING)
    assert langdock_server.requests[0].body == {
        "model": "codestral-2501",
        "prompt": "def f():\n",
        "suffix": "\nprint(f())\n",
        "max_tokens": 300,
        "temperature": 1.5,
        "top_p": 0.9,
        "min_tokens": 2,
        "stop": ["\n\n", "class "],
        "random_seed": 7,
        "stream": True,
    }


def test_a_parameter_that_is_not_set_is_not_sent(langdock_server: LangdockServer) -> None:
    ask(opened(langdock_server.url))
    assert set(langdock_server.requests[0].body) == {"model", "prompt", "suffix", "max_tokens", "stream"}


def test_the_key_is_a_bearer_token_and_the_path_the_documented_one(langdock_server: LangdockServer) -> None:
    ask(opened(langdock_server.url))
    request = langdock_server.requests[0]
    assert (request.method, request.path) == ("POST", "/mistral/eu/v1/fim/completions")
    assert request.headers["Authorization"] == f"Bearer {KEY}"


def test_the_answer_is_read_whole(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("    return 1\n"))
    answer = ask(opened(langdock_server.url))
    assert (answer.text, answer.finish_reason, answer.cancelled) == ("    return 1\n", "stop", False)
    assert (answer.engine, answer.model, answer.requests) == ("langdock", "codestral-2501", 1)
    assert answer.usage is not None and answer.usage.prompt_tokens == 16


def test_the_documented_answer_is_read_where_the_server_ignores_stream(
    langdock_server: LangdockServer,
) -> None:
    langdock_server.plan(raw(json.dumps(whole("    return 2\n")).encode(), "application/json"))
    answer = ask(opened(langdock_server.url))
    assert (answer.text, answer.finish_reason, answer.usage) == ("    return 2\n", "stop", Usage(16, 13))


def test_the_token_limit_is_told(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("    return (1 +", finish="length"))
    assert ask(opened(langdock_server.url)).finish_reason == "length"


def test_it_hangs_up_at_the_end_of_the_hole(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("    return 1\n", rest="def two(): " * 200, pause=0.02))
    answer = ask(opened(langdock_server.url), done=lambda text: "def" in text)
    assert answer.cancelled and answer.finish_reason == "cancelled" and answer.usage is None
    assert answer.text.startswith("    return 1\ndef")
    assert len(answer.text) < 60
    _until(lambda: langdock_server.requests[0].hung_up)
    assert langdock_server.requests[0].pieces_sent < 50


def test_done_sees_the_text_grow(langdock_server: LangdockServer) -> None:
    seen: list[str] = []

    def noted(text: str) -> bool:
        seen.append(text)
        return False

    langdock_server.plan(fill("a b c"))
    ask(opened(langdock_server.url), done=noted)
    assert seen == ["a", "a b"]


def test_done_is_not_asked_about_an_event_without_text(langdock_server: LangdockServer) -> None:
    def with_text(text: str) -> bool:
        assert text
        return False

    langdock_server.plan(raw(event(chunk(None)) + event(chunk("")) + event(chunk("a", "stop"))))
    assert ask(opened(langdock_server.url), done=with_text).text == "a"


def test_what_done_raises_goes_through(langdock_server: LangdockServer) -> None:
    def broken(text: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(opened(langdock_server.url), done=broken)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="as documented"),
        pytest.param("/", id="with a slash at the end"),
        pytest.param("/mistral/eu/v1", id="as Continue is configured"),
        pytest.param("/mistral/eu/v1/fim/completions", id="the whole endpoint"),
    ],
)
def test_a_base_url_may_be_written(langdock_server: LangdockServer, path: str) -> None:
    ask(opened(langdock_server.url + path))
    assert len(langdock_server.requests) == 1


def test_a_dedicated_deployment_has_a_path_of_its_own() -> None:
    with LangdockServer(route="/api/public/mistral/eu/v1/fim/completions") as server:
        ask(opened(server.url + "/api/public"))
        assert server.requests[0].path == "/api/public/mistral/eu/v1/fim/completions"


def test_a_dedicated_deployment_may_have_another_region() -> None:
    with LangdockServer(route="/mistral/eu-2/v1/fim/completions") as server:
        ask(opened(server.url, region="eu-2"))
        assert server.requests[0].path == "/mistral/eu-2/v1/fim/completions"


def test_the_model_is_a_setting() -> None:
    with LangdockServer(models=frozenset({"codestral-2508"})) as server:
        engine = opened(server.url, model="codestral-2508")
        assert ask(engine).model == "codestral-2508"
        assert server.requests[0].body["model"] == "codestral-2508"


def test_without_a_base_url_the_key_goes_to_langdock() -> None:
    engine = opened(None)
    assert (engine.name, engine.host, engine.model) == ("langdock", "api.langdock.com", "codestral-2501")
    assert engine.fingerprint == "langdock api.langdock.com codestral-2501 layout 1"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"temperature": 1.6}, "temperature is 1.6, but langdock takes 0 to 1.5"),
        ({"temperature": -0.1}, "temperature is -0.1, but langdock takes 0 to 1.5"),
        ({"temperature": float("nan")}, "temperature is nan, but langdock takes 0 to 1.5"),
        ({"temperature": "hot"}, "temperature is 'hot', but langdock takes a number"),
        ({"top_p": 1.01}, "top_p is 1.01, but langdock takes 0 to 1"),
        ({"max_tokens": -1}, "max_tokens is -1, but langdock takes 0 or more"),
        ({"max_tokens": True}, "max_tokens is True, but langdock takes a whole number"),
        ({"min_tokens": -1}, "min_tokens is -1, but langdock takes 0 or more"),
        ({"random_seed": -5}, "random_seed is -5, but langdock takes 0 or more"),
        ({"random_seed": 1.5}, "random_seed is 1.5, but langdock takes a whole number"),
        ({"stop": ("",)}, "stop holds an empty text"),
        ({"region": "mars"}, "region is 'mars', but https://api.langdock.com has eu"),
    ],
)
def test_out_of_its_documented_range(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        opened(None, **settings)
    assert told in str(error.value)


def test_a_region_cannot_lead_to_another_path(langdock_server: LangdockServer) -> None:
    with pytest.raises(SettingsError, match="region"):
        opened(langdock_server.url, region="../../x")


def test_a_question_out_of_range_is_not_sent(langdock_server: LangdockServer) -> None:
    with pytest.raises(SettingsError, match="temperature is 2"):
        ask(opened(langdock_server.url), Question("a", "b", 10, temperature=2))
    assert langdock_server.requests == []


def test_the_limits_of_a_range_are_in_it(langdock_server: LangdockServer) -> None:
    lowest = Question("a", "b", 0, temperature=0, top_p=0, min_tokens=0, random_seed=0)
    ask(opened(langdock_server.url), lowest)
    assert langdock_server.requests[0].body["max_tokens"] == 0


def test_a_question_is_made_of_the_window_and_the_settings() -> None:
    stub = Stub("id", "a.py", "python", "empty-body", "fill", "f", 1, 2, 0, 9, Hole(5, 9, "    "), 2, 2, "\n", "empty")
    part = ContextPart("call", "b.py", "f()")
    made = Question.of(
        Window(stub, "p", "s", (part,), 9), Settings(temperature=0.2, stop=("x",), random_seed=3, max_tokens=9)
    )
    assert made == Question("p", "s", 9, (part,), "a.py", temperature=0.2, stop=("x",), random_seed=3)


def test_undecodable_bytes_of_a_file_do_not_stop_the_request(langdock_server: LangdockServer) -> None:
    ask(opened(langdock_server.url), Question("# caf\udce9\n", "\n", 5))
    assert langdock_server.requests[0].body["prompt"] == "# caf\ufffd\n"


def test_the_same_engine_serves_many_threads(langdock_server: LangdockServer) -> None:
    langdock_server.text = lambda body: f"answer to {body['prompt']}"
    engine = opened(langdock_server.url)
    questions = [Question(f"question {n}", "", 5) for n in range(24)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda question: ask(engine, question).text, questions))
    assert answers == [f"answer to question {n}" for n in range(24)]


def _until(condition: Any, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
