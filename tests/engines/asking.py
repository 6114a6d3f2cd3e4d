"""What the tests of engines share: an engine on loopback, and one question for it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Engine, Question
from fimbot.errors import EngineError
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, KEY_NAMES
from fimbot.settings.values import Settings
from fimbot.values import Completion, Deadline
from tests.doubles.langdock import KEY

QUESTION = Question("def one():\n", "\n\nprint(one())\n", max_tokens=64)
DONE = b"data: [DONE]\n\n"


def opened(
    base_url: str | None,
    *,
    engine: str = "langdock",
    key: str = KEY,
    sleep: Callable[[float], object] | None = None,
    environ: Mapping[str, str] | None = None,
    **settings: Any,
) -> Engine:
    """`key`: "" for none. Not metered: what is tested waits in no time, which a quota would not believe."""
    if environ is None:
        environ = {(KEY_NAMES | CHAT_KEY_NAMES).get(engine, ANY_ENGINE): key} if key else {}
    return open_engine(
        Settings(engine=(engine,), base_url=base_url, **settings), environ, metered=False, sleep=sleep
    ).engine


def ask(
    engine: Engine,
    question: Question = QUESTION,
    *,
    done: Callable[[str], bool] = lambda text: False,
    seconds: float = 10.0,
) -> Completion:
    return engine.ask(question, done=done, deadline=Deadline.after(seconds))


def failure(engine: Engine, *, seconds: float = 100.0) -> EngineError:
    """The error of one question: one line that names the host and nowhere, traceback included, the key."""
    with pytest.raises(EngineError) as caught:
        ask(engine, seconds=seconds)
    error = caught.value
    assert str(error).startswith(f"{engine.host}: ")
    assert str(error).isprintable() and len(str(error)) < 600
    assert KEY not in "".join(traceback.format_exception(error)) + repr(error) + repr(engine)
    return error


class Pauses(list[float]):
    """Stands in for sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
