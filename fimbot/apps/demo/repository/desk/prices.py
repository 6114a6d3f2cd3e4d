"""What a loan costs."""

from __future__ import annotations

from datetime import date

from desk.loans import Loan


def late_fee(loan: Loan, returned: date) -> int:
    """Cents for each day after the loan's end: half of its `cents_per_day`. Never below 0."""
    # TODO: the desk reckons this by hand


class Invoice:
    """The loans of one customer."""

    def __init__(self, loans: list[Loan]) -> None:
        self.loans = loans

    def total(self) -> int:
        """Cents for all loans: each one's `days` times its `cents_per_day`."""
        raise NotImplementedError("TODO")

    def heading(self) -> str:
        return f"{len(self.loans)} loans, {self.total() / 100:.2f}"


def merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Opening hours as few spans as possible, sorted: those that overlap or touch become one."""
    raise NotImplementedError("TODO")
