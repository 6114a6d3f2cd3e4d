"""Waiting for room, and giving back what was not used."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from fimbot.errors import EngineUnavailable, QuotaExhausted
from fimbot.quota.fallback import Fallback
from fimbot.quota.heard import heard
from fimbot.quota.line import Line, Place
from fimbot.quota.store import StoreDown
from fimbot.quota.values import RUN, Hold, Leave, Limits, Look, Reply, Settle, Take
from fimbot.values import Deadline

# How soon an interruption is noticed; it costs the store nothing.
NAP_SECONDS = 0.1
# How often a waiter asks the store whether something was given back; when what it knows of is free, it asks at once.
POLL_SECONDS = 0.5


class Reservation(NamedTuple):
    id: str
    tokens: int


class Quota:
    """Of one engine host and model. Safe from many threads."""

    def __init__(self, store: Fallback, limits: Limits, sleep: Callable[[float], object] | None = None) -> None:
        """`sleep` instead of one that ends early when something is given back."""
        self.limits = limits
        self._store = store
        self._line = Line()
        self._rest = sleep or self._line.rest
        self._costs = (0, 0)

    @property
    def problem(self) -> str | None:
        """Why fewer share it than should, in one line."""
        return self._store.problem

    def reserve(self, tokens: int, deadline: Deadline, stopped: Callable[[], bool], priority: int = RUN) -> Reservation:
        """Waits for its turn and for room. Raises `QuotaExhausted` where there is none before the deadline, and
        `EngineUnavailable` once `stopped` says so."""
        place = self._line.join(priority, tokens)
        try:
            return self._taken(place, tokens, deadline, stopped)
        finally:
            self._line.leave(place)

    def settle(
        self, reservation: Reservation, tokens: int | None, claimed: int | None = None, *, answered: bool = True
    ) -> None:
        """What it cost, None where that is not known; `claimed` is what it cost where a server counts all of
        `max_tokens`, and is known where `tokens` is. `answered`: the server has begun to, and so has let it in."""
        reserved = reservation.tokens
        used = reserved if tokens is None else tokens
        self._costs = (self._costs[0] + 1, self._costs[1] + used)
        most = max(used, reserved if claimed is None else claimed)
        self._store.do(Settle(reservation.id, used, most, answered and tokens is not None))
        self._line.stir()

    def wait(self, tokens: int, requests: int = 1, priority: int = RUN) -> float:
        """Seconds until so many tokens have room, in so many requests, behind everybody who waits already."""
        before, their = self._line.ahead(priority)
        return self._store.do(Look(their + tokens, before + requests, priority)).wait

    def left(self, requests: int, tokens: int) -> float:
        """Seconds until so many more requests have room, at what those before have cost on average, or else `tokens`
        each."""
        number, total = self._costs
        return self.wait(requests * (total // number if number else tokens), requests) if requests else 0.0

    def standing(self) -> Reply:
        """The limits in force, and what is left of them now."""
        return self._store.do(Look(0, 0, RUN))

    def heard(self, headers: Mapping[str, str]) -> None:
        """What an answer's headers say. Best called once the request is settled."""
        said = heard(headers)
        if said is not None:
            self._store.do(said)

    def throttled(self, reservation: Reservation, retry_after: float | None) -> None:
        """The request was refused with a 429; `retry_after` in seconds, where the server said so."""
        self._store.do(Hold(reservation.id, retry_after or 0.0))

    def close(self) -> None:
        self._store.close()

    def _taken(self, place: Place, tokens: int, deadline: Deadline, stopped: Callable[[], bool]) -> Reservation:
        mine = os.urandom(8).hex()
        reply, asks_at = Reply(), deadline.clock()
        try:
            while not (reply.taken or stopped()):
                if self._line.is_first(place) and deadline.clock() >= asks_at:
                    reply = self._store.do(Take(mine, tokens, place[0], reply.ticket))
                    if reply.taken:
                        return Reservation(mine, min(tokens, reply.tokens))
                    # No wait, and not taken: somebody ahead has room, and has not asked yet.
                    asks_at = deadline.clock() + min(reply.wait or NAP_SECONDS, POLL_SECONDS)
                if reply.soonest > deadline.remaining() or not deadline.remaining():
                    raise QuotaExhausted(_exhausted(reply, self.limits))
                nap = asks_at - deadline.clock()
                if self._rest(min(nap, NAP_SECONDS) if nap > 0 else NAP_SECONDS):
                    asks_at = deadline.clock()
            raise EngineUnavailable("hung up, interrupted")
        except BaseException:
            if reply.ticket:
                with contextlib.suppress(StoreDown):
                    self._store.do(Leave(mine))
            raise


def _exhausted(reply: Reply, limits: Limits) -> str:
    """The same for all that had no room, since it is told once."""
    tokens, requests = reply.tokens or limits.tokens, reply.requests or limits.requests
    number = f"{requests:,} request{'' if requests == 1 else 's'}"
    return (
        f"quota: {tokens:,} tokens and {number} a minute are used up until the deadline; "
        "a longer one helps, or asking again later"
    )
