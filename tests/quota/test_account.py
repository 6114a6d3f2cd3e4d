"""No minute of the server's holds more than the limit, whatever happens in between; and none is used less than it
could be for no reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fimbot.quota.account import (
    FOLD_SECONDS,
    LONGEST_HOLD_SECONDS,
    LONGEST_OWN_HOLD_SECONDS,
    MANY_USES,
    OPEN_SECONDS,
    WAITER_SECONDS,
    Account,
    Span,
    Use,
    _folded,
    apply,
    dumped,
    loaded,
)
from fimbot.quota.values import HOOK, RUN, Hear, Hold, Leave, Limits, Look, Reply, Settle, Step, Take

LIMITS = Limits(requests=8, tokens=1000)


@dataclass
class Kept:
    """An account with a clock that the test sets. Each step goes through the text that a store keeps."""

    limits: Limits = LIMITS
    now: float = 1000.0
    account: Account = field(default_factory=Account)

    def do(self, step: Step) -> Reply:
        reply = apply(self.account, step, self.limits, self.now)
        self.account = loaded(dumped(self.account))
        return reply

    def take(self, id: str, tokens: int, priority: int = RUN, ticket: int = 0) -> Reply:
        return self.do(Take(id, tokens, priority, ticket))

    def settle(self, id: str, used: int, claimed: int | None = None) -> None:
        self.do(Settle(id, used, used if claimed is None else claimed, answered=True))


def test_from_cold_a_whole_minute_is_used_at_once() -> None:
    kept = Kept()
    assert all(kept.take(str(n), 125).taken for n in range(8))


def test_what_was_reserved_and_not_used_is_free_as_soon_as_it_is_settled() -> None:
    kept = Kept()
    assert kept.take("a", 900).taken
    reply = kept.take("b", 200)
    assert not reply.taken
    assert reply.soonest == 0
    kept.settle("a", 300)
    assert kept.take("b", 200, ticket=reply.ticket).taken


def test_it_is_free_a_minute_after_it_was_settled_and_the_wait_is_said() -> None:
    kept = Kept()
    kept.take("a", 900)
    kept.settle("a", 900)
    kept.now += 20
    reply = kept.take("b", 200)
    assert reply.wait == pytest.approx(40, abs=0.2)
    kept.now += reply.wait
    assert kept.take("b", 200, ticket=reply.ticket).taken


def test_the_minute_begins_with_the_end_of_a_request_since_a_server_may_count_it_then() -> None:
    kept = Kept()
    kept.take("a", 900)
    kept.now += 35
    kept.settle("a", 900)
    kept.now += 26
    assert kept.take("b", 200).wait == pytest.approx(34, abs=0.2)


def test_after_a_reboot_nothing_is_forgotten_too_early_and_nothing_kept_longer_than_a_minute() -> None:
    kept = Kept(now=100_000.0)
    kept.take("a", 900)
    kept.settle("a", 900)
    kept.now = 3.0
    assert kept.take("b", 200).wait == pytest.approx(60, abs=0.2)
    kept.now += 30
    assert kept.take("b", 200).wait == pytest.approx(30, abs=0.2)


def test_requests_are_counted_too_whatever_they_cost() -> None:
    kept = Kept()
    for n in range(8):
        kept.take(str(n), 1)
        kept.settle(str(n), 0)
    assert kept.take("next", 1).wait == pytest.approx(60, abs=0.2)


def test_what_is_left_is_told_with_what_others_have_taken() -> None:
    kept = Kept()
    kept.take("a", 300)
    kept.settle("a", 200)
    kept.take("under way", 300)
    told = kept.do(Look(0, 0, RUN))
    assert (told.left_requests, told.requests, told.left_tokens, told.tokens) == (6, 8, 500, 1000)
    kept.do(Hear(left_tokens=450))
    assert kept.do(Look(0, 0, RUN)).left_tokens == 150


def test_the_same_reservation_asked_for_twice_is_made_once() -> None:
    kept = Kept()
    assert kept.take("a", 600).taken
    assert kept.take("a", 600).taken
    assert len(kept.account.uses) == 1


def test_more_than_a_minute_holds_is_let_through_alone() -> None:
    kept = Kept()
    assert kept.take("a", 5000).taken
    kept.settle("a", 5000)
    assert not kept.take("b", 1).taken


def test_whoever_died_after_reserving_gives_it_back_in_the_end() -> None:
    kept = Kept()
    kept.take("dead", 1000)
    kept.now += 60 + OPEN_SECONDS - 1
    assert not kept.take("b", 1).taken
    kept.now += 1.5
    assert kept.take("b", 1, ticket=1).taken


def test_what_is_settled_after_it_was_given_up_is_counted_again() -> None:
    kept = Kept()
    kept.take("slow", 1000)
    kept.now += 300
    kept.settle("slow", 1000)
    assert not kept.take("b", 1).taken


def test_who_came_first_goes_first_also_where_the_second_would_fit() -> None:
    kept = Kept()
    kept.take("a", 500)
    first, second = kept.take("large", 900), kept.take("small", 100)
    assert not second.taken
    kept.settle("a", 100)
    assert not kept.take("small", 100, ticket=second.ticket).taken
    assert kept.take("large", 900, ticket=first.ticket).taken


def test_a_hook_goes_before_a_run_that_waits_already() -> None:
    kept = Kept()
    kept.take("a", 1000)
    run = kept.take("run", 600)
    hook = kept.take("hook", 600, HOOK)
    kept.settle("a", 300)
    assert not kept.take("run", 600, ticket=run.ticket).taken
    assert kept.take("hook", 600, HOOK, hook.ticket).taken


def test_a_waiter_that_died_holds_nobody_up_for_long_and_one_that_was_slow_keeps_its_place() -> None:
    kept = Kept()
    kept.take("a", 1000)
    dead, alive = kept.take("dead", 600), kept.take("alive", 600)
    kept.settle("a", 300)
    assert not kept.take("alive", 600, ticket=alive.ticket).taken
    kept.now += WAITER_SECONDS
    late = kept.take("late", 100)
    assert kept.take("dead", 600, ticket=dead.ticket).taken
    assert not kept.take("alive", 600, ticket=alive.ticket).taken
    assert not late.taken or kept.account.uses


def test_who_gives_up_leaves_the_line() -> None:
    kept = Kept()
    kept.take("a", 1000)
    kept.take("b", 900)
    later = kept.take("c", 100)
    kept.do(Leave("b"))
    kept.settle("a", 900)
    assert kept.take("c", 100, ticket=later.ticket).taken


def test_a_429_stops_everybody_as_long_as_the_server_says() -> None:
    kept = Kept()
    kept.take("a", 10)
    kept.do(Hold("a", 17.0))
    assert kept.take("b", 10).wait == pytest.approx(17)
    assert kept.do(Look(10, 1, RUN)).wait == pytest.approx(17)


def test_without_retry_after_the_pause_doubles_until_an_answer_comes() -> None:
    kept, waits = Kept(), []
    for n in range(3):
        kept.take(str(n), 10)
        kept.do(Hold(str(n), 0.0))
        waits.append(round(kept.do(Look(1, 1, RUN)).wait))
        kept.now += 100
    assert waits == [2, 4, 8]
    kept.take("good", 10)
    kept.settle("good", 10)
    kept.take("again", 10)
    kept.do(Hold("again", 0.0))
    assert kept.do(Look(1, 1, RUN)).wait == pytest.approx(2)


def test_a_server_that_refuses_for_days_is_waited_for_and_no_error() -> None:
    kept = Kept()
    for n in range(1100):
        kept.take(str(n), 10)
        kept.do(Hold(str(n), 1.0))
        kept.do(Settle(str(n), 0, 0, answered=False))
        kept.now += 61
    kept.take("last", 10)
    kept.do(Hold("last", 0.0))
    assert kept.do(Look(1, 1, RUN)).wait == pytest.approx(LONGEST_OWN_HOLD_SECONDS)


def test_429s_of_requests_that_were_under_way_together_count_once() -> None:
    kept = Kept()
    for n in range(4):
        kept.take(str(n), 10)
    for n in range(4):
        kept.now += 0.1
        kept.do(Hold(str(n), 0.0))
    assert kept.account.strikes == 1


def test_a_damaged_pause_holds_nobody_up_for_longer_than_an_hour() -> None:
    account = Account(hold=Span(at=0.0, seconds=1e308, amount=1))
    assert apply(account, Look(1, 1, RUN), LIMITS, 10.0).wait <= LONGEST_HOLD_SECONDS


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(0, 900), st.booleans()), min_size=1, max_size=40))
def test_what_is_folded_counts_the_same_and_is_never_free_sooner(made: list[tuple[float, int, bool]]) -> None:
    uses = [Use(str(n), at, cost, cost + 1, is_open, at) for n, (at, cost, is_open) in enumerate(made)]
    folded = _folded([replace(use) for use in uses])
    for figure in (lambda use: use.used, lambda use: use.claimed, lambda use: use.requests):
        assert sum(map(figure, folded)) == sum(map(figure, uses))
    for now in (2.0, 60.5, 61.0, 61.5):
        for tokens in (1, 500, 1000):
            apart = apply(Account([replace(use) for use in uses]), Look(tokens, 1, RUN), LIMITS, now).wait
            together = apply(Account([replace(use) for use in folded]), Look(tokens, 1, RUN), LIMITS, now).wait
            assert apart <= together <= apart + FOLD_SECONDS + 1e-6


def test_thousands_in_a_minute_are_kept_as_hundreds() -> None:
    account, many = Account(), Limits(100_000, 10_000_000)
    for n in range(3000):
        apply(account, Take(str(n), 100, RUN), many, n * 0.02)
        apply(account, Settle(str(n), 50, 100, True), many, n * 0.02)
    assert sum(use.requests for use in account.uses) == 3000
    assert len(account.uses) <= MANY_USES + 1


def test_no_pause_is_longer_than_an_hour_nor_begins_anew_with_the_clock() -> None:
    kept = Kept()
    kept.take("a", 10)
    kept.do(Hold("a", 1e9))
    assert kept.do(Look(1, 1, RUN)).wait == LONGEST_HOLD_SECONDS
    kept.now = 5.0
    assert kept.do(Look(1, 1, RUN)).wait == LONGEST_HOLD_SECONDS


def test_a_server_that_counts_max_tokens_is_believed_once_it_has_refused() -> None:
    kept = Kept()
    for n in range(3):
        kept.take(str(n), 400)
        kept.settle(str(n), 100, claimed=380)
    kept.take("refused", 400)
    kept.do(Hold("refused", 1.0))
    kept.settle("refused", 400)
    kept.now += 30
    assert kept.take("next", 100).wait == pytest.approx(30, abs=0.2)


def test_the_first_request_that_such_a_server_would_refuse_goes_alone() -> None:
    kept = Kept()
    for n in range(2):
        kept.take(str(n), 400)
        kept.settle(str(n), 100, claimed=400)
    assert kept.take("probe", 400).taken
    other = kept.take("other", 400)
    assert (other.taken, other.soonest) == (False, 0)
    kept.settle("probe", 100, claimed=400)
    assert kept.take("other", 300, ticket=other.ticket).taken
    assert kept.take("and another", 300).taken


def test_what_the_server_has_left_shows_what_others_use() -> None:
    kept = Kept()
    kept.take("a", 100)
    kept.settle("a", 100)
    kept.do(Hear(left_tokens=250))
    assert kept.take("b", 250).taken
    assert kept.take("c", 1).wait == pytest.approx(60, abs=0.2)


def test_it_may_have_more_left_than_we_think_and_is_not_believed() -> None:
    kept = Kept()
    kept.take("a", 1000)
    kept.settle("a", 1000)
    kept.do(Hear(left_tokens=900, left_requests=5000))
    assert not kept.take("b", 1).taken


@pytest.mark.parametrize(("fixed", "tokens"), [(False, 3000), (True, 1000)])
def test_a_higher_limit_is_believed_unless_the_user_has_set_one(fixed: bool, tokens: int) -> None:
    kept = Kept(Limits(8, 1000, fixed=fixed))
    kept.do(Hear(limit_tokens=3000, limit_requests=9))
    reply = kept.do(Look(1, 1, RUN))
    assert (reply.requests, reply.tokens) == (8, tokens)


def test_a_lower_limit_is_believed_for_an_hour() -> None:
    kept = Kept()
    kept.do(Hear(limit_tokens=300, limit_requests=2))
    reply = kept.do(Look(1, 1, RUN))
    assert (reply.requests, reply.tokens) == (2, 300)
    kept.now += 3601
    assert kept.do(Look(1, 1, RUN)).tokens == 1000


def test_a_long_run_is_foretold_window_by_window() -> None:
    kept = Kept()
    assert kept.do(Look(1000, 8, RUN)).wait == 0
    assert kept.do(Look(5 * 1000, 5 * 8, RUN)).wait == pytest.approx(240, abs=1)
    assert kept.account.uses == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "[[1], [], 0, 0, []]", "[[], [], 0, 0, [1]]"])
def test_what_is_no_account_is_said_to_be_none(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        loaded(text)


@dataclass
class Sent:
    """A request as the server may see it: counted at any moment from `begun` to `ended`."""

    begun: float
    reserved: int
    cost: int = 0
    ended: float = float("inf")
    name: str = ""


def check(sent: list[Sent], now: float) -> None:
    """No minute holds more than the limit, whenever the server has counted each."""
    for each in sent:
        start = min(each.ended, now)
        minute = [one.cost or one.reserved for one in sent if min(one.ended, now) >= start and one.begun <= start + 60]
        assert sum(minute) <= 1000
        assert len(minute) <= 8


class Minutes(RuleBasedStateMachine):
    """Processes that reserve, settle, wait, die; a machine that sleeps and reboots. `real` is the server's time."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = Kept()
        self.real = 0.0
        self.sent: dict[str, Sent] = {}
        self.open: list[str] = []
        self.waiting: dict[str, tuple[int, int, int]] = {}
        self.names = 0

    @rule(tokens=st.one_of(st.integers(1, 1000), st.integers(500, 1000)), priority=st.sampled_from([HOOK, RUN]))
    def come(self, tokens: int, priority: int) -> None:
        self.names += 1
        self.ask(str(self.names), tokens, priority, 0)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        self.ask(name, *self.waiting.pop(name))

    def ask(self, name: str, tokens: int, priority: int, ticket: int) -> None:
        reply = self.kept.take(name, tokens, priority, ticket)
        if reply.taken:
            self.sent[name] = Sent(self.real, tokens)
            self.open.append(name)
        else:
            self.waiting[name] = (tokens, priority, reply.ticket)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), share=st.one_of(st.just(1.0), st.floats(0, 1)))
    def settle(self, data: st.DataObject, share: float) -> None:
        name = data.draw(st.sampled_from(self.open))
        self.open.remove(name)
        sent = self.sent[name]
        sent.cost, sent.ended = max(1, int(sent.reserved * share)), self.real
        self.kept.settle(name, sent.cost)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), later=st.floats(0, OPEN_SECONDS))
    def die(self, data: st.DataObject, later: float) -> None:
        """Its request may still arrive, and cost all that it may."""
        name = data.draw(st.sampled_from(self.open))
        self.open.remove(name)
        sent = self.sent[name]
        sent.cost, sent.ended = sent.reserved, max(self.real, min(self.real + later, sent.begun + OPEN_SECONDS))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), says_so=st.booleans())
    def give_up(self, data: st.DataObject, says_so: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        self.waiting.pop(name)
        if says_so:
            self.kept.do(Leave(name))

    @rule(seconds=st.one_of(st.floats(0, 70), st.sampled_from([0.5, 15.0, 30.0, 45.0, 60.05, 60.15])))
    def wait(self, seconds: float) -> None:
        # A process that lives longer than a server is silent settles what it has sent.
        for name in list(self.open):
            if self.real + seconds > self.sent[name].begun + OPEN_SECONDS:
                self.open.remove(name)
                self.sent[name].cost, self.sent[name].ended = self.sent[name].reserved, self.real
                self.kept.settle(name, self.sent[name].reserved)
        self.real += seconds
        self.kept.now += seconds

    @rule(seconds=st.floats(0, 1000))
    def sleep(self, seconds: float) -> None:
        """The monotonic clock stands still meanwhile; what was under way is over, and counted at any time of it."""
        self.real += seconds

    @rule(down=st.floats(0, 30), up=st.floats(0, 30))
    def reboot(self, down: float, up: float) -> None:
        for name in self.open:
            self.sent[name].cost, self.sent[name].ended = self.sent[name].reserved, self.real
        self.open.clear()
        self.waiting.clear()
        self.real += down + up
        self.kept.now = up

    @invariant()
    def no_minute_holds_more(self) -> None:
        check(list(self.sent.values()), self.real)


TestMinutes = Minutes.TestCase
TestMinutes.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


SECONDS = st.one_of(st.floats(0, 70), st.sampled_from([0.0, 0.5, 20.0, 35.0, 59.0]))


@given(st.lists(st.tuples(SECONDS, st.integers(1, 1000), st.floats(0, OPEN_SECONDS), st.floats(0, 1)), max_size=40))
def test_no_minute_holds_more_than_the_limit(requests: list[tuple[float, int, float, float]]) -> None:
    """Each: seconds after the one before, tokens reserved, seconds until it is settled, and the share it cost."""
    kept = Kept(now=0.0)
    sent: list[Sent] = []
    for n, (gap, tokens, duration, share) in enumerate(requests):
        start = kept.now + gap
        for end, at in sorted((each.ended, at) for at, each in enumerate(sent) if kept.now < each.ended <= start):
            kept.now = end
            kept.settle(sent[at].name, sent[at].cost, sent[at].reserved)
        kept.now = start
        if kept.take(str(n), tokens).taken:
            sent.append(Sent(start, tokens, max(1, int(tokens * share)), start + duration, str(n)))
        else:
            kept.do(Leave(str(n)))
    check(sent, float("inf"))


@given(st.lists(st.integers(1, 400), max_size=60))
def test_a_run_alone_takes_no_longer_than_it_must(costs: list[int]) -> None:
    """Against the shortest time that there is: each as soon as the minute before it has room."""
    kept = Kept()
    begun, times = kept.now, list[tuple[float, int]]()
    for n, cost in enumerate(costs):
        reply = kept.take(str(n), cost)
        if not reply.taken:
            kept.now += reply.wait
            assert kept.take(str(n), cost, ticket=reply.ticket).taken
        kept.settle(str(n), cost)
        when = max((at for at, _ in times), default=0.0)
        while True:
            minute = [(at, of) for at, of in times if at > when - 60]
            if sum(of for _, of in minute) + cost <= 1000 and len(minute) < 8:
                break
            when = min(at for at, _ in minute) + 60
        times.append((when, cost))
        assert kept.now - begun <= when * (1 + 0.1 / 60) + 1e-6


def test_spans_that_are_over_hold_nothing() -> None:
    kept = Kept()
    kept.account.other_tokens = Span(kept.now - 61, 60, 1000)
    assert kept.take("a", 1000).taken
