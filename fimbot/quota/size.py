"""How long a run is at the limit, before it has begun."""

from __future__ import annotations

from collections.abc import Sequence

from fimbot.quota.account import Account, apply
from fimbot.quota.values import RUN, Limits, Look


def seconds_of(costs: Sequence[int], limits: Limits) -> float:
    """Until the last request of so many tokens each may be sent, where nobody else sends any. The first minute's quota
    is there at once."""
    return apply(Account(), Look(sum(costs), len(costs), RUN), limits, 0.0).wait


def span(seconds: float) -> str:
    """For people, never less than it is."""
    if seconds < 1:
        return "at once"
    if seconds <= 90:
        return f"{-(-seconds // 1):.0f} s"
    if seconds <= 90 * 60:
        return f"{-(-seconds // 60):.0f} min"
    return f"{seconds / 3600:.1f} h"
