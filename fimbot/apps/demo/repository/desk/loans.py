"""What was lent, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Loan:
    title: str
    cents_per_day: int
    start: date
    end: date

    @property
    def days(self) -> int:
        """The last day is paid for as well."""
        return (self.end - self.start).days + 1
