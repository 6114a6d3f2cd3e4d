"""From a blocking engine to the event loop: a thread for each question that is under way."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable

from fimbot.engines.protocol import Deadline
from fimbot.errors import EngineUnavailable
from fimbot.values import Completion

Ask = Callable[[Callable[[str], bool], Deadline], Completion]
"""Blocks; is given `done` and the deadline, as `Engine.ask` is."""


class Asking:
    """One question. Whoever has asked may go away at any time: `hang_up`."""

    def __init__(self, ask: Ask, seconds: float, ended: Callable[[], object]) -> None:
        """`ended` is called in the loop once the thread is through, which may be after everybody has gone."""
        self._ask, self._ended = ask, ended
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._gone = threading.Event()
        self._text = ""
        self._end: Completion | Exception | None = None
        self._deadline = Deadline(time.monotonic() + seconds, self._clock)
        # A daemon: the process ends without waiting for an upstream that is silent.
        threading.Thread(target=self._work, name="fimbot-asking", daemon=True).start()

    def hang_up(self) -> None:
        self._gone.set()

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
            self.hang_up()

    def _work(self) -> None:
        try:
            self._end = self._ask(self._take, self._deadline)
        except Exception as error:
            self._end = error
        self._tell(self._wake.set)
        self._tell(self._ended)

    def _take(self, text: str) -> bool:
        self._text = text
        self._tell(self._wake.set)
        return self._gone.is_set()

    def _tell(self, what: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(what)

    def _clock(self) -> float:
        """Nobody waits for somebody who has gone: the deadline has passed, so that no try follows, and neither the
        quota nor the embedded model is waited for."""
        return math.inf if self._gone.is_set() else time.monotonic()
