"""The arithmetic of a quota: one account, one step, the time passed in. account.lua says the same for Redis.

Times are seconds on any one clock. One that lies ahead of `now` was written before the clock started anew (a reboot):
it is taken for `now`, so that nothing is forgotten too early and nothing is kept for longer than its time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from fimbot.quota.values import Hear, Hold, Leave, Limits, Look, Reply, Settle, Step, Take

# A server may count a request a moment after its answer was read, by a clock of its own.
MARGIN_SECONDS = 0.1
# A process that died says nothing: its request has reached the server by then, or never will. Longer than
# `fimbot.engines.http.SILENCE_SECONDS`, after which a living one gives up; with a server on its own machine, which
# counts for itself, it has more patience.
OPEN_SECONDS = 40.0
# A waiter asks again twice a second; one that does not is gone, and lets the next one pass.
WAITER_SECONDS = 2.5
# What a server said once of its limits, or of how it counts, is not believed for ever.
BELIEVED_SECONDS = 3600.0
# More are not kept apart: of 2,800 a minute, as a server with a larger quota has them, a step took 25 ms, and of 600
# still 1 ms. What was settled in the same half second is then free together, with the last of it: of a minute's quota
# less than 1 % waits for that, and none of it where a request takes 200 tokens of Langdock's.
MANY_USES = 300
FOLD_SECONDS = 0.5
FIRST_HOLD_SECONDS = 2.0
LONGEST_OWN_HOLD_SECONDS = 60.0
# Of the pause of one's own, which is the longest long before; a float cannot be doubled more than a thousand times.
MOST_DOUBLINGS = 10
LONGEST_HOLD_SECONDS = 3600.0


@dataclass(frozen=True)
class Use:
    """Not changed once it is there, so that how it is written down is made once for many steps."""

    id: str
    at: float
    """Of the reservation while it is open, then of its settlement."""
    used: int
    claimed: int
    open: bool
    begun: float = 0.0
    """Of the reservation."""
    probe: bool = False
    """Whether it is refused may show how the server counts."""
    requests: int = 1

    @cached_property
    def row(self) -> str:
        fields = (self.id, self.at, self.used, self.claimed, self.open, self.begun, self.probe, self.requests)
        return json.dumps(fields, separators=(",", ":"))


@dataclass(slots=True)
class Waiter:
    id: str
    priority: int
    ticket: int
    seen: float
    tokens: int


@dataclass(slots=True)
class Span:
    """A figure that holds for a while; `seconds` of 0: there is none."""

    at: float = 0.0
    seconds: float = 0.0
    amount: int = 0

    def end(self) -> float:
        return self.at + self.seconds


@dataclass(slots=True)
class Account:
    uses: list[Use] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)
    ticket: int = 0
    strikes: int = 0
    """429s in a row."""
    hold: Span = field(default_factory=Span)
    whole: Span = field(default_factory=Span)
    """The server counts all of `max_tokens`, whatever the answer was."""
    fair: Span = field(default_factory=Span)
    """It does not."""
    limit_requests: Span = field(default_factory=Span)
    limit_tokens: Span = field(default_factory=Span)
    other_requests: Span = field(default_factory=Span)
    """What others than this account's users have taken of the quota, by what the server said is left."""
    other_tokens: Span = field(default_factory=Span)

    def spans(self) -> tuple[Span, ...]:
        """In the order of the fields."""
        return (
            self.hold,
            self.whole,
            self.fair,
            self.limit_requests,
            self.limit_tokens,
            self.other_requests,
            self.other_tokens,
        )


def dumped(account: Account) -> str:
    """Rows without names: it is written while others wait."""
    uses = ",".join([use.row for use in account.uses])
    waiters = [(each.id, each.priority, each.ticket, each.seen, each.tokens) for each in account.waiters]
    spans = [(span.at, span.seconds, span.amount) for span in account.spans()]
    rest = json.dumps([waiters, account.ticket, account.strikes, spans], separators=(",", ":"))
    return f"[[{uses}],{rest[1:]}"


def loaded(text: str) -> Account:
    """Raises ValueError or TypeError for what is no account."""
    uses, waiters, ticket, strikes, spans = json.loads(text)
    return Account(
        [Use(*each) for each in uses],
        [Waiter(*each) for each in waiters],
        ticket,
        strikes,
        *(Span(*each) for each in spans),
    )


def apply(account: Account, step: Step, limits: Limits, now: float) -> Reply:
    """Changes `account` in place."""
    _age(account, limits, now)
    match step:
        case Take():
            return _take(account, step, limits, now)
        case Look():
            return _look(account, step, limits, now)
        case Leave():
            account.waiters = [each for each in account.waiters if each.id != step.id]
        case Settle():
            _settle(account, step, limits, now)
        case Hold():
            _hold(account, step, limits, now)
        case Hear():
            _hear(account, step, limits, now)
    return Reply()


