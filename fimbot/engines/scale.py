"""How far the estimate of a prompt is from what the server counts, by the answers that told.

The estimate is seldom too low, which makes it a quarter too high on average; an answer that is hung up on, as most are,
carries no usage to correct it. So a long run would use three quarters of its quota only.
"""

from __future__ import annotations

import math
import statistics
import threading
from collections import deque

# Fewer say nothing; more would remember another repository.
_FEWEST, _MOST = 8, 64


class Scale:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ratios: deque[float] = deque(maxlen=_MOST)

    def learn(self, estimate: int, actual: int) -> None:
        with self._lock:
            self._ratios.append(actual / max(1, estimate))

    def of(self, estimate: int) -> int:
        """On average too high still, by the spread of what was seen; never above the estimate."""
        with self._lock:
            if len(self._ratios) < _FEWEST:
                return estimate
            ratio = statistics.fmean(self._ratios) + statistics.pstdev(self._ratios)
        return min(estimate, math.ceil(estimate * ratio))
