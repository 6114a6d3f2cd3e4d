"""The values that a placeholder returns: the same in all languages, and the few that a language has of its own."""

from __future__ import annotations

from collections.abc import Callable

from fimbot.stubs.patterns import pattern
from fimbot.stubs.table import TRIVIAL

_RETURN = pattern(r"return(?:@\w+)?(?!\w)")
_LONGEST = 200


def trivial(own: str = r"(?!)") -> Callable[[str], bool]:
    """Tell whether a text is such a value, or the return of one or of nothing; `own`: a pattern, verbose."""
    value = pattern(rf"(?i)(?:{TRIVIAL.decode()}|(?-i:(?x:{own})))?")

    def is_trivial(text: str) -> bool:
        return len(text) <= _LONGEST and value.fullmatch(_value(text)) is not None

    return is_trivial


def _value(text: str) -> str:
    """What is returned, without the brackets around it, as in `return (0);`."""
    text = text.strip().removesuffix(";").rstrip()
    keyword = _RETURN.match(text)
    text = text[keyword.end() :].lstrip() if keyword else text
    inner = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else ""
    return inner if inner and not any(bracket in inner for bracket in "()") else text
