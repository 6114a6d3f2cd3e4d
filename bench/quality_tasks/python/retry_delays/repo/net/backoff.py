"""How long to wait between tries."""

from __future__ import annotations


def retry_delays(tries: int, first: float = 0.5, factor: float = 2.0, longest: float = 30.0) -> list[float]:
    """Seconds before each further try: one less than there are tries, each `factor` times the one before, none above
    `longest`.
    """
    pass


def total_delay(tries: int) -> float:
    return sum(retry_delays(tries))
