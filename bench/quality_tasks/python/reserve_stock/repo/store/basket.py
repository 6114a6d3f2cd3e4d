from store.errors import OutOfStock
from store.stock import Stock


def try_to_add(stock: Stock, sku: str, count: int) -> str:
    try:
        stock.reserve(sku, count)
    except OutOfStock as error:
        return f"Only {count - error.missing} left"
    return "added"
