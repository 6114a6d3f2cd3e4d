from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fimbot.values import Deadline


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_counts_down_and_stays_at_zero() -> None:
    clock = Hands()
    deadline = Deadline.after(5, clock)
    seen = []
    for now in (1000.0, 1003.0, 1005.0, 1009.0):
        clock.now = now
        seen.append(deadline.remaining())
    assert seen == [5.0, 2.0, 0.0, 0.0]


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_deadline_for_one_stub_is_never_behind_that_for_all(total: float, one: float) -> None:
    clock = Hands()
    deadline = Deadline.after(total, clock)
    assert deadline.within(one).remaining() == min(deadline.remaining(), Deadline.after(one, clock).remaining())
