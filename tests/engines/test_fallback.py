"""`--engine a,b`: who answers where the first one is down, has no such model or no quota."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from fimbot.engines.cache import CompletionCache
from fimbot.engines.fallback import Fallback, passed_over, shares_of
from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Engine
from fimbot.engines.remember import remembered
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, SettingsError
from fimbot.settings.values import Settings
from fimbot.values import Deadline
from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.scripts import fill, silent, status
from tests.engines.asking import QUESTION, Pauses, ask

OTHER_KEY = "mist-planted-key-77aa01"
NO_MODEL = {"message": "There are currently no Mistral models available for the API."}


@pytest.fixture
def second_server() -> Iterator[LangdockServer]:
    models = frozenset({"codestral-latest"})
    with LangdockServer(key=OTHER_KEY, route="/v1/fim/completions", models=models, text="    return 2\n") as server:
        yield server


@pytest.fixture
def two(langdock_server: LangdockServer, second_server: LangdockServer, pauses: Pauses) -> Engine:
    return opened(langdock_server, second_server, pauses)


def opened(first: LangdockServer, second: LangdockServer, pauses: Pauses, rpm: int = 500) -> Engine:
    chosen = Settings(engine=("langdock", "mistral"), base_url=f"{first.url}, {second.url}", rpm=rpm)
    environ = {"LANGDOCK_API_KEY": KEY, "MISTRAL_API_KEY": OTHER_KEY}
    return open_engine(chosen, environ, sleep=pauses).engine


def test_as_long_as_the_first_answers_the_second_is_not_asked(two: Engine, second_server: LangdockServer) -> None:
    answers = [ask(two) for _ in range(3)]
    assert {(answer.engine, answer.model, answer.text) for answer in answers} == {
        ("langdock", "codestral-2501", "    return 1\n")
    }
    assert second_server.requests == [] and passed_over(two) == ()


def test_a_single_engine_is_no_fallback(langdock_server: LangdockServer) -> None:
    chosen = Settings(engine=("langdock",), base_url=langdock_server.url)
    assert not isinstance(open_engine(chosen, {"LANGDOCK_API_KEY": KEY}).engine, Fallback)


DOWN = {
    "no such model, as a status": (status(404, NO_MODEL), "no Mistral models available"),
    "no such model, as a bad request": (status(400, {"message": "Invalid model: codestral-2501"}), "Invalid model"),
    "a key that it refuses": (status(401), "401 with the key from LANGDOCK_API_KEY"),
    "a fault that stays": (status(503), "503"),
    "throttled for longer than there is time": (status(429, headers={"Retry-After": "3600"}), "asks for 3600 s"),
    "throttled again and again": (status(429), "429"),
}


@pytest.mark.parametrize(("script", "why"), DOWN.values(), ids=DOWN.keys())
def test_the_second_answers_and_the_first_is_not_asked_again(
    two: Engine,
    langdock_server: LangdockServer,
    second_server: LangdockServer,
    script: Callable[..., None],
    why: str,
) -> None:
    langdock_server.always = script
    answers = [ask(two) for _ in range(3)]
    assert {(answer.engine, answer.model, answer.text) for answer in answers} == {
        ("mistral", "codestral-latest", "    return 2\n")
    }
    assert len(langdock_server.requests) <= 2, "with another one waiting, it is tried twice at most"
    assert sum(answer.requests for answer in answers) == len(langdock_server.requests) + len(second_server.requests)
    (passed,) = passed_over(two)
    assert passed.engine == "langdock" and why in passed.why
    assert [(share.engine, share.answers, share.refusal) for share in shares_of(two, answers)] == [
        ("langdock", 0, passed.why),
        ("mistral", 3, None),
    ]


def test_what_was_in_time_before_stays_the_firsts(two: Engine, langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("    return 1\n"), status(404))
    answers = [ask(two) for _ in range(3)]
    assert [share.answers for share in shares_of(two, answers)] == [1, 2]


def test_a_host_that_is_silent_takes_half_of_the_time_at_most(two: Engine, langdock_server: LangdockServer) -> None:
    langdock_server.always = silent
    deadline = Deadline.after(3.0)
    assert two.ask(QUESTION, done=lambda text: False, deadline=deadline).engine == "mistral"
    assert deadline.remaining() > 0


def test_a_quota_without_room_before_the_deadline(
    langdock_server: LangdockServer, second_server: LangdockServer, pauses: Pauses
) -> None:
    engine = opened(langdock_server, second_server, pauses, rpm=2)
    answers = [ask(engine) for _ in range(4)]
    assert [answer.engine for answer in answers] == ["langdock", "langdock", "mistral", "mistral"]
    assert passed_over(engine)[0].why.startswith("quota: ")
    with pytest.raises(EngineUnavailable, match="quota"):
        ask(engine)


def test_what_is_about_one_question_alone_is_not_asked_elsewhere(
    two: Engine, langdock_server: LangdockServer, second_server: LangdockServer
) -> None:
    langdock_server.plan(status(400, {"message": "Prompt contains 40000 tokens, too large"}))
    with pytest.raises(EngineError, match="fewer window-tokens"):
        ask(two)
    assert (second_server.requests, passed_over(two)) == ([], ())
    assert ask(two).engine == "langdock"


def test_with_both_down_it_is_the_lasts_error_that_counts_all_requests(
    two: Engine, langdock_server: LangdockServer, second_server: LangdockServer
) -> None:
    langdock_server.always = second_server.always = status(404)
    with pytest.raises(EngineRefused) as caught:
        ask(two)
    assert str(caught.value).startswith(f"{second_server.host}: 404")
    assert caught.value.requests == 2
    with pytest.raises(EngineRefused):
        ask(two)
    assert (len(langdock_server.requests), len(second_server.requests)) == (1, 2)


def test_each_key_goes_to_its_own_host(
    two: Engine, langdock_server: LangdockServer, second_server: LangdockServer
) -> None:
    langdock_server.always = status(404)
    ask(two)
    for server, own in ((langdock_server, KEY), (second_server, OTHER_KEY)):
        assert {request.headers["Authorization"] for request in server.requests} == {f"Bearer {own}"}


def test_a_key_for_any_engine_is_the_firsts_alone(
    langdock_server: LangdockServer, second_server: LangdockServer
) -> None:
    chosen = Settings(engine=("langdock", "mistral"), base_url=f"{langdock_server.url},{second_server.url}")
    opened = open_engine(chosen, {"FIMBOT_API_KEY": KEY})
    assert (opened.engine.name, isinstance(opened.engine, Fallback)) == ("langdock", False)
    assert opened.why == "langdock: chosen in the settings; mistral is not ready: MISTRAL_API_KEY is not set"


def test_an_engine_that_is_not_ready_is_passed_over_at_once(second_server: LangdockServer) -> None:
    chosen = Settings(engine=("langdock", "mistral"), base_url=f",{second_server.url}")
    opened = open_engine(chosen, {"MISTRAL_API_KEY": OTHER_KEY})
    assert ask(opened.engine).engine == "mistral"
    assert "langdock is not ready: no key for langdock: set LANGDOCK_API_KEY" in opened.why


def test_with_none_ready_it_is_the_firsts_reason() -> None:
    with pytest.raises(SettingsError, match="no key for langdock"):
        open_engine(Settings(engine=("langdock", "mistral")), {})


def test_a_name_that_is_none_is_told_wherever_it_stands() -> None:
    with pytest.raises(SettingsError, match="unknown engine 'mistrall': did you mean 'mistral'"):
        open_engine(Settings(engine=("langdock", "mistrall")), {"LANGDOCK_API_KEY": KEY})


def test_a_model_for_each(langdock_server: LangdockServer, second_server: LangdockServer) -> None:
    chosen = Settings(engine=("langdock", "mistral"), model="codestral-2508, codestral-latest")
    engine = open_engine(chosen, {"LANGDOCK_API_KEY": KEY, "MISTRAL_API_KEY": OTHER_KEY}).engine
    assert isinstance(engine, Fallback)
    assert [each.model for each in engine.engines] == ["codestral-2508", "codestral-latest"]
    alone = open_engine(replace(chosen, model="codestral-2508"), {"LANGDOCK_API_KEY": KEY, "MISTRAL_API_KEY": "k"})
    assert isinstance(alone.engine, Fallback)
    assert [each.model for each in alone.engine.engines] == ["codestral-2508", "codestral-latest"]


def test_each_has_its_own_answers_in_the_cache_and_a_refusal_hides_none_of_them(
    langdock_server: LangdockServer, second_server: LangdockServer, pauses: Pauses, tmp_path: Path
) -> None:
    def at(engine: Engine) -> Engine:
        return remembered(engine, CompletionCache(tmp_path / "answers.sqlite", 10**6, lambda: 1.0))

    known, other = QUESTION, replace(QUESTION, prefix="def two():\n")
    ask(at(opened(langdock_server, second_server, pauses)), known)
    langdock_server.always = status(404)
    engine = at(opened(langdock_server, second_server, pauses))
    assert ask(engine, other).engine == "mistral"
    kept = ask(engine, known)
    assert (kept.engine, kept.cached, kept.requests) == ("langdock", True, 0)
    again = ask(at(opened(langdock_server, second_server, pauses)), other)
    assert (again.engine, again.cached) == ("mistral", True)
    langdock_server.always = None
    back = ask(at(opened(langdock_server, second_server, pauses)), other)
    assert (back.engine, back.cached) == ("langdock", False), "what the second said is not the first's answer"


def test_many_threads_at_once(two: Engine, langdock_server: LangdockServer, second_server: LangdockServer) -> None:
    langdock_server.always = status(404)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(two), range(40)))
    assert {answer.engine for answer in answers} == {"mistral"}
    assert len(langdock_server.requests) <= 8, "only what was under way already"
    assert sum(answer.requests for answer in answers) == len(langdock_server.requests) + 40


def test_closing_it_asks_nobody_else(
    two: Engine, langdock_server: LangdockServer, second_server: LangdockServer
) -> None:
    langdock_server.always = silent
    asked = threading.Timer(0.3, two.close)
    asked.start()
    with pytest.raises(EngineUnavailable):
        ask(two)
    asked.join()
    assert (second_server.requests, passed_over(two)) == ([], ())


def test_where_only_the_first_is_ready_it_is_alone(langdock_server: LangdockServer) -> None:
    chosen = Settings(engine=("langdock", "mistral"), base_url=langdock_server.url)
    opened = open_engine(chosen, {"LANGDOCK_API_KEY": KEY}, sleep=lambda _: None)
    langdock_server.always = status(404, NO_MODEL)
    with pytest.raises(EngineError):
        ask(opened.engine)
    assert any("/openai/" in request.path for request in langdock_server.requests), "its chat route was not tried"
    assert "mistral is not ready: MISTRAL_API_KEY is not set" in opened.why
