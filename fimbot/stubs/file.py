"""What all stubs of a file share, worked out once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from fimbot.stubs.holes import indent_unit, line_break, line_start
from fimbot.stubs.language import Language, text_of
from fimbot.stubs.table import REACH
from fimbot.values import WHOLE_FILE, Hole, Kind, LineRange, Stub, Tier

if TYPE_CHECKING:
    from tree_sitter import Node


_LAST = WHOLE_FILE.end
# Each step to the sibling before takes as long as the node has siblings.
_MOST_COMMENTS = REACH


# Nobody nests a function so deep; and the text of each of 100,000 nested nodes is that of nearly the whole file.
_DEEPEST = 1000


class SourceFile:
    def __init__(self, path: str, source: bytes, language: Language, added: Sequence[LineRange]) -> None:
        self.path, self.source, self.language = path, source, language
        self.newline = line_break(source)
        self.unit = indent_unit(source, language.indent)
        self.tree = language.parse(source)
        self._breaks = [match.start() for match in re.finditer(rb"\n", source)]
        self._whole = WHOLE_FILE in added
        self._added = sorted((lines.start, lines.end) for lines in added)
        # The last line that a range reaches, up to each of them: so one look tells what all of them together touch.
        self._reached = list(accumulate((end for _, end in self._added), max))

    def _reached_from(self, line: int) -> int:
        """The last line of the ranges that begin at this line or above; 0 where there are none."""
        at = bisect_right(self._added, (line, _LAST))
        return self._reached[at - 1] if at else 0

    def touched(self, first_row: int, last_row: int) -> bool:
        """Whether one of these rows (0-based, inclusive) was added."""
        return self._reached_from(last_row + 1) > first_row

    def all_new(self, first_row: int, last_row: int) -> bool:
        """Every line of it was added; nothing is new where whole files are read.

        Where a file is written anew, git takes a blank line in the middle for an old one whenever it can.
        """
        if self._whole:
            return False
        if self._reached_from(first_row + 1) > last_row:
            return True
        rows = range(first_row, last_row + 1)
        return len(rows) < REACH and all(self.touched(row, row) or self._is_blank(row) for row in rows)

    def _is_blank(self, row: int) -> bool:
        start = self._breaks[row - 1] + 1 if row else 0
        end = self._breaks[row] if row < len(self._breaks) else len(self.source)
        return not self.source[start:end].strip()

    def touched_nodes(self) -> Iterator[Node]:
        """At least the nodes of interest with an added line in them, below an added decorator or comment, or above the
        comments that are all there is in a Python body: the parser puts those behind the function."""
        rows: list[tuple[int, int]] = []
        for start, end in self._added:
            first, last = max(0, start - 1 - REACH), min(max(start, end), len(self._breaks) + 1) - 1 + REACH
            if rows and first <= rows[-1][1] + 1:
                rows[-1] = rows[-1][0], max(rows[-1][1], last)
            else:
                rows.append((first, last))
        return self.language.nodes(self.tree, rows, _DEEPEST)

    def end_of(self, node: Node) -> int:
        """Without the blanks and line breaks that a body by indentation takes along (Scala)."""
        end = node.end_byte
        while end > node.start_byte and self.source[end - 1] in b" \t\r\n":
            end -= 1
        return end

    def last_row(self, node: Node) -> int:
        return self.line(max(node.start_byte, self.end_of(node) - 1)) - 1

    def line(self, at: int) -> int:
        return bisect_left(self._breaks, at) + 1

    def stub(
        self,
        kind: Kind,
        tier: Tier,
        why: str,
        *,
        name: str,
        start: int,
        end: int,
        hole: Hole,
        comment: str = "",
    ) -> Stub:
        """A stub of this file, its id still to be given."""
        return Stub(
            id="",
            path=self.path,
            language=self.language.name,
            kind=kind,
            tier=tier,
            name=name,
            start_line=self.line(start),
            end_line=self.line(max(start, end - 1)),
            start=start,
            end=end,
            hole=hole,
            hole_start_line=self.line(hole.start),
            hole_end_line=self.line(max(hole.start, hole.end - 1)),
            newline=self.newline,
            why=why,
            comment=comment,
        )


def qualified_name(node: Node, simple: str, language: Language) -> tuple[tuple[Node, ...], str]:
    """The enclosing owners, the outermost first, and the dotted name."""
    owners: list[Node] = []
    parent = node.parent
    while parent is not None:
        if parent.type in language.callable_types or parent.type in language.owner_types:
            owners.insert(0, parent)
        parent = parent.parent
    names = [language.name_of(owner) for owner in owners]
    return tuple(owners), ".".join([*filter(None, names), simple])


def _before(node: Node, language: Language) -> Node | None:
    """The sibling before; for the first of a block what stands before the block (Python, Haskell)."""
    if node.prev_sibling is not None or node.parent is None:
        return node.prev_sibling
    before = node.parent.prev_sibling
    if before is None or before.type in language.comment_types or not before.children:
        return before
    return before.children[-1]


def comment_above(outer: Node, source: bytes, language: Language) -> tuple[str, int]:
    """The comments on the lines right above, without a blank line between, and the row where they begin."""
    texts: list[str] = []
    below, sibling = outer, _before(outer, language)
    while sibling is not None and sibling.type in language.comment_types and len(texts) < _MOST_COMMENTS:
        between = source[sibling.end_byte : below.start_byte]
        own_line = not source[line_start(source, sibling.start_byte) : sibling.start_byte].strip()
        # Some grammars count a line comment's line break as part of it.
        breaks = between.count(b"\n") + source[sibling.start_byte : sibling.end_byte].endswith(b"\n")
        if between.strip() or breaks > 1 or not own_line:
            break
        texts.append(text_of(sibling))
        below, sibling = sibling, sibling.prev_sibling
    return "\n".join(reversed(texts)), below.start_point.row
