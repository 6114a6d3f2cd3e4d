"""DeepSeek's FIM endpoint: what it has of its own; the rest is in test_every_engine.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fimbot.errors import EngineRefused, SettingsError
from tests.doubles.completions import CompletionsServer, deepseek_server
from tests.doubles.scripts import status
from tests.engines.asking import QUESTION, ask, failure, opened


@pytest.fixture
def server() -> Iterator[CompletionsServer]:
    with deepseek_server() as server:
        yield server


def test_the_host_that_the_key_goes_to() -> None:
    made = opened(None, engine="deepseek")
    assert (made.name, made.host, made.model) == ("deepseek", "api.deepseek.com", "deepseek-v4-pro")
    assert made.fingerprint == "deepseek api.deepseek.com deepseek-v4-pro layout 1"


@pytest.mark.parametrize("path", ["", "/beta", "/beta/completions"])
def test_the_route_is_the_beta_one(server: CompletionsServer, path: str) -> None:
    ask(opened(server.url + path, engine="deepseek"))
    assert (server.requests[0].method, server.requests[0].path) == ("POST", "/beta/completions")


def test_the_body_is_the_documented_one_without_a_seed(server: CompletionsServer) -> None:
    question = replace(QUESTION, temperature=0.0, top_p=0.9, stop=("\n\n",), random_seed=7, min_tokens=2)
    ask(opened(server.url, engine="deepseek"), question)
    assert server.requests[0].body == {
        "model": "deepseek-v4-pro",
        "prompt": QUESTION.prefix,
        "suffix": QUESTION.suffix,
        "max_tokens": 64,
        "temperature": 0.0,
        "top_p": 0.9,
        "stop": ["\n\n"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_an_account_without_money_is_told(server: CompletionsServer) -> None:
    server.always = status(402, {"error": {"message": "Insufficient Balance"}})
    error = failure(opened(server.url, engine="deepseek"))
    assert isinstance(error, EngineRefused)
    assert "topped up" in str(error) and "Insufficient Balance" in str(error)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"max_tokens": 4097}, "max_tokens is 4097, but deepseek takes 1 to 4096"),
        ({"max_tokens": 0}, "max_tokens is 0, but deepseek takes 1 to 4096"),
        ({"temperature": 2.1}, r"temperature is 2\.1, but deepseek takes 0 to 2"),
    ],
)
def test_out_of_its_documented_range(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        opened(None, engine="deepseek", **settings)


def test_more_stops_than_it_takes(server: CompletionsServer) -> None:
    with pytest.raises(SettingsError, match="stop holds 17 texts, but deepseek takes 16"):
        ask(opened(server.url, engine="deepseek"), replace(QUESTION, stop=tuple("abcdefghijklmnopq")))
    assert server.requests == []
