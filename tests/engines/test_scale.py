from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.scale import Scale


def test_a_few_answers_say_nothing() -> None:
    scale = Scale()
    for _ in range(7):
        scale.learn(1000, 500)
    assert scale.of(1000) == 1000


def test_then_it_is_scaled_to_what_they_said() -> None:
    scale = Scale()
    for _ in range(8):
        scale.learn(1000, 800)
    assert 800 <= scale.of(1000) <= 801


@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 2000)), min_size=8, max_size=80))
def test_it_is_never_more_than_the_estimate_nor_less_than_the_average(seen: list[tuple[int, int]]) -> None:
    scale = Scale()
    for estimate, actual in seen:
        scale.learn(estimate, actual)
    average = sum(actual / estimate for estimate, actual in seen[-64:]) / len(seen[-64:])
    assert min(1000, int(1000 * average)) <= scale.of(1000) <= 1000


@pytest.mark.parametrize(("learned", "too_low", "wasted"), [(8, 25, 0.11), (64, 10, 0.06)])
def test_the_sum_of_a_minute_is_seldom_too_low_and_wastes_little(learned: int, too_low: int, wasted: float) -> None:
    """Of prompts whose true number of tokens is between 1/1.1 and 1/1.45 of the estimate."""
    chance = random.Random(1)

    def actual() -> int:
        return round(1500 / chance.uniform(1.1, 1.45))

    sums = []
    for _ in range(1000):
        scale = Scale()
        for _ in range(learned):
            scale.learn(1500, actual())
        sums.append(32 * scale.of(1500) / sum(actual() for _ in range(32)))
    assert sum(each < 1 for each in sums) < too_low
    assert sum(sums) / len(sums) < 1 + wasted
