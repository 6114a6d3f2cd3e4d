def percent(part: float, whole: float) -> float:
    """The percentage that a part is of the whole; 0 if the whole is 0."""
    # TODO: implement
    pass


def shares(amounts: dict[str, float]) -> dict[str, float]:
    total = sum(amounts.values())
    return {name: percent(amount, total) for name, amount in amounts.items()}
