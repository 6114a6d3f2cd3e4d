"""From a blocking engine to the event loop: a thread for each question that is under way, and then for the next."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable
from queue import SimpleQueue

from fimbot.apps.serve.gate import Turn
from fimbot.errors import EngineUnavailable
from fimbot.values import Clock, Completion, Deadline

Ask = Callable[[Callable[[str], bool], Callable[[], None], Deadline], Completion]
"""Blocks, as `Engine.ask` does: is given its `done`, what to call once the quota has room, and its deadline."""


class NoRoom(Exception):
    """The quota had none in time."""


class _Time(Deadline):
    """Until `patience_until` there must be room in the quota; from then on `at` counts."""

    def __init__(self, at: float, clock: Clock, patience_until: float) -> None:
        super().__init__(at, clock)
        self.patience_until = patience_until
        self.admitted = threading.Event()

    def remaining(self) -> float:
        return max(0.0, (self.at if self.admitted.is_set() else self.patience_until) - self.clock())


class Threads:
    """Daemons: the process ends without waiting for an upstream that is silent, as it would for the threads of a
    `ThreadPoolExecutor`. As many as there have ever been questions at once."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._free = 0
        self._lock = threading.Lock()

    def start(self, work: Callable[[], None]) -> None:
        """At once; `work` raises nothing."""
        with self._lock:
            if self._free:
                self._free -= 1
            else:
                threading.Thread(target=self._run, name="fimbot-asking", daemon=True).start()
        self._work.put(work)

    def _run(self) -> None:
        while True:
            self._work.get()()
            with self._lock:
                self._free += 1


class Asking:
    """One question. Whoever has asked may go away at any time."""

    def __init__(self, threads: Threads, ask: Ask, turn: Turn, patience_until: float, seconds: float) -> None:
        """`patience_until`: when there must be room, by the monotonic clock; `seconds`: for the answer after that.
        The turn ends with the thread, which may be after everybody has gone."""
        self._ask, self._turn = ask, turn
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._gone = threading.Event()
        self._text = ""
        self._end: Completion | Exception | None = None
        self._time = _Time(max(time.monotonic(), patience_until) + seconds, self._clock, patience_until)
        threads.start(self._work)

    async def pieces(self) -> AsyncGenerator[str | Completion, None]:
        """What is added to the text, as it comes, and in the end the completion. Raises what the engine raises."""
        sent = ""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                end, text = self._end, self._text  # in this order: nothing is added once it has ended
                if isinstance(end, Exception):
                    raise end
                text = end.text if end is not None else text.rstrip("\ufffd")  # half a character may become a whole one
                if text.startswith(sent):
                    if text != sent:
                        yield text[len(sent) :]
                    sent = text
                elif end is not None or not sent.startswith(text):
                    # The engine began again after a broken answer, and now says something else.
                    raise EngineUnavailable("the answer broke off, and the next one is another")
                if end is not None:
                    yield end
                    return
        finally:
            self._gone.set()

    def _work(self) -> None:
        try:
            self._end = self._ask(self._take, self._admitted, self._time)
        except Exception as error:
            self._end = self._judged(error)
        self._tell(self._over)

    def _over(self) -> None:
        self._wake.set()
        self._turn.leave()

    def _admitted(self) -> None:
        self._time.admitted.set()
        self._tell(self._turn.admitted)

    def _judged(self, error: Exception) -> Exception:
        waited_in_vain = isinstance(error, EngineUnavailable) and not self._time.admitted.is_set()
        return NoRoom() if waited_in_vain else error

    def _take(self, text: str) -> bool:
        self._text = text
        if not self._wake.is_set():
            self._tell(self._wake.set)
        return self._gone.is_set()

    def _tell(self, what: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(what)

    def _clock(self) -> float:
        """Nobody waits for somebody who has gone: the deadline has passed, so that no try follows, and neither the
        quota nor the embedded model is waited for."""
        return math.inf if self._gone.is_set() else time.monotonic()
