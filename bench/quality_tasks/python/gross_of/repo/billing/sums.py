from decimal import Decimal

from billing.models import Position


def gross_of(position: Position) -> Decimal:
    """What the pieces cost together, VAT included."""
    # TODO: implement
    raise NotImplementedError


def invoice_total(positions: list[Position]) -> Decimal:
    return sum((gross_of(position) for position in positions), Decimal(0))
