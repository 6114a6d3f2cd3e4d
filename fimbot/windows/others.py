"""The rows of a file's other stubs, which a window leaves out: a model that sees one writes another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fimbot.values import Stub
from fimbot.windows.lines import Lines

_COMMENT_ROW = re.compile(r"\s*(?://|#(?!\[|include|if|e|define)|/\*|\*|--|;;)")


class OtherStubs:
    """The stubs of a file by their rows, with the comments above them, which would then be above something else."""

    def __init__(self, lines: Lines, stubs: Sequence[Stub]) -> None:
        self._lines = lines
        self._taken: list[range] = []
        """Of each stub, with the comments above it."""
        self._by_row: dict[int, int] = {}
        """Row -> the number of a stub that takes it."""
        for number, rows in enumerate(_rows(lines, stub) for stub in stubs):
            first = rows.start
            while first > 0 and first - 1 not in lines.data_rows and _COMMENT_ROW.match(lines[first - 1].text):
                first -= 1
            self._taken.append(range(first, rows.stop))
            self._by_row |= dict.fromkeys(self._taken[-1], number)

    def hidden_from(self, stub: Stub) -> Callable[[int], bool]:
        """Return whether a row belongs to another stub. One that overlaps this one, as what is nested does, is none."""
        mine = _rows(self._lines, stub)
        near = {self._by_row[row] for row in mine if row in self._by_row}
        own = {*mine, *(row for number in near for row in self._taken[number])}
        return lambda row: row in self._by_row and row not in own


def _rows(lines: Lines, stub: Stub) -> range:
    return range(lines.row_of(stub.start), lines.row_of(max(stub.start, stub.end - 1)) + 1)
