"""An engine that keeps within its host's quota, shared with everybody else who asks it: see fimbot/quota."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from fimbot.engines.faults import retry_after
from fimbot.engines.in_front import InFront
from fimbot.engines.protocol import Engine, Question
from fimbot.engines.scale import Scale
from fimbot.errors import EngineUnavailable
from fimbot.quota import Quota, Reservation
from fimbot.values import Completion, Deadline
from fimbot.windows.tokens import estimate_tokens


class Listener:
    """What the channel tells (`fimbot.engines.protocol.Meter`), given to whoever asks in the same thread. What is asked
    beside a question (the list of models) has nobody there."""

    def __init__(self) -> None:
        self._threads = threading.local()

    def begin(self, asking: _Asking | None) -> None:
        self._threads.asking = asking

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        if asking := self._asking():
            asking.heard(status, headers)

    def unreached(self) -> None:
        if asking := self._asking():
            asking.settle(0, 0)

    def again(self, deadline: Deadline) -> None:
        if asking := self._asking():
            asking.settle(None)
            asking.reserve(deadline)

    def _asking(self) -> _Asking | None:
        asking: _Asking | None = getattr(self._threads, "asking", None)
        return asking


class Metered(InFront):
    """A request that is sent again is another request, and pays again."""

    def __init__(self, engine: Engine, quota: Quota, listener: Listener, priority: int) -> None:
        super().__init__(engine)
        self.quota, self._listener, self._priority = quota, listener, priority
        self._closed = threading.Event()
        self._thread = threading.local()
        self._scale = Scale()

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        estimate = prompt_tokens(self._engine, question)
        prompt = self._scale.of(estimate)
        asking = _Asking(self.quota, prompt + question.max_tokens, self._closed.is_set, self._priority)
        asking.reserve(deadline)
        getattr(self._thread, "admitted", lambda: None)()
        self._listener.begin(asking)
        streamed = ""

        def heard(text: str) -> bool:
            nonlocal streamed
            streamed = text
            return done(text)

        try:
            answer = self._engine.ask(question, done=heard, deadline=deadline)
            asking.settle(*_spent(answer, prompt, question))
            if answer.usage:
                self._scale.learn(estimate, answer.usage.prompt_tokens)
            return answer
        except EngineUnavailable:
            if not deadline.remaining():  # hung up on, since nobody waits any more
                asking.settle(*_streamed(streamed, prompt, question))
            raise
        finally:
            self._listener.begin(None)
            asking.settle(None)  # of a failure, whose cost nobody tells

    def call_when_admitted(self, admitted: Callable[[], object]) -> None:
        """Once what this thread asks has got room."""
        self._thread.admitted = admitted

    def close(self) -> None:
        self._closed.set()
        super().close()
        self.quota.close()


class Counter:
    """Puts quotas before the engines of one choice: each model of a host has its own."""

    def __init__(self, open_quota: Callable[[str, str], Quota], priority: int) -> None:
        """`open_quota` is given host and model."""
        self.listener = Listener()
        self.quotas: tuple[Quota, ...] = ()
        """The latest first: who was gone over to answers from then on."""
        self._open_quota, self._priority = open_quota, priority

    def counted(self, engine: Engine) -> Metered:
        quota = self._open_quota(engine.host, engine.model)
        self.quotas = (quota, *self.quotas)
        return Metered(engine, quota, self.listener, self._priority)


def prompt_tokens(engine: Engine, question: Question) -> int:
    """An estimate, seldom too low, of the text as the engine sends it."""
    return sum(map(estimate_tokens, engine.render(question)))


def _spent(answer: Completion, prompt: int, question: Question) -> tuple[int, int]:
    """What it cost; and what it cost where all of `max_tokens` is counted. Without usage (it comes last, and most
    answers are hung up on) by what was streamed."""
    if answer.usage is None:
        return _streamed(answer.text, prompt, question)
    return answer.usage.prompt_tokens + answer.usage.completion_tokens, answer.usage.prompt_tokens + question.max_tokens


def _streamed(text: str, prompt: int, question: Question) -> tuple[int, int]:
    spoken = estimate_tokens(text) if text else 0
    return prompt + spoken, prompt + question.max_tokens


class _Asking:
    """A question under way: what is reserved for its present try."""

    def __init__(self, quota: Quota, tokens: int, stopped: Callable[[], bool], priority: int) -> None:
        self._quota, self._tokens, self._stopped, self._priority = quota, tokens, stopped, priority
        self._reservation: Reservation | None = None
        self._headers: Mapping[str, str] = {}
        self._let_in = False

    def reserve(self, deadline: Deadline) -> None:
        self._reservation = self._quota.reserve(self._tokens, deadline, self._stopped, self._priority)

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        self._headers, self._let_in = headers, 200 <= status < 300
        if status == 429 and self._reservation:
            pause = retry_after(headers.get("Retry-After", ""), headers.get("Date", ""), time.time())
            self._quota.throttled(self._reservation, pause)

    def settle(self, tokens: int | None, claimed: int | None = None) -> None:
        """What has been settled is not settled again."""
        if self._reservation is None:
            return
        self._quota.settle(self._reservation, tokens, claimed, answered=self._let_in)
        # Not before: what the server has left is without this request's tokens.
        self._quota.heard(self._headers)
        self._reservation, self._headers, self._let_in = None, {}, False
