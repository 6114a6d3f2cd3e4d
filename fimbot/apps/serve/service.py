"""From a question to its answer: the cache first, then a turn, the quota, the engine."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from fimbot.apps.serve.asking import Ask, Asking, NoRoom, Threads
from fimbot.apps.serve.gate import Gate
from fimbot.apps.serve.metrics import Metrics
from fimbot.apps.serve.refusals import Busy
from fimbot.engines.cache import key
from fimbot.engines.metered import Metered, prompt_tokens
from fimbot.engines.protocol import Engine, Question
from fimbot.quota import Quota
from fimbot.values import Completion, Deadline, Usage
from fimbot.windows.tokens import estimate_tokens

# Where the sampling leaves next to nothing to chance (editors like 0.01), an answer is as good the second time.
_SAME_AGAIN = 0.1


class Answers(Protocol):
    """`CompletionCache`, or what several servers share. Never raises."""

    problem: str | None

    def get(self, key: str) -> Completion | None: ...
    def put(self, key: str, completion: Completion) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Service:
    engine: Engine
    quota: Quota | None
    """None: nobody counts."""
    answers: Answers | None
    gate: Gate
    metrics: Metrics
    deadline: float
    """Seconds for an answer, once there is room for its question."""
    patience: float
    """Seconds that a question waits for its turn and the quota."""
    _threads: Threads = field(default_factory=Threads)

    @property
    def problems(self) -> list[str]:
        """Why the quota or the answers are shared with fewer than they should be."""
        found = (self.quota and self.quota.problem, self.answers and self.answers.problem)
        return [problem for problem in found if problem]

    async def ask(self, who: str, question: Question) -> AsyncGenerator[str | Completion, None]:
        """The text piece by piece as it comes, and in the end the completion, which has its usage.

        Raises `Busy`, `Stopping`, or what the engine raises. Whoever stops listening (`aclose`) hangs up.
        """
        begun = time.monotonic()
        if question.max_tokens == 0:
            yield self._counted(question, Completion("", "length", self.engine.name, self.engine.model))
            return
        name = key(self.engine.fingerprint, question) if self.answers is not None and _is_lasting(question) else None
        known = await self._known(name)
        if known is not None:
            if known.text:
                yield known.text
            yield self._counted(question, known)
            return
        turn = await self.gate.enter(who)
        asking = Asking(self._threads, self._asker(question, name), turn, begun + self.patience, self.deadline)
        waiting = True
        async with aclosing(asking.pieces()) as pieces:
            try:
                async for piece in pieces:
                    if waiting:
                        self.metrics.first_text(time.monotonic() - begun)
                        waiting = False
                    yield self._counted(question, piece) if isinstance(piece, Completion) else piece
            except NoRoom:
                raise Busy(await asyncio.to_thread(self._seconds_until_room, question)) from None

    def _counted(self, question: Question, answer: Completion) -> Completion:
        """With an estimate of its usage where the engine told none."""
        if answer.usage is not None:
            return answer
        spoken = estimate_tokens(answer.text) if answer.text else 0
        return answer._replace(usage=Usage(prompt_tokens(self.engine, question), spoken))

    def _asker(self, question: Question, name: str | None) -> Ask:
        """What the thread does."""

        def ask(done: Callable[[str], bool], admitted: Callable[[], None], deadline: Deadline) -> Completion:
            if isinstance(self.engine, Metered):
                self.engine.call_when_admitted(admitted)
            else:
                admitted()
            # What has been streamed to a client cannot be taken back.
            heard = (lambda text: done("")) if self.engine.revises else done
            answer = self.engine.ask(question, done=heard, deadline=deadline)
            if self.answers is not None and name is not None and not answer.cancelled:
                self.answers.put(name, answer)
            return answer

        return ask

    def _seconds_until_room(self, question: Question) -> int:
        tokens = prompt_tokens(self.engine, question) + question.max_tokens
        return max(1, math.ceil(self.quota.wait(tokens))) if self.quota else 1

    async def _known(self, name: str | None) -> Completion | None:
        if self.answers is None or name is None:
            return None
        known = await asyncio.to_thread(self.answers.get, name)
        if known is not None and known.cancelled:
            known = None  # a hook hung up where its hole ended; here the whole answer is wanted
        self.metrics.looked_up(hit=known is not None)
        return known


def _is_lasting(question: Question) -> bool:
    """Whether the same question may be answered with the same answer: a client that samples wants another one."""
    temperature = question.temperature
    return question.random_seed is not None or (temperature is not None and temperature <= _SAME_AGAIN)
