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
        self._by_row: dict[int, set[int]] = {}
        self._rows: list[range] = []
        """Of each stub, without the comments above it."""
        for number, stub in enumerate(stubs):
            rows = _rows(lines, stub)
            self._rows.append(rows)
            first = rows.start
            while first > 0 and not lines.is_data(first - 1) and _COMMENT_ROW.match(lines[first - 1].text):
                first -= 1
            for row in range(first, rows.stop):
                self._by_row.setdefault(row, set()).add(number)

    def hidden_from(self, stub: Stub) -> Callable[[int], bool]:
        """Return whether a row belongs to another stub. One that overlaps this one, as what is nested does, is none."""
        mine = _rows(self._lines, stub)
        near = {number for row in mine for number in self._by_row.get(row, ())}
        own = {number for number in near if set(mine) & set(self._rows[number])}
        return lambda row: row not in mine and bool(self._by_row.get(row, own) - own)


def _rows(lines: Lines, stub: Stub) -> range:
    return range(lines.row_of(stub.start), lines.row_of(max(stub.start, stub.end - 1)) + 1)
