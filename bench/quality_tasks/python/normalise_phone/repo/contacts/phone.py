"""Telephone numbers in one form."""

import re

SEPARATORS = re.compile(r"[ ()./-]")


def normalise_phone(number: str, country: str = "49") -> str:
    """"+" and digits only: separators go, a leading "00" becomes "+", a single leading "0" becomes "+" and the country.
    ValueError for what is then no number of 7 to 15 digits.
    """
    raise NotImplementedError


def same_phone(first: str, second: str) -> bool:
    return normalise_phone(first) == normalise_phone(second)
