from __future__ import annotations

import math
from typing import NamedTuple


class Place(NamedTuple):
    label: str
    east_km: float
    north_km: float
    skipped: bool = False

    def km_to(self, other: Place) -> float:
        return math.hypot(other.east_km - self.east_km, other.north_km - self.north_km)
