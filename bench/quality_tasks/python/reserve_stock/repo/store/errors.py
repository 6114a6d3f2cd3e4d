class StoreError(Exception):
    """What the shop tells its customers."""


class OutOfStock(StoreError):
    def __init__(self, sku: str, missing: int) -> None:
        super().__init__(f"{missing} of {sku} are missing")
        self.sku = sku
        self.missing = missing
