from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Position:
    label: str
    net_price: Decimal
    pieces: int
    vat_percent: int