def _age(account: Account, limits: Limits, now: float) -> None:
    if any(use.at > now or use.begun > now for use in account.uses):
        account.uses = [replace(use, at=min(use.at, now), begun=min(use.begun, now)) for use in account.uses]
    for waiter in account.waiters:
        waiter.seen = min(waiter.seen, now)
    for span in account.spans():
        # Nothing that was written here is believed for longer, whoever damaged it.
        span.at, span.seconds = min(span.at, now), min(span.seconds, BELIEVED_SECONDS)
        if span.end() <= now:
            span.seconds = 0.0
    window = limits.seconds + MARGIN_SECONDS
    account.uses = [use for use in account.uses if use.at + window + OPEN_SECONDS * use.open > now]
    if len(account.uses) > MANY_USES:
        account.uses = _folded(account.uses)
    account.waiters = [waiter for waiter in account.waiters if waiter.seen + WAITER_SECONDS > now]


def _folded(uses: Sequence[Use]) -> list[Use]:
    """Never free sooner than each of them would be."""
    result: list[Use] = []
    slots: dict[int, int] = {}
    for use in uses:
        place = len(result) if use.open else slots.setdefault(int(use.at // FOLD_SECONDS), len(result))
        if place == len(result):
            result.append(use)
            continue
        one = result[place]
        result[place] = replace(
            one,
            at=max(one.at, use.at),
            begun=min(one.begun, use.begun),
            used=one.used + use.used,
            claimed=one.claimed + use.claimed,
            requests=one.requests + use.requests,
        )
    return result


def _limits(account: Account, limits: Limits) -> tuple[int, int]:
    """Requests and tokens in force. What a server says of requests may be by the day (Groq), so that it lowers the
    limit and never raises it: tokens bind long before requests do."""
    requests, tokens = limits.requests, limits.tokens
    if account.limit_requests.seconds:
        requests = min(requests, account.limit_requests.amount)
    if account.limit_tokens.seconds:
        heard = account.limit_tokens.amount
        tokens = min(tokens, heard) if limits.fixed else heard
    return requests, tokens


def _cost(account: Account, use: Use) -> int:
    return use.claimed if use.open or account.whole.seconds else use.used


def _tokens(account: Account, *, count_open: bool = True) -> int:
    if account.whole.seconds:
        return sum([use.claimed for use in account.uses if count_open or not use.open])
    return sum([(use.claimed if count_open else 0) if use.open else use.used for use in account.uses])


def _waits(account: Account, asks: Sequence[int], limits: Limits, now: float) -> tuple[float, float]:
    """Until the last of `asks` has room, one after the other: if what is open costs all that was reserved, and if it
    costs nothing."""
    wait = _until(account, asks, limits, now, count_open=True)
    return wait, _until(account, asks, limits, now, count_open=False) if wait else 0.0


def _until(account: Account, asks: Sequence[int], limits: Limits, now: float, *, count_open: bool) -> float:
    window = limits.seconds + MARGIN_SECONDS
    most_requests, most_tokens = _limits(account, limits)
    # What is larger than a whole minute's quota is the server's to judge.
    needs = [min(ask, most_tokens) for ask in asks]
    when = max(now, account.hold.end()) if account.hold.seconds else now
    requests = sum([use.requests for use in account.uses]) + _taken(account.other_requests)
    tokens = _tokens(account, count_open=count_open) + _taken(account.other_tokens)
    if requests + len(needs) <= most_requests and tokens + sum(needs) <= most_tokens:
        return when - now
    # (when it is free again, requests, tokens). What is open is settled now at the soonest.
    taken = [
        ((now if use.open else use.at) + window, use.requests, _cost(account, use) if count_open or not use.open else 0)
        for use in account.uses
    ]
    taken += [(span.end(), span.amount, 0) for span in (account.other_requests,) if span.seconds]
    taken += [(span.end(), 0, span.amount) for span in (account.other_tokens,) if span.seconds]
    taken.sort()
    first = 0
    for need in needs:
        while first < len(taken) and (
            taken[first][0] <= when or requests + 1 > most_requests or tokens + need > most_tokens
        ):
            free, less_requests, less_tokens = taken[first]
            when, first = max(when, free), first + 1
            requests, tokens = requests - less_requests, tokens - less_tokens
        # Never before anything in `taken`, which stays sorted.
        taken.append((when + window, 1, need))
        requests, tokens = requests + 1, tokens + need
    return when - now


def _take(account: Account, step: Take, limits: Limits, now: float) -> Reply:
    most_requests, most_tokens = _limits(account, limits)
    if any(use.id == step.id for use in account.uses):  # the reply was lost on its way
        return Reply(True, step.ticket, requests=most_requests, tokens=most_tokens)
    ticket = step.ticket
    if not ticket:
        account.ticket += 1
        ticket = account.ticket
    others = [each for each in account.waiters if each.id != step.id]
    ahead = sorted((each for each in others if (each.priority, each.ticket) < (step.priority, ticket)), key=_turn)
    wait, soonest = _waits(account, [*(each.tokens for each in ahead), step.tokens], limits, now)
    need = min(step.tokens, most_tokens)
    probe = _is_probe(account, need, most_tokens)
    taken = not ahead and wait <= 0 and not (probe and any(use.open and use.probe for use in account.uses))
    if taken:
        account.uses.append(Use(step.id, now, need, need, True, now, probe))
        account.waiters = others
    else:
        account.waiters = [*others, Waiter(step.id, step.priority, ticket, now, step.tokens)]
    return Reply(taken, ticket, wait, soonest, most_requests, most_tokens)


def _is_probe(account: Account, need: int, most_tokens: int) -> bool:
    """Some servers count what was used, some all that was asked for, and none says which. So those that the latter
    might refuse go one at a time, until one was answered that it would have refused for sure."""
    if account.whole.seconds or account.fair.seconds:
        return False
    return sum([use.claimed for use in account.uses]) + need > most_tokens


def _turn(waiter: Waiter) -> tuple[int, int]:
    return waiter.priority, waiter.ticket


def _look(account: Account, step: Look, limits: Limits, now: float) -> Reply:
    most_requests, most_tokens = _limits(account, limits)
    ahead = sorted((each for each in account.waiters if each.priority <= step.priority), key=_turn)
    asks = [each.tokens for each in ahead] + [step.tokens // max(1, step.requests)] * step.requests
    wait, soonest = _waits(account, asks, limits, now)
    requests = sum(use.requests for use in account.uses) + _taken(account.other_requests)
    tokens = _tokens(account) + _taken(account.other_tokens)
    left_requests, left_tokens = max(0, most_requests - requests), max(0, most_tokens - tokens)
    return Reply(False, 0, wait, soonest, most_requests, most_tokens, left_requests, left_tokens)


def _taken(others: Span) -> int:
    return others.amount if others.seconds else 0


def _settle(account: Account, step: Settle, limits: Limits, now: float) -> None:
    place = next((number for number, each in enumerate(account.uses) if each.id == step.id), len(account.uses))
    if place == len(account.uses):  # reserved in a store that is down by now, or longer ago than a server is silent
        account.uses.append(Use(step.id, now, 0, 0, False, now))
    use = account.uses[place]
    if step.answered and use.begun >= account.hold.at:
        account.strikes = 0
    account.uses[place] = replace(use, at=now, used=step.used, claimed=step.claimed, open=False)
    if step.answered and use.probe and not account.whole.seconds:
        # What it claimed itself, and all that is over, and began less than a minute before it can have arrived.
        claimed = (each.claimed for each in account.uses if not each.open and each.begun + limits.seconds > now)
        if sum(claimed) > _limits(account, limits)[1]:
            account.fair = Span(now, BELIEVED_SECONDS)


def _hold(account: Account, step: Hold, limits: Limits, now: float) -> None:
    use = next((each for each in account.uses if each.id == step.id), None)
    # What was under way when the last 429 came says nothing new.
    if use is None or not account.strikes or use.begun >= account.hold.at:
        account.strikes += 1
        # Where counting whole reservations explains it, they are counted so from now on.
        if sum(each.claimed for each in account.uses) > _limits(account, limits)[1]:
            account.whole, account.fair = Span(now, BELIEVED_SECONDS), Span()
        doublings = min(MOST_DOUBLINGS, account.strikes - 1)
        own = min(LONGEST_OWN_HOLD_SECONDS, FIRST_HOLD_SECONDS * 2.0**doublings)
        seconds = min(step.seconds or own, LONGEST_HOLD_SECONDS)
        account.hold = Span(now, max(seconds, account.hold.end() - now if account.hold.seconds else 0.0))
    elif step.seconds:
        account.hold.seconds = max(
            account.hold.seconds, min(step.seconds, LONGEST_HOLD_SECONDS) + now - account.hold.at
        )


def _hear(account: Account, step: Hear, limits: Limits, now: float) -> None:
    if step.limit_requests > 0:
        account.limit_requests = Span(now, BELIEVED_SECONDS, step.limit_requests)
    if step.limit_tokens > 0:
        account.limit_tokens = Span(now, BELIEVED_SECONDS, step.limit_tokens)
    most_requests, most_tokens = _limits(account, limits)
    # What is open may not have reached the server yet: it is left out, so that too much is taken for others' rather
    # than too little. The next answer corrects it.
    heard = [use for use in account.uses if not use.open]
    if step.left_requests >= 0:
        others = max(0, most_requests - sum(use.requests for use in heard) - step.left_requests)
        account.other_requests = Span(now, _within(step.reset_requests, limits) if others else 0.0, others)
    if step.left_tokens >= 0:
        others = max(0, most_tokens - sum(_cost(account, use) for use in heard) - step.left_tokens)
        account.other_tokens = Span(now, _within(step.reset_tokens, limits) if others else 0.0, others)


def _within(reset: float, limits: Limits) -> float:
    return min(reset, limits.seconds) if reset >= 0 else limits.seconds
