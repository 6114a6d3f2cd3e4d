from __future__ import annotations

import datetime

from ledger.entry import Entry


class Account:
    def __init__(self, opening_cents: int = 0) -> None:
        self.opening_cents = opening_cents
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def balance_on(self, day: datetime.date) -> int:
        """Cents at the end of that day: the opening balance and every entry booked until then that is not voided."""
        # TODO
        raise NotImplementedError

    def is_overdrawn(self, day: datetime.date) -> bool:
        return self.balance_on(day) < 0
