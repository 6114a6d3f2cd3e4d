def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def extremes(values: list[float]):
    # TODO: implement
    raise NotImplementedError
