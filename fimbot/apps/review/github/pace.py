"""How often GitHub is asked: writes one after another, a second apart, and throttles waited for as documented.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from github import BadAttributeException, GithubException
from requests import RequestException

from fimbot.apps.review.github.faults import Throttled, explain
from fimbot.errors import GitHubUnavailable

T = TypeVar("T")

WRITE_SECONDS = 1.0
# "at least one minute", and twice as long each time.
UNTOLD_SECONDS = 60.0
# A read that failed is tried so often in all.
TRIES = 3

# What an answer of another shape than documented makes of the code that reads it.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@dataclass
class Pace:
    """Time as the boundary sees it; a test brings its own."""

    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.time
    patience: float = 900.0
    """Seconds that are waited for throttles in all: more than any secondary limit seen, less than an hour's."""
    tell: Callable[[str], object] = field(default=lambda message: None)
    """Is told what is waited for."""
    _last_write: float | None = None
    _waited: float = 0.0

    def call(self, what: str, act: Callable[[], T], *, write: bool = False) -> T:
        """Raises the errors of `explain`. A write is repeated only where GitHub has said that it did not do it."""
        untold, failures = UNTOLD_SECONDS, 0
        while True:
            if write:
                self._space_out()
            try:
                return act()
            except (GithubException, BadAttributeException, RequestException, *UNREADABLE) as error:
                fault = explain(what, error, self.now())
            if isinstance(fault, Throttled):
                wait, untold = (untold, untold * 2) if fault.wait is None else (fault.wait, untold)
                if self._waited + wait > self.patience:
                    raise fault.error from None
                self.tell(f"{fault}: waiting {wait:.0f} s")
                self._waited += wait
                self.sleep(wait)
                continue
            failures += 1
            if write or not isinstance(fault, GitHubUnavailable) or failures == TRIES:
                raise fault from None
            self.sleep(float(failures))

    def _space_out(self) -> None:
        now = self.now()
        if self._last_write is not None and now < self._last_write + WRITE_SECONDS:
            self.sleep(self._last_write + WRITE_SECONDS - now)
        self._last_write = self.now()
