"""What was paid for is kept before anybody uses it, and not asked for again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fimbot.engines.cache import CompletionCache
from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Question
from fimbot.engines.remember import Remembering
from fimbot.errors import EngineError
from fimbot.settings.values import Settings
from fimbot.values import Deadline
from tests.doubles import scripts
from tests.doubles.langdock import KEY, LangdockServer

QUESTION = Question("def f():\n", "\n", max_tokens=16)


@pytest.fixture
def engine(langdock_server: LangdockServer, tmp_path: Path) -> Iterator[Remembering]:
    settings = Settings(base_url=langdock_server.url)
    opened = open_engine(settings, {"LANGDOCK_API_KEY": KEY}).engine
    cache = CompletionCache(tmp_path / "cache.sqlite", 1_000_000, time.time)
    yield Remembering(opened, cache)
    cache.close()
    opened.close()


def ask(engine: Remembering, question: Question = QUESTION) -> str:
    return engine.ask(question, done=lambda text: False, deadline=Deadline.after(10)).text


def test_the_same_question_is_asked_once(engine: Remembering, langdock_server: LangdockServer) -> None:
    assert ask(engine) == ask(engine)
    assert len(langdock_server.requests) == 1


def test_another_question_is_asked(engine: Remembering, langdock_server: LangdockServer) -> None:
    ask(engine)
    ask(engine, Question("def f():\n", "\nx = 1\n", max_tokens=16))
    assert len(langdock_server.requests) == 2


def test_a_failure_is_not_remembered(engine: Remembering, langdock_server: LangdockServer) -> None:
    langdock_server.plan(scripts.status(404))
    with pytest.raises(EngineError):
        ask(engine)
    assert ask(engine) == langdock_server.text
