"""What a loan costs."""

from __future__ import annotations

from datetime import date

from desk.loans import Loan


def late_fee(loan: Loan, returned: date) -> int:
    """Cents for each day after the loan's end: half of its `cents_per_day`. Never below 0."""
    # TODO: the desk reckons this by hand


class Invoice:
    """The loans of one customer, with a discount in percent on all of them."""

    def __init__(self, loans: list[Loan], discount_percent: int = 0) -> None:
        self.loans = loans
        self.discount_percent = discount_percent

    def subtotal(self) -> int:
        """Cents before the discount: for each loan its `days` times its `cents_per_day`."""
        raise NotImplementedError("TODO")

    def total(self) -> int:
        return self.subtotal() - self.subtotal() * self.discount_percent // 100


def merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Opening hours as few spans as possible, sorted: those that overlap or touch become one."""
    raise NotImplementedError("TODO")
