"""How far the estimate of a prompt is from what the server counts, by the answers that told.

The estimate is seldom too low, which makes it a quarter too high on average; an answer that is hung up on, as most are,
carries no usage to correct it. So a long run would use three quarters of its quota only.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Collection

# Fewer say nothing; more would remember another repository.
_FEWEST, _MOST = 8, 64
# What must not be too low is the sum of a minute's prompts. Of so many, 60,000 tokens, the errors even out.
_A_MINUTE = 32
# Standard deviations: too low in one minute of 60 where eight have answered, in one of 400 later on.
_CERTAINTY = 3


class Scale:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ratios: deque[float] = deque(maxlen=_MOST)

    def learn(self, estimate: int, actual: int) -> None:
        with self._lock:
            self._ratios.append(actual / max(1, estimate))

    def of(self, estimate: int) -> int:
        """On average too high still, so that the sum of a minute's is not too low; never above the estimate."""
        with self._lock:
            if len(self._ratios) < _FEWEST:
                return estimate
            ratio = _at_most(self._ratios)
        return min(estimate, math.ceil(estimate * ratio))


def _at_most(ratios: Collection[float]) -> float:
    """By hand: `statistics.stdev` reckons in fractions, which takes 0.2 ms of each question's time."""
    mean = math.fsum(ratios) / len(ratios)
    deviation = math.sqrt(math.fsum((ratio - mean) ** 2 for ratio in ratios) / (len(ratios) - 1))
    return mean + _CERTAINTY * deviation * math.sqrt(1 / len(ratios) + 1 / _A_MINUTE)
