"""The end of a commit's patience: whatever fimbot is doing by then, the commit goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Patience:
    """Calls `give_up` in a thread of its own when `seconds` have passed, unless it is over by then.

    The steps look at the clock themselves; this is for what they cannot see: git that waits for a network, a
    password manager, a parser. The thread starts at once, since reading the settings takes time too.
    `begun` is when the commit began to wait; None: just now.
    """

    def __init__(self, seconds: float, give_up: Callable[[str], object], begun: float | None = None) -> None:
        self.begun = time.monotonic() if begun is None else begun
        self.doing = "reading the change"
        self._give_up = give_up
        self._timer = self._started(max(0.0, seconds - self.spent()))

    def last(self, seconds: float) -> None:
        """Counts to `seconds` from the beginning instead."""
        self._timer.cancel()
        self._timer = self._started(max(0.0, seconds - self.spent()))

    def spent(self) -> float:
        return time.monotonic() - self.begun

    def end(self) -> None:
        self._timer.cancel()

    def _started(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), lambda: self._give_up(self.doing))
        timer.daemon = True
        timer.start()
        return timer
