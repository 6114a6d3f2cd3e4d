"""Where the lines of a file are, and which ranges of numbers touch which: asked thousands of times, worked out once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate

_BLANKS = re.compile(rb"[ \t]*")
_TO_LINE_END = re.compile(rb"[^\S\n]*(?=\n|\Z)")


class Lines:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._breaks = [match.start() for match in re.finditer(rb"\n", source)]
        self._indentations: dict[int, str] = {}

    def number(self, at: int) -> int:
        """1-based, of the line that a byte stands in."""
        return bisect_left(self._breaks, at) + 1

    @property
    def last_row(self) -> int:
        return len(self._breaks)

    def start(self, at: int) -> int:
        """The first byte of the line that a byte stands in."""
        row = bisect_left(self._breaks, at)
        return self._breaks[row - 1] + 1 if row else 0

    def end(self, at: int) -> int:
        """The line's break, or the end of the file."""
        row = bisect_left(self._breaks, at)
        return self._breaks[row] if row < len(self._breaks) else len(self._source)

    def length(self, at: int) -> int:
        """Of the line that a byte stands in; 0 where no line break ends it."""
        row = bisect_left(self._breaks, at)
        return self._breaks[row] - self.start(at) if row < len(self._breaks) else 0

    def is_blank(self, row: int) -> bool:
        start = self._breaks[row - 1] + 1 if row else 0
        end = self._breaks[row] if row < len(self._breaks) else len(self._source)
        return not self._source[start:end].strip()

    def indentation(self, at: int) -> str:
        """The blanks that the line of a byte begins with."""
        start = self.start(at)
        if start not in self._indentations:
            match = _BLANKS.match(self._source, start)
            self._indentations[start] = match[0].decode() if match else ""
        return self._indentations[start]

    def begins(self, at: int) -> bool:
        """Nothing but blanks stands before it in its line. The whole file may be one line, so that is not cut out."""
        while at and self._source[at - 1] in b" \t\r\v\f":
            at -= 1
        return at == 0 or self._source[at - 1] == 10

    def ends(self, at: int) -> bool:
        """Nothing but blanks stands in the line from here on."""
        return _TO_LINE_END.match(self._source, at) is not None


class Spans:
    """Ranges of numbers, first and last, in any order; they may overlap."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        in_order = sorted(ranges)
        self._starts = [start for start, _ in in_order]
        # The farthest that a range reaches, up to each of them: one look tells what all of them together touch.
        self._reached = list(accumulate((last for _, last in in_order), max))

    def __bool__(self) -> bool:
        return bool(self._starts)

    def _reach_from(self, number: int) -> int:
        """How far those reach that begin at a number or before it; -1: there are none."""
        at = bisect_right(self._starts, number)
        return self._reached[at - 1] if at else -1

    def touch(self, first: int, last: int) -> bool:
        """Whether a number of `first..last` is in one of them."""
        return self._reach_from(last) >= first

    def hold(self, first: int, last: int) -> bool:
        """Whether one of them holds all of `first..last`."""
        return self._reach_from(first) >= last


def line_break(source: bytes) -> str:
    """The file's own; the commoner one where they are mixed."""
    crlf = source.count(b"\r\n")
    return "\r\n" if crlf * 2 > source.count(b"\n") else "\n"


def indent_unit(source: bytes, default: str) -> str:
    """One step of the file's indentation: a tab, or the commonest growth of leading blanks from line to line."""
    growths: Counter[str] = Counter()
    previous = b""
    for match in re.finditer(rb"(?m)^([ \t]*)[^\s*]", source):
        lead = match[1]
        if len(lead) > len(previous) and lead.startswith(previous):
            growths[lead[len(previous) :].decode()] += 1
        previous = lead
    usual = [(count, unit) for unit, count in growths.items() if unit == "\t" or 2 <= len(unit) <= 8]
    return max(usual)[1] if usual else default
