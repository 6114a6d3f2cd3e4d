"""Who is next: a bounded number of questions run at once, and the others wait in turn, fair to each key."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field

from fimbot.apps.serve.refusals import Busy, Stopping

_LONGEST_RETRY = 60


class Turn:
    """A place among those that run. First it is at the front alone (`admitted` lets the next one come), so that a
    wait for the quota does not fill all places with the questions of one key."""

    def __init__(self, gate: Gate, who: str) -> None:
        self._gate, self._who = gate, who
        self._at_front, self._begun = True, time.monotonic()
        self._left = False

    def admitted(self) -> None:
        if self._at_front:
            self._at_front = False
            self._gate.let_next_come()

    def leave(self) -> None:
        if not self._left:
            self._left = True
            self.admitted()
            self._gate.left(self._who, time.monotonic() - self._begun)


@dataclass(slots=True)
class Gate:
    """Lives in one event loop. `seconds` is how long one waits at most."""

    places: int
    queue: int
    seconds: float
    _waiting: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)
    _running: Counter[str] = field(default_factory=Counter)
    _front_taken: bool = False
    stopped: bool = False
    _mean: float = 1.0
    """Seconds that a turn takes, the last ones weighing most."""

    @property
    def running(self) -> int:
        return self._running.total()

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def _has_place(self) -> bool:
        return not (self._front_taken or self.running >= self.places or self.stopped)

    async def enter(self, who: str) -> Turn:
        """Waits for a turn. Raises `Busy` when the queue is full or the wait too long, `Stopping`."""
        if self.stopped:
            raise Stopping
        if self._has_place and not self._waiting:
            self._let_in(who)
            return Turn(self, who)
        if not self._has_place:
            self._make_room(who)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(turn)
        self._next()
        try:
            async with asyncio.timeout(self.seconds):
                await turn
        except BaseException as error:  # cancelled: the client has hung up
            self._forget(who, turn)
            if isinstance(error, TimeoutError):
                raise Busy(self.retry_after()) from None
            raise
        return Turn(self, who)

    def stop(self) -> None:
        """Nobody gets a turn any more, those who wait included."""
        self.stopped = True
        for turn in (turn for turns in self._waiting.values() for turn in turns):
            if not turn.done():
                turn.set_exception(Stopping())

    def let_next_come(self) -> None:
        self._front_taken = False
        self._next()

    def left(self, who: str, seconds: float) -> None:
        self._mean += (seconds - self._mean) / 16
        self._running[who] -= 1
        self._running += Counter()  # forgets the keys that are at 0
        self._next()

    def retry_after(self) -> int:
        """Whole seconds until what waits now may be through."""
        return max(1, min(_LONGEST_RETRY, math.ceil(self._mean * (self.waiting + 1) / self.places)))

    def _next(self) -> None:
        while self._has_place and self._waiting:
            # Who has the fewest running; among equals, whoever has waited longest since the last turn.
            who = min(self._waiting, key=lambda name: self._running[name])
            turn = self._waiting[who].popleft()
            self._waiting.move_to_end(who)
            if not self._waiting[who]:
                del self._waiting[who]
            if not turn.done():  # cancelled just now
                self._let_in(who)
                turn.set_result(None)

    def _let_in(self, who: str) -> None:
        self._front_taken = True
        self._running[who] += 1

    def _make_room(self, who: str) -> None:
        """In a full queue, the last one of the key with the most goes, where that is not the newcomer's own."""
        if self.waiting < self.queue:
            return
        longest = max(self._waiting, key=lambda name: len(self._waiting[name]), default=who)
        if len(self._waiting.get(longest, ())) <= len(self._waiting.get(who, ())) + 1:
            raise Busy(self.retry_after())
        turn = self._waiting[longest].pop()
        if not turn.done():
            turn.set_exception(Busy(self.retry_after()))

    def _forget(self, who: str, turn: asyncio.Future[None]) -> None:
        """Of somebody who waits no longer; the turn that came at the same moment is passed on."""
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            Turn(self, who).leave()
            return
        turns = self._waiting.get(who)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[who]
