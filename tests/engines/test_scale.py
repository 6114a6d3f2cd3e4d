from __future__ import annotations

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
