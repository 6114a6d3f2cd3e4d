"""A sliding minute is never overdrawn, and never paced needlessly."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.protocol import Deadline, Question
from fimbot.engines.quota import MINUTE, Quota
from fimbot.engines.table import open_engine
from fimbot.errors import EngineUnavailable
from fimbot.settings.values import Settings
from tests.doubles.langdock import KEY, LangdockServer


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def going_on() -> bool:
    return False


def test_from_cold_a_whole_minute_is_used_at_once() -> None:
    clock = Clock()
    quota = Quota(10, 1000, clock, clock.sleep)
    for _ in range(10):
        quota.reserve(100, Deadline.after(1, clock), going_on)
    assert clock.now == 1000.0


def test_then_it_waits_for_room() -> None:
    clock = Clock()
    quota = Quota(10, 1000, clock, clock.sleep)
    quota.reserve(900, Deadline.after(100, clock), going_on)
    quota.reserve(200, Deadline.after(100, clock), going_on)
    assert clock.now == pytest.approx(1060, abs=0.3)


def test_what_was_reserved_and_not_used_is_free_at_once() -> None:
    clock = Clock()
    quota = Quota(10, 1000, clock, clock.sleep)
    quota.settle(quota.reserve(900, Deadline.after(1, clock), going_on), 300)
    quota.reserve(700, Deadline.after(1, clock), going_on)
    assert clock.now == 1000.0


def test_no_room_before_the_deadline_is_said_at_once() -> None:
    clock = Clock()
    quota = Quota(1, 1000, clock, clock.sleep)
    quota.reserve(1, Deadline.after(1, clock), going_on)
    with pytest.raises(EngineUnavailable, match="quota: 1,000 tokens and 1 requests a minute are used up"):
        quota.reserve(1, Deadline.after(10, clock), going_on)
    assert clock.now == 1000.0


def test_more_than_a_minute_holds_is_let_through_alone() -> None:
    clock = Clock()
    Quota(10, 1000, clock, clock.sleep).reserve(5000, Deadline.after(1, clock), going_on)


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0, 20)), max_size=60))
def test_no_minute_holds_more_than_the_quota(requests: list[tuple[int, float]]) -> None:
    clock = Clock()
    quota = Quota(8, 1000, clock, clock.sleep)
    sent: list[tuple[float, int]] = []
    for tokens, pause in requests:
        quota.reserve(tokens, Deadline.after(1000, clock), going_on)
        sent.append((clock.now, tokens))
        clock.sleep(pause)
    for at, _ in sent:
        minute = [tokens for moment, tokens in sent if at <= moment < at + MINUTE - 1e-6]
        assert sum(minute) <= 1000
        assert len(minute) <= 8


def test_langdock_is_metered_by_its_documented_limits(langdock_server: LangdockServer) -> None:
    engine = open_engine(Settings(base_url=langdock_server.url, rpm=1), {"LANGDOCK_API_KEY": KEY}).engine
    question = Question("def f():\n", "\n", max_tokens=16)
    engine.ask(question, done=lambda text: False, deadline=Deadline.after(5))
    with pytest.raises(EngineUnavailable, match="quota"):
        engine.ask(question, done=lambda text: False, deadline=Deadline.after(5))
    assert len(langdock_server.requests) == 1
    engine.close()
