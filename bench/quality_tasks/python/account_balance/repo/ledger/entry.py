from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    booked_on: datetime.date
    amount_cents: int
    """Always above zero."""
    is_debit: bool
    """Whether the amount leaves the account."""
    voided: bool = False
