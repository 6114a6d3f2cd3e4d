"""Durations as people write them."""

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def is_duration(text: str) -> bool:
    return re.fullmatch(r"(\d+[dhms])+", text) is not None


def parse_duration(text: str) -> int:
    """Seconds in a text such as "1h30m" or "45s"; ValueError for anything else."""
    # TODO: add up the parts
    pass


def show_duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes}m{seconds}s"
