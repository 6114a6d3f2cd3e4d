"""What a night in the harbour costs, in cents."""

from __future__ import annotations

BASE_PER_METRE = 210


def winter_discount(month: int) -> float:
    return 0.5 if month in (11, 12, 1, 2) else 1.0


def mooring_fee(length_m: float, nights: int, month: int) -> int:
    """Cents for a boat of this length: started metres count whole, the seventh night and every further one is half
    price, and the winter discount holds for the sum. Rounded down.
    """
    raise NotImplementedError
