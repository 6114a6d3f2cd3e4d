"""The end of a commit's patience: whatever fimbot is doing by then, the commit goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NoReturn


class Patience:
    """Calls `give_up` in a thread of its own when `seconds` have passed, unless it is over by then.

    The steps look at the clock themselves; this is for what they cannot see: git that waits for a network, a
    password manager, a parser. The thread starts at once, since reading the settings takes time too.
    `give_up` ends the process. `begun` is when the commit began to wait; None: just now.
    """

    def __init__(self, seconds: float, give_up: Callable[[str], NoReturn], begun: float | None = None) -> None:
        self.begun = time.monotonic() if begun is None else begun
        self.doing = "reading the change"
        self.give_up = give_up
        self._over = False
        self._deciding = threading.Lock()
        self._timer = self._started(seconds)

    def last(self, seconds: float) -> None:
        """Counts to `seconds` from the beginning instead."""
        self._timer.cancel()
        self._timer = self._started(seconds)

    def spent(self) -> float:
        return time.monotonic() - self.begun

    def end(self) -> None:
        """From here on nothing is given up. Where it is being given up already, this does not return: else the one
        who waited would say something as well, for instance about the git that was ended."""
        self._timer.cancel()
        with self._deciding:
            self._over = True

    def _started(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(min(max(0.0, seconds - self.spent()), threading.TIMEOUT_MAX), self._pass)
        timer.daemon = True
        timer.start()
        return timer

    def _pass(self) -> None:
        with self._deciding:
            if not self._over:
                self.give_up(self.doing)
