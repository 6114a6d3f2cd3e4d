"""An engine that keeps within its host's quota: so many requests and tokens in any minute.

A full minute's quota may be used at once from cold. A request reserves its prompt and `max_tokens`, since a server may
count so, until its true use is known. For the requests of this process; others that share the key are not seen.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from fimbot.engines.protocol import Deadline, Engine, Question
from fimbot.errors import EngineUnavailable
from fimbot.values import Completion
from fimbot.windows.tokens import estimate_tokens

MINUTE = 60.0
# How long a waiting thread sleeps at most, for an interruption to be noticed.
_NAP = 0.2


@dataclass(slots=True)
class _Use:
    at: float
    tokens: int


class Quota:
    """A sliding minute, shared by the threads of a run. `clock` and `sleep` are in seconds."""

    def __init__(
        self,
        rpm: int,
        tpm: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rpm, self.tpm = rpm, tpm
        self._clock, self._sleep = clock, sleep
        self._uses: deque[_Use] = deque()
        self._lock = threading.Lock()

    def reserve(self, tokens: int, deadline: Deadline, stopped: Callable[[], bool]) -> _Use:
        """Waits for room. Raises EngineUnavailable when there is none before the deadline."""
        tokens = min(tokens, self.tpm)  # what is larger than a minute's quota is the server's to judge
        while True:
            with self._lock:
                wait = self._wait(tokens)
                if wait <= 0:
                    self._uses.append(_Use(self._clock(), tokens))
                    return self._uses[-1]
            if wait > deadline.remaining() or stopped():
                raise EngineUnavailable(
                    f"quota: {self.tpm:,} tokens and {self.rpm:,} requests a minute are used up, and there is "
                    f"room in {wait:.0f} s only; a longer --deadline helps"
                )
            self._sleep(min(wait, _NAP))

    def settle(self, use: _Use, tokens: int) -> None:
        """The true use. What is known to be less is free at once."""
        with self._lock:
            use.tokens = min(tokens, self.tpm)

    def wait(self, tokens: int) -> float:
        """Seconds until so many tokens have room."""
        with self._lock:
            return max(0.0, self._wait(min(tokens, self.tpm)))

    def _wait(self, tokens: int) -> float:
        """Seconds until so many tokens have room; 0 or less: now."""
        now = self._clock()
        while self._uses and self._uses[0].at <= now - MINUTE:
            self._uses.popleft()
        requests, used, wait = len(self._uses), sum(use.tokens for use in self._uses), 0.0
        for use in self._uses:
            if requests < self.rpm and used + tokens <= self.tpm:
                break
            wait = use.at + MINUTE - now
            requests, used = requests - 1, used - use.tokens
        return wait


class Metered:
    def __init__(self, engine: Engine, quota: Quota) -> None:
        self._engine, self.quota = engine, quota
        self._thread = threading.local()
        self._closed = threading.Event()
        self.name, self.model, self.host = engine.name, engine.model, engine.host
        self.fingerprint, self.window_tokens = engine.fingerprint, engine.window_tokens

    def render(self, question: Question) -> tuple[str, str]:
        return self._engine.render(question)

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        prompt = sum(map(estimate_tokens, self._engine.render(question)))
        use = self.quota.reserve(prompt + question.max_tokens, deadline, self._closed.is_set)
        getattr(self._thread, "admitted", lambda: None)()
        answer = self._engine.ask(question, done=done, deadline=deadline)
        usage = answer.usage
        spent = usage.prompt_tokens + usage.completion_tokens if usage else prompt + estimate_tokens(answer.text)
        self.quota.settle(use, spent)
        return answer

    def call_when_admitted(self, admitted: Callable[[], object]) -> None:
        """Once what this thread asks has got room."""
        self._thread.admitted = admitted

    def close(self) -> None:
        self._closed.set()
        self._engine.close()
