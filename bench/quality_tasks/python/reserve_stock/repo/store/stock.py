from __future__ import annotations

from store.errors import OutOfStock


class Stock:
    def __init__(self) -> None:
        self.on_hand: dict[str, int] = {}
        self.reserved: dict[str, int] = {}

    def available(self, sku: str) -> int:
        return self.on_hand.get(sku, 0) - self.reserved.get(sku, 0)

    def receive(self, sku: str, count: int) -> None:
        self.on_hand[sku] = self.on_hand.get(sku, 0) + count

    def reserve(self, sku: str, count: int) -> None:
        """Reserves so many, or raises OutOfStock with how many are missing and reserves none."""
        # TODO: needed for the basket


def shelf_label(stock: Stock, sku: str) -> str:
    return f"{sku}: {stock.available(sku)}"
