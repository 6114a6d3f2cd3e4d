"""What is said of what was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.apps.doctor.judge import exit_status, judge
from fimbot.apps.doctor.models import models_path, read_models
from fimbot.apps.doctor.remaining import remaining
from fimbot.apps.doctor.values import Check, Model, Remaining, Seen, Try

WORD = Try(True, "marigold", status=200, pieces=1, first=0.2, whole=0.3)
NUMBERS = Try(True, "6, 7, 8", status=200, pieces=2, hung_up=True, first=0.2, whole=0.4)
GOOD = Seen(
    engine="langdock",
    why="langdock: LANGDOCK_API_KEY is set",
    model="codestral-2501",
    host="api.langdock.com",
    requests=3,
    keyed=True,
    models=(Model("codestral-2501", 0.3, True), Model("mistral-small-latest", 0.3, False)),
    word=WORD,
    numbers=NUMBERS,
    remaining=Remaining(498, 500, 59_000, 60_000),
    temperature_sent=0.0,
)


def check(seen: Seen, subject: str) -> Check:
    (found,) = (each for each in judge(seen, 10.0).checks if each.subject == subject)
    return found


def bad(seen: Seen) -> set[str]:
    return {each.subject for each in judge(seen, 10.0).checks if each.status == "bad"}


def test_all_good() -> None:
    examined = judge(GOOD, 10.0)
    assert [(each.subject, each.status, each.advice) for each in examined.checks] == [
        (subject, "good", "")
        for subject in ("reachable", "key", "model", "temperature", "suffix", "streaming", "latency", "quota")
    ]
    assert exit_status([examined]) == 0
    assert check(GOOD, "temperature").says == "0.3 is its default; fimbot sends 0"
    assert check(GOOD, "quota").says == "498 of 500 requests and 59,000 of 60,000 tokens left"


def test_what_is_not_told_is_no_fault() -> None:
    silent = replace(GOOD, models=None, remaining=None)
    assert bad(silent) == set() and exit_status([judge(silent, 10.0)]) == 0
    assert {check(silent, subject).status for subject in ("temperature", "quota")} == {"unknown"}


def refused(status: int | None, fault: str = "h: what it said", **others: object) -> Seen:
    word = Try(False, fault=fault, status=status)
    return replace(GOOD, word=word, numbers=None, remaining=None, **others)  # type: ignore[arg-type]


FAULTS = {
    "no connection": (refused(None, models=None), {"reachable"}),
    "down": (refused(503), {"reachable"}),
    "a key that it refuses": (refused(401, models=None), {"key"}),
    "a key that may not": (refused(403, models=None), {"key"}),
    "no such model or endpoint": (refused(404, models=None), {"model"}),
    "a model that is not listed": (refused(400, models=(Model("other"),)), {"model"}),
    "a question that it does not take": (refused(422), {"ready"}),
    "throttled": (refused(429), {"quota"}),
    "an account without money": (refused(402), {"quota"}),
    "a suffix that is not read": (replace(GOOD, word=replace(WORD, text="Hello World")), {"suffix"}),
    "one piece": (replace(GOOD, numbers=replace(NUMBERS, pieces=0, hung_up=False)), {"streaming"}),
    "a quota's store that is down": (replace(GOOD, miscounted="Redis: cannot be reached"), {"quota"}),
    "little left": (replace(GOOD, remaining=Remaining(400, 500, 6_000, 60_000)), {"quota"}),
    "not ready": (Seen("langdock", "langdock: chosen in the settings", not_ready="no key"), {"ready"}),
}


@pytest.mark.parametrize(("seen", "subjects"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_of_one_thing(seen: Seen, subjects: set[str]) -> None:
    assert bad(seen) == subjects
    examined = judge(seen, 10.0)
    assert exit_status([examined]) == (1 if examined.answers else 3)
    assert exit_status([judge(GOOD, 10.0), examined]) == 1


def test_the_advice_on_a_key_names_the_host_it_went_to() -> None:
    assert "the key went to api.langdock.com, which refuses it" in check(refused(401), "key").advice


def test_of_a_key_that_was_not_sent_nothing_is_known() -> None:
    unreached = check(refused(None, models=None, keyed=False), "key")
    assert (unreached.status, unreached.says) == ("unknown", "none was sent to api.langdock.com")
    without = check(replace(GOOD, keyed=False), "key")
    assert (without.status, without.says) == ("good", "none is sent to api.langdock.com")


def test_the_advice_on_a_model_names_those_that_fill() -> None:
    listed = (Model("mistral-large", fills=False), Model("codestral-2508", fills=True), Model("codestral-x", None))
    advice = check(refused(404, models=listed), "model").advice
    assert advice == "set model to one that it has (codestral-2508, codestral-x), or change engine"


def test_a_chat_that_streams_cannot_be_told_from_one_that_does_not() -> None:
    by_line = replace(NUMBERS, pieces=0, hung_up=False, by_line=True)
    assert check(replace(GOOD, numbers=by_line), "streaming").status == "unknown"
    assert check(replace(GOOD, numbers=replace(NUMBERS, by_line=True)), "streaming").status == "good"


def test_slow_for_a_commit_is_advice_and_no_fault() -> None:
    slow = check(replace(GOOD, word=replace(WORD, whole=12.0)), "latency")
    assert (slow.status, slow.advice) == (
        "good",
        "a commit waits 10 s: a longer hook-deadline, or background = true",
    )


def test_none_at_all_is_none_that_answers() -> None:
    assert exit_status([]) == 3


ROUTES = {
    "/mistral/eu/v1/fim/completions": "/mistral/eu/v1/models",
    "/v1/fim/completions": "/v1/models",
    "/beta/completions": "/models",
    "/openai/eu/v1/chat/completions": "/openai/eu/v1/models",
    "/v1/completions": "/v1/models",
    "/anthropic/eu/v1/messages": "/anthropic/eu/v1/models",
    "/api/generate": "/api/tags",
    "/infill": "/v1/models",
    "/elsewhere": None,
}


@pytest.mark.parametrize(("route", "models"), ROUTES.items())
def test_where_the_models_are_listed(route: str, models: str | None) -> None:
    assert models_path(route) == models


def test_lists_of_models_in_their_several_shapes() -> None:
    mistral = b"""{"object": "list", "data": [{"id": "codestral-2501", "aliases": ["codestral-latest"],
        "default_model_temperature": 0.3, "capabilities": {"completion_fim": true}}]}"""
    ollama = b'{"models": [{"name": "qwen2.5-coder:1.5b", "model": "qwen2.5-coder:1.5b"}]}'
    assert read_models(mistral, str) == (Model("codestral-2501", 0.3, True), Model("codestral-latest", 0.3, True))
    assert read_models(ollama, str) == (Model("qwen2.5-coder:1.5b"),)


@pytest.mark.parametrize("told", ["9" * 400, "NaN", "-1", "true", '"0.3"', "1e400"])
def test_a_temperature_that_cannot_be_is_not_told(told: str) -> None:
    listed = f'[{{"id": "m", "default_model_temperature": {told}}}]'.encode()
    assert read_models(listed, str) == (Model("m", None),)


@given(st.binary() | st.sampled_from([b"[1]", b'{"data": 1}', b'{"data": [1, {}, {"id": 2}]}', b"[" * 99_999]))
def test_what_is_no_list_breaks_nothing(body: bytes) -> None:
    assert read_models(body, str) in (None, ())


HEADERS = {
    "Mistral": (
        {"x-ratelimit-limit-req-minute": "360", "x-ratelimit-remaining-req-minute": "359"},
        Remaining(359, 360, None, None),
    ),
    "OpenAI": (
        {"x-ratelimit-remaining-tokens": "149984", "x-ratelimit-limit-tokens": "150000"},
        Remaining(None, None, 149_984, 150_000),
    ),
    "Mistral, earlier": (
        {"ratelimitbysize-limit": "500000", "ratelimitbysize-remaining": "499000"},
        Remaining(None, None, 499_000, 500_000),
    ),
    "a structured field": ({"ratelimit": '"default";r=50;t=30'}, Remaining(50, None, None, None)),
    "a limit alone": ({"x-ratelimit-limit-requests": "500"}, None),
    "with its policy behind it": ({"ratelimit-remaining": "7, 7;w=60"}, Remaining(7, None, None, None)),
    "nonsense": ({"ratelimit-remaining": "plenty"}, None),
    "none": ({"content-type": "text/html"}, None),
}


@pytest.mark.parametrize(("headers", "expected"), HEADERS.values(), ids=HEADERS.keys())
def test_what_headers_say_of_the_quota(headers: dict[str, str], expected: Remaining | None) -> None:
    assert remaining(headers) == expected


def test_the_exact_number_left_without_a_limit_is_low_only_at_none() -> None:
    assert bad(replace(GOOD, remaining=Remaining(requests=1))) == set()
    assert bad(replace(GOOD, remaining=Remaining(requests=0))) == {"quota"}
