"""`--engine a,b`: the next engine answers where the one before is down, has no such model or no quota left."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fimbot.engines.in_front import InFront
from fimbot.engines.protocol import Engine, Question
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, FimbotError, ModelError
from fimbot.values import Completion, Deadline, Share


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An engine that is not asked any more, and why."""

    engine: str
    model: str
    why: str


class Gate(InFront):
    """An engine with another one waiting: after its first refusal it is not asked again for the rest of the run.

    A cache stands before the gate (`Remembering`), so what the engine once answered is still found there.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._refusal: str | None = None

    @property
    def passed_over(self) -> PassedOver | None:
        return PassedOver(self.name, self.model, self._refusal) if self._refusal is not None else None

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        """Leaves half of the time to the one that waits: a host that takes questions and is silent would use up a
        commit's ten seconds alone."""
        if self._refusal is not None:
            raise EngineUnavailable(self._refusal)
        try:
            return self._engine.ask(question, done=done, deadline=deadline.within(deadline.remaining() / 2))
        except (EngineRefused, EngineUnavailable, ModelError) as error:
            with self._lock:
                if self._refusal is None and not self._closed.is_set():
                    self._refusal = str(error)
            raise

    def close(self) -> None:
        self._closed.set()
        super().close()


class Fallback:
    """Several engines as one, each with its own quota and its own answers in the cache; `Completion` says whose."""

    def __init__(self, engines: Sequence[Engine], gates: Sequence[Gate]) -> None:
        """`engines` in the order in which they are asked; `gates` are those inside all but the last."""
        self._engines, self._gates = tuple(engines), tuple(gates)
        self._closed = threading.Event()

    @classmethod
    def of(cls, engines: Sequence[Engine]) -> Fallback:
        *others, last = engines
        gates = [Gate(engine) for engine in others]
        return cls([*gates, last], gates)

    def each(self, wrapped: Callable[[Engine], Engine]) -> Fallback:
        """With something in front of each engine, such as its cache."""
        return Fallback([wrapped(engine) for engine in self._engines], self._gates)

    @property
    def engines(self) -> tuple[Engine, ...]:
        return self._engines

    @property
    def passed_over(self) -> tuple[PassedOver, ...]:
        return tuple(gate.passed_over for gate in self._gates if gate.passed_over is not None)

    @property
    def name(self) -> str:
        return self._engines[0].name

    @property
    def model(self) -> str:
        return self._engines[0].model

    @property
    def host(self) -> str:
        return self._engines[0].host

    @property
    def fingerprint(self) -> str:
        return "\n".join(engine.fingerprint for engine in self._engines)

    @property
    def window_tokens(self) -> int:
        """The first one's, which answers nearly every question. The smallest of all would cut the window of every
        question in half for the sake of an embedded model that is seldom asked."""
        return self._engines[0].window_tokens

    @property
    def revises(self) -> bool:
        return any(engine.revises for engine in self._engines)

    def render(self, question: Question) -> tuple[str, str]:
        return self._engines[0].render(question)

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        *others, last = self._engines
        spent = 0
        for engine in others:
            try:
                answer = engine.ask(question, done=done, deadline=deadline)
                return answer._replace(requests=answer.requests + spent)
            except (EngineRefused, EngineUnavailable, ModelError) as error:
                spent += _requests(error)
                if self._closed.is_set() or not deadline.remaining():
                    _count(error, spent)
                    raise
        try:
            answer = last.ask(question, done=done, deadline=deadline)
        except EngineError as error:
            _count(error, error.requests + spent)
            raise
        return answer._replace(requests=answer.requests + spent)

    def close(self) -> None:
        self._closed.set()
        for engine in self._engines:
            engine.close()


def each_of(engine: Engine) -> tuple[Engine, ...]:
    return engine.engines if isinstance(engine, Fallback) else (engine,)


def stand_ins(engine: Engine, answers: Sequence[Completion]) -> tuple[str, ...]:
    """Return a line for each model that answered in the place of the engine that was asked."""
    asked = {each.name for each in each_of(engine)}
    others = dict.fromkeys((each.engine, each.model) for each in answers if each.engine not in asked)
    return tuple(
        f"the model that was asked for is not there: {name} answered in its place, with {model}"
        for name, model in others
    )


def shares_of(engine: Engine, answers: Sequence[Completion]) -> tuple[Share, ...]:
    """Who answered how many, and why another one did not."""
    counts = Counter((answer.engine, answer.model) for answer in answers)
    refused = {(each.engine, each.model): each.why for each in passed_over(engine)}
    names = [(each.name, each.model) for each in each_of(engine)]
    # An answer may be by a model that its engine chose only when it was asked.
    return tuple(Share(*name, counts[name], refused.get(name)) for name in dict.fromkeys([*names, *counts]))


def passed_over(engine: Engine) -> tuple[PassedOver, ...]:
    """Those of several engines that are not asked any more."""
    return engine.passed_over if isinstance(engine, Fallback) else ()


def _requests(error: FimbotError) -> int:
    return error.requests if isinstance(error, EngineError) else 0


def _count(error: FimbotError, requests: int) -> None:
    if isinstance(error, EngineError):
        error.requests = requests
