"""When a meeting room is free. Times are minutes since midnight, an end is the first minute that is free again."""

OPENS, CLOSES = 8 * 60, 18 * 60


def overlaps(first: tuple[int, int], second: tuple[int, int]) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def free_slots(booked: list[tuple[int, int]], minutes: int) -> list[tuple[int, int]]:
    """The gaps of at least so many minutes between OPENS and CLOSES. `booked` is in no order and may overlap."""
    ...
