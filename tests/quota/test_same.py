"""account.lua says the same as account.py, step by step, whatever the steps are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fimbot.quota import account as arithmetic
from fimbot.quota.account import Account, apply, dumped, loaded
from fimbot.quota.values import BACKGROUND, HOOK, RUN, Hear, Hold, Leave, Limits, Look, Settle, Step, Take
from tests.quota.servers import RedisServer

SCRIPT = files("fimbot.quota").joinpath("account.lua").read_text("utf-8")
LIMITS = (Limits(8, 1000), Limits(3, 50, fixed=True), Limits(1, 1), Limits(60, 1_000_000), Limits(20, 500, 5.0))
FEW_USES = 4
"""Are kept apart here, so that a few steps are enough to fold them."""


@dataclass
class Both:
    """An account here and one in Redis, by one clock that the test sets."""

    client: Any
    limits: Limits
    now: float = 1000.0
    account: Account = field(default_factory=Account)
    tickets: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client.flushall()
        script = SCRIPT.replace("redis.call('TIME')", "{ARGV[6], 0}")
        script = script.replace("return cjson.encode(reply)", "return cjson.encode({reply, account})")
        self.script = self.client.register_script(re.sub(r"MANY, FOLD = \d+", f"MANY, FOLD = {FEW_USES}", script))

    def do(self, step: Step) -> None:
        if isinstance(step, Take):
            step = replace(step, ticket=self.tickets.get(step.id, 0))
        reply = apply(self.account, step, self.limits, self.now)
        self.account = loaded(dumped(self.account))
        there, account = self.there(step)
        if isinstance(step, Take | Look):
            assert there == pytest.approx(asdict(reply), abs=1e-6), step
        assert flat(account) == pytest.approx(flat(asdict(self.account)), abs=1e-6), step
        if isinstance(step, Take):
            self.tickets[step.id] = reply.ticket

    def there(self, step: Step) -> list[Any]:
        limits = self.limits
        arguments = [limits.requests, limits.tokens, limits.seconds, int(limits.fixed), repr(self.now)]
        said = self.script(keys=["account"], args=[json.dumps({"op": step.op, **asdict(step)}), *arguments])
        result: list[Any] = json.loads(said)
        return result


def flat(account: dict[str, Any]) -> dict[str, object]:
    """Each figure by its name. What holds no more may have been written differently."""
    result: dict[str, object] = {}
    for name, value in account.items():
        if name in ("uses", "waiters"):
            for each in value:
                defaults = {"requests": 1} if name == "uses" else {}
                result |= {f"{name} {each['id']} {field}": of for field, of in (defaults | each).items()}
        elif isinstance(value, dict):
            result |= {f"{name} {field}": value[field] if value["seconds"] else 0 for field in value}
        else:
            result[name] = value
    return result


IDS = st.sampled_from("abcdefgh")
TOKENS = st.integers(0, 1200)
PRIORITIES = st.sampled_from([HOOK, RUN, BACKGROUND])
TOLD = st.one_of(st.just(-1), st.integers(0, 1500))
# Exact in binary, so that nothing is free a rounding earlier in one than in the other.
SECONDS = st.integers(0, 64).map(lambda eighths: eighths / 8)
RESET = st.one_of(st.just(-1.0), SECONDS)
STEPS = st.one_of(
    st.builds(Take, IDS, TOKENS, PRIORITIES),
    st.builds(Settle, IDS, TOKENS, TOKENS, st.booleans()),
    st.builds(Look, TOKENS, st.integers(0, 30), PRIORITIES),
    st.builds(Leave, IDS),
    st.builds(Hold, IDS, SECONDS),
    st.builds(Hear, TOLD, TOLD, TOLD, TOLD, RESET, RESET),
)
GAPS = st.one_of(st.just(0.0), st.just(0.125), SECONDS, st.sampled_from([45.0, 61.0, 3601.0, -900.0]))


@pytest.fixture
def client(redis: RedisServer) -> Iterator[Any]:
    import redis as library

    with library.Redis.from_url(redis.url) as client:
        yield client


def test_any_steps_are_answered_alike(client: Any) -> None:
    @settings(max_examples=200, deadline=None)
    @given(st.sampled_from(LIMITS), st.lists(st.tuples(GAPS, STEPS), max_size=40))
    def check(limits: Limits, steps: list[tuple[float, Step]]) -> None:
        both = Both(client, limits)
        for gap, step in steps:
            both.now += gap
            both.do(step)
            both.do(Look(limits.tokens, 2, RUN))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arithmetic, "MANY_USES", FEW_USES)
        check()


def test_uses_that_are_folded_are_folded_alike(client: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arithmetic, "MANY_USES", FEW_USES)
        both = Both(client, Limits(60, 1_000_000))
        for number in range(200):
            both.now += 0.125
            both.do(Take(str(number), 100, RUN))
            if number % 5:
                both.do(Settle(str(number), 50 + number, 100 + number, True))
            both.do(Look(900_000, number % 40, RUN))
        assert len(both.account.uses) < 150, "many were folded"


def test_the_figures_are_the_same() -> None:
    names = {
        "MARGIN": "MARGIN_SECONDS",
        "OPEN": "OPEN_SECONDS",
        "WAITER": "WAITER_SECONDS",
        "BELIEVED": "BELIEVED_SECONDS",
        "FIRST_HOLD": "FIRST_HOLD_SECONDS",
        "LONGEST_OWN_HOLD": "LONGEST_OWN_HOLD_SECONDS",
        "LONGEST_HOLD": "LONGEST_HOLD_SECONDS",
        "MANY": "MANY_USES",
        "FOLD": "FOLD_SECONDS",
    }
    figures: dict[str, float] = {}
    for left, right in re.findall(r"^local ([A-Z_, ]+) = ([0-9., ]+)$", SCRIPT, re.MULTILINE):
        figures |= dict(zip(left.split(", "), map(float, right.split(", ")), strict=True))
    assert figures == {short: getattr(arithmetic, name) for short, name in names.items()}
