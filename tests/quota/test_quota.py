"""Waiting for room: in turn, within the deadline, and only as long as somebody wants it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from fimbot.errors import EngineUnavailable, QuotaExhausted
from fimbot.quota import HOOK, RUN, Limits, Quota
from fimbot.quota.account import loaded
from fimbot.quota.embedded import IN_MEMORY, EmbeddedStore
from fimbot.quota.fallback import Fallback
from fimbot.quota.values import Reply, Step
from fimbot.values import Deadline


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Counting:
    """The store, and what it was asked."""

    inner: EmbeddedStore
    steps: list[Step] = field(default_factory=list)

    def do(self, step: Step) -> Reply:
        self.steps.append(step)
        return self.inner.do(step)

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def quota_of(limits: Limits, clock: Clock) -> tuple[Quota, Counting]:
    store = Counting(EmbeddedStore(IN_MEMORY, "key", limits, clock))
    return Quota(Fallback([store], clock), limits, clock.sleep), store


def going_on() -> bool:
    return False


def test_where_there_is_room_the_store_is_asked_once(clock: Clock) -> None:
    quota, store = quota_of(Limits(10, 1000), clock)
    for _ in range(10):
        quota.reserve(100, Deadline.after(1, clock), going_on)
    assert clock.now == 1000.0
    assert len(store.steps) == 10


def test_else_it_waits_until_a_minute_after_what_was_used(clock: Clock) -> None:
    quota, store = quota_of(Limits(10, 1000), clock)
    quota.settle(quota.reserve(900, Deadline.after(100, clock), going_on), 900)
    quota.reserve(200, Deadline.after(100, clock), going_on)
    assert clock.now == pytest.approx(1060, abs=0.3)
    assert len(store.steps) < 130


def test_no_room_before_the_deadline_is_said_at_once_and_the_place_is_given_up(clock: Clock) -> None:
    quota, store = quota_of(Limits(1, 1000), clock)
    quota.settle(quota.reserve(1, Deadline.after(1, clock), going_on), 1)
    with pytest.raises(QuotaExhausted, match=r"^quota: 1,000 tokens and 1 request a minute are used up until"):
        quota.reserve(1, Deadline.after(10, clock), going_on)
    assert clock.now == 1000.0
    assert loaded(store.inner._row(store.inner._open()) or "").waiters == []


def test_room_that_what_is_under_way_may_leave_is_waited_for_until_the_deadline(clock: Clock) -> None:
    quota, _ = quota_of(Limits(10, 1000), clock)
    quota.reserve(900, Deadline.after(1, clock), going_on)
    with pytest.raises(QuotaExhausted, match=r"^quota: "):
        quota.reserve(200, Deadline.after(10, clock), going_on)
    assert clock.now == pytest.approx(1010, abs=0.2)


def test_a_request_of_unknown_cost_is_counted_as_reserved(clock: Clock) -> None:
    quota, _ = quota_of(Limits(10, 1000), clock)
    quota.settle(quota.reserve(900, Deadline.after(1, clock), going_on), None)
    assert quota.wait(200) == pytest.approx(60, abs=0.2)
    assert quota.wait(100) == 0


def test_an_interruption_ends_the_wait_soon(clock: Clock) -> None:
    quota, _ = quota_of(Limits(1, 1000), clock)
    quota.settle(quota.reserve(1, Deadline.after(1, clock), going_on), 1)
    with pytest.raises(EngineUnavailable, match="interrupted"):
        quota.reserve(1, Deadline.after(100, clock), lambda: clock.now > 1003)
    assert clock.now == pytest.approx(1003, abs=0.2)


def test_a_429_is_waited_for_by_all(clock: Clock) -> None:
    quota, _ = quota_of(Limits(10, 1000), clock)
    refused = quota.reserve(10, Deadline.after(1, clock), going_on)
    quota.throttled(refused, 7.0)
    quota.settle(refused, None)
    quota.reserve(10, Deadline.after(100, clock), going_on)
    assert clock.now == pytest.approx(1007, abs=0.2)


def test_what_an_answer_says_counts(clock: Clock) -> None:
    quota, _ = quota_of(Limits(10, 1000), clock)
    quota.settle(quota.reserve(10, Deadline.after(1, clock), going_on), 10)
    quota.heard({"X-RateLimit-Remaining-Tokens": "50"})
    quota.heard({"Content-Type": "text/plain"})
    assert quota.wait(50) == 0
    assert quota.wait(51) == pytest.approx(60, abs=0.2)


def test_many_threads_cost_the_store_no_more_than_one_and_go_in_turn() -> None:
    limits = Limits(1000, 1000)
    store = Counting(EmbeddedStore(IN_MEMORY, "key", limits))
    quota = Quota(Fallback([store]), limits)
    first = quota.reserve(1000, Deadline.after(60), going_on)
    order: list[str] = []
    begun = threading.Barrier(41)

    def work(name: str, priority: int) -> None:
        begun.wait()
        quota.settle(quota.reserve(600, Deadline.after(60), going_on, priority), 0)
        order.append(name)

    threads = [threading.Thread(target=work, args=("run", RUN)) for _ in range(37)]
    threads += [threading.Thread(target=work, args=("hook", HOOK)) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait()
    while len(quota._line._places) < 40:
        threading.Event().wait(0.01)
    assert len(store.steps) < 40
    assert quota.wait(600) >= 60
    quota.settle(first, 0)
    for thread in threads:
        thread.join()
    assert set(order[:4]) >= {"hook"}
    assert order.index("hook") <= 1
    assert order[4:] == ["run"] * 36
    quota.close()
