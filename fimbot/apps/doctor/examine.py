"""Asks an engine what there is to ask, and keeps what was seen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from fimbot.apps.doctor.models import models_path, read_models
from fimbot.apps.doctor.questions import ENOUGH_PIECES, LONG, SUFFIX
from fimbot.apps.doctor.remaining import remaining
from fimbot.apps.doctor.values import Model, Seen, Try
from fimbot.apps.doctor.watch import Watch
from fimbot.engines.chat.engine import ChatEngine
from fimbot.engines.http import Channel
from fimbot.engines.protocol import Engine, Question
from fimbot.errors import EngineError, EngineUnavailable, ModelError, SettingsError
from fimbot.values import Deadline

REQUESTS = 3
"""To one engine, at most: beside those that choose a model where none is set (an Ollama is asked of each whether it
fills in), and those that find out what a model takes."""


def no_second_try(seconds: float) -> None:
    """In place of a sleep between tries, while the fault is handled that another try would hide: a doctor wants it."""
    raise EngineUnavailable(str(sys.exception()))


@runtime_checkable
class _HasChannel(Protocol):
    @property
    def channel(self) -> Channel: ...


def examine(engine: Engine, why: str, watch: Watch, deadline: Deadline) -> Seen:
    """`engine` was opened with `watch` as its transport and `no_second_try` as its sleep."""
    # A server of one's own was asked for its models when it was opened: that was the first request.
    models = None if watch.exchanges else _models(engine, deadline)
    word = _tried(engine, SUFFIX, watch, deadline, pieces=None)
    numbers = _tried(engine, LONG, watch, deadline, pieces=ENOUGH_PIECES) if word.answered else None
    told = [found for each in watch.exchanges if (found := remaining(each.headers)) is not None]
    return Seen(
        engine=engine.name,
        why=why,
        model=engine.model,
        host=engine.host,
        local=not isinstance(engine, _HasChannel),
        requests=len(watch.exchanges),
        keyed=any(each.keyed for each in watch.exchanges),
        models=models,
        word=word,
        numbers=numbers,
        remaining=told[-1] if told else None,
    )


def _part_of(deadline: Deadline) -> Deadline:
    """So that a question which is never answered leaves time for the next."""
    return deadline.within(deadline.remaining() * 2 / 3)


def _models(engine: Engine, deadline: Deadline) -> tuple[Model, ...] | None:
    path = models_path(engine.channel.path) if isinstance(engine, _HasChannel) else None
    if path is None or not isinstance(engine, _HasChannel):
        return None
    try:
        answer, _ = engine.channel.get(
            path, lambda incoming: read_models(b"".join(incoming.chunks()), incoming.quote), _part_of(deadline)
        )
    except (EngineError, SettingsError):
        return None  # many have none, or none for this key; the questions themselves will tell
    return answer


@dataclass(slots=True)
class _Progress:
    enough: int | None
    begun: float = field(default_factory=time.monotonic)
    pieces: int = 0
    first: float | None = None

    def done(self, text: str) -> bool:
        self.pieces += 1
        if self.first is None:
            self.first = self.seconds()
        return self.enough is not None and self.pieces >= self.enough

    def seconds(self) -> float:
        return time.monotonic() - self.begun


def _tried(engine: Engine, question: Question, watch: Watch, deadline: Deadline, *, pieces: int | None) -> Try:
    progress = _Progress(pieces)
    done: Callable[[str], bool] = progress.done
    before = len(watch.exchanges)
    try:
        answer = engine.ask(question, done=done, deadline=_part_of(deadline))
    except (EngineError, ModelError, SettingsError) as error:
        tried = Try(answered=False, fault=str(error), pieces=progress.pieces, first=progress.first)
    else:
        tried = Try(
            True,
            answer.text,
            pieces=progress.pieces,
            hung_up=answer.cancelled,
            by_line=isinstance(engine, ChatEngine),
            first=progress.first,
        )
    status = watch.last_status if len(watch.exchanges) > before else None
    return replace(tried, status=status, whole=progress.seconds())
