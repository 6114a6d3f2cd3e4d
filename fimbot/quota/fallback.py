"""The team's store, else the machine's, else this process alone: a store that is down costs a line, never the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from fimbot.quota.store import Store, StoreDown
from fimbot.quota.values import Reply, Step

# A store that was down is tried again after so long: a server lives for weeks, and Redis is back in a minute.
AGAIN_SECONDS = 30.0


class Fallback:
    """`stores` from the widest to the one that cannot fail. What was reserved in one may be settled in another, which
    then counts it: see `account._settle`."""

    def __init__(self, stores: Sequence[Store], clock: Callable[[], float] = time.monotonic) -> None:
        self._stores, self._clock = stores, clock
        self._down_until = [0.0] * len(stores)
        self._lock = threading.Lock()
        self.problem: str | None = None
        """The first one, and what is counted instead."""

    def do(self, step: Step) -> Reply:
        for place, store in enumerate(self._stores[:-1]):
            if self._down_until[place] > self._clock():
                continue
            try:
                return store.do(step)
            except StoreDown as error:
                self._down(place, str(error))
        return self._stores[-1].do(step)

    def close(self) -> None:
        for store in self._stores:
            store.close()

    def _down(self, place: int, why: str) -> None:
        with self._lock:
            self._down_until[place] = self._clock() + AGAIN_SECONDS
            if self.problem is None:
                whose = "this process" if place == len(self._stores) - 2 else "this machine"
                self.problem = f"the quota is counted for {whose} only: {why}"
