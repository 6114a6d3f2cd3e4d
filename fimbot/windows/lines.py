"""The file as lines of valid text. Lines end at LF: a lone CR or a form feed is part of its line."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from fimbot.secrets import Redact, redactor
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import Withheld
from fimbot.windows.tokens import count_pieces

LONGEST_LINE = 2000
"""Bytes. A longer line is data: it is left out whole, before anything that takes time looks at it."""

_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    text: str
    pieces: int
    withheld: tuple[Withheld, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows are 0-based. A line is decoded, searched for secrets and counted when it is first asked for."""

    source: bytes
    redact: Redact
    starts: list[int]
    data_rows: frozenset[int]
    """Lines too long to be anything but data."""
    _seen: dict[int, Line] = field(default_factory=dict)

    def row_of(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def start_of(self, row: int) -> int:
        return self.starts[row] if row < len(self.starts) else len(self.source)

    def is_blank(self, row: int) -> bool:
        return not self.source[self.starts[row] : self.start_of(row + 1)].strip()

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, row: int) -> Line:
        line = self._seen.get(row)
        if line is None:
            line = self._seen[row] = self.part(self.start_of(row), self.start_of(row + 1))
        return line

    def part(self, start: int, end: int) -> Line:
        """The text of these bytes of one line."""
        return self.made(self.source[start:end], self.row_of(start))

    def made(self, data: bytes, row: int) -> Line:
        text, withheld = self.redact(decode(data), row + 1)
        return Line(text, count_pieces(text), withheld)


def lines_of(file: ParsedFile) -> Lines:
    return split(file.source, redactor(file.path, file.source))


def split(source: bytes, redact: Redact) -> Lines:
    starts = [0]
    at = source.find(b"\n") + 1
    while at:
        starts.append(at)
        at = source.find(b"\n", at) + 1
    if starts[-1] == len(source) and len(starts) > 1:
        starts.pop()
    ends = [*starts[1:], len(source)]
    data = (row for row, start in enumerate(starts) if ends[row] - start > LONGEST_LINE)
    return Lines(source, redact, starts, frozenset(data))


def decode(data: bytes) -> str:
    """Valid Unicode, without BOM, CRLF as LF: what a model is shown, and JSON can hold."""
    return data.removeprefix(_BOM).replace(b"\r\n", b"\n").decode("utf-8", "replace")
