"""What all stubs of a file share, worked out once."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fimbot.errors import ParseError
from fimbot.stubs import markers
from fimbot.stubs.language import Language, text_of, walk
from fimbot.stubs.lines import Lines, Spans
from fimbot.stubs.parsed import ParsedFile
from fimbot.stubs.table import REACH
from fimbot.values import WHOLE_FILE, Hole, Kind, LineRange, Stub, Tier

if TYPE_CHECKING:
    from tree_sitter import Node


# Each step to the sibling before takes as long as the node has siblings.
_MOST_COMMENTS = REACH


# 20,000 stubs on 400 KB take 2 s. As for the parser, it is CPU time, and no load of the machine skips a file.
_SECONDS, _SECONDS_A_BYTE = 4.0, 16e-6
# Nobody nests a function so deep; and the text of each of 100,000 nested nodes is that of nearly the whole file.
_DEEPEST = 1000


class SourceFile:
    def __init__(self, file: ParsedFile, added: Sequence[LineRange], deleted: Sequence[int] = ()) -> None:
        """`deleted`: the lines behind which lines were deleted and none added."""
        self.parsed = file
        self.path, self.source, self.language = file.path, file.source, file.language
        self.newline, self.unit, self.tree = file.newline, file.unit, file.tree
        self.lines = Lines(file.source)
        self._seconds = _SECONDS + _SECONDS_A_BYTE * len(file.source)
        self._end = time.thread_time() + self._seconds
        self.memo: dict[Any, Any] = {}
        self._names: dict[int, str] = {}
        self._ignored: dict[tuple[int, int], bool] = {}
        self._set(added, deleted)

    def _set(self, added: Sequence[LineRange], deleted: Sequence[int] = ()) -> None:
        self._whole = WHOLE_FILE in added
        self._deleted = Spans((line, line) for line in deleted)
        self._added = Spans((lines.start, lines.end) for lines in added)

    def with_added(self, added: Sequence[LineRange]) -> SourceFile:
        """The same file, parsed once, in another change."""
        other = copy.copy(self)
        other._set(added)
        return other

    def check_time(self) -> None:
        """Raises ParseError where the file takes longer than any that somebody wrote."""
        if time.thread_time() > self._end:
            raise ParseError(f"takes longer than {self._seconds:.0f} s to look through")

    def touched(self, first_row: int, last_row: int) -> bool:
        """Whether one of these rows (0-based, inclusive) was added."""
        return self._added.touch(first_row + 1, last_row + 1)

    def lost_lines(self, first_row: int, last_row: int) -> bool:
        """Whether lines were deleted, and none added, behind one of these rows or of the blank ones below them."""
        if not self._deleted:
            return False
        below = last_row
        while below - last_row < REACH and below < self.lines.last_row and self.lines.is_blank(below + 1):
            below += 1
        return self._deleted.touch(first_row + 1, below + 1)

    def all_new(self, first_row: int, last_row: int) -> bool:
        """Every line of it was added; nothing is new where whole files are read.

        Where a file is written anew, git takes a blank line in the middle for an old one whenever it can.
        """
        if self._whole:
            return False
        if self._added.hold(first_row + 1, last_row + 1):
            return True
        rows = range(first_row, last_row + 1)
        return len(rows) < REACH and all(self.touched(row, row) or self.lines.is_blank(row) for row in rows)

    def touched_nodes(self) -> Iterator[Node]:
        """At least the callables, their owners, the comments and what may be a placeholder with an added or deleted
        line in them, below an added decorator or comment, or above the comments that are all there is in a Python body:
        the parser puts those behind the function."""
        language = self.language
        types = language.callable_types | language.owner_types | language.comment_types | language.missing_types
        everything = self._added.hold(1, self.lines.last_row)
        nodes = walk(self.tree.root_node, None if everything else self._is_near, _DEEPEST)
        for number, node in enumerate(nodes):
            if number % 1000 == 0:
                self.check_time()
            if node.type in types:
                yield node

    def _is_near(self, node: Node) -> bool:
        if not node.child_count:  # two of three, sooner told
            return False
        first, last = node.start_point.row - REACH, node.end_point.row + REACH
        return self.touched(first, last) or self._deleted.touch(first + 1, last + 1)

    def name_of(self, node: Node) -> str:
        if node.id not in self._names:
            self._names[node.id] = self.language.name_of(node)
        return self._names[node.id]

    def qualified_name(self, owners: Sequence[Node], simple: str) -> str:
        """The dotted name of what stands in these owners, the outermost first."""
        return ".".join([*filter(None, map(self.name_of, owners)), simple])

    def says_ignore(self, start: int, end: int) -> bool:
        """Whether the lines of these bytes say that fimbot is to leave them alone."""
        lines = self.lines.start(start), self.lines.end(end)
        if lines not in self._ignored:
            text = self.source[slice(*lines)].decode("utf-8", "replace")
            self._ignored[lines] = markers.IGNORE.search(text) is not None
        return self._ignored[lines]

    def end_of(self, node: Node) -> int:
        """Without the blanks and line breaks that a body by indentation takes along (Scala)."""
        end = node.end_byte
        while end > node.start_byte and self.source[end - 1] in b" \t\r\n":
            end -= 1
        return end

    def last_row(self, node: Node) -> int:
        return self.lines.number(max(node.start_byte, self.end_of(node) - 1)) - 1

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
        emptied: bool = False,
    ) -> Stub:
        """A stub of this file, its id still to be given."""
        return Stub(
            id="",
            path=self.path,
            language=self.language.name,
            kind=kind,
            tier=tier,
            name=name,
            start_line=self.lines.number(start),
            end_line=self.lines.number(max(start, end - 1)),
            start=start,
            end=end,
            hole=hole,
            hole_start_line=self.lines.number(hole.start),
            hole_end_line=self.lines.number(max(hole.start, hole.end - 1)),
            newline=self.newline,
            why=why,
            comment=comment,
            emptied=emptied,
        )

    def comment_above(self, outer: Node) -> tuple[str, int]:
        """The comments on the lines right above, without a blank line between, and the row where they begin."""
        source, comment_types = self.source, self.language.comment_types
        texts: list[str] = []
        below, sibling = outer, _before(outer, self.language)
        while sibling is not None and sibling.type in comment_types and len(texts) < _MOST_COMMENTS:
            between = source[sibling.end_byte : below.start_byte]
            # Some grammars count a line comment's line break as part of it.
            breaks = between.count(b"\n") + source.endswith(b"\n", sibling.start_byte, sibling.end_byte)
            if between.strip() or breaks > 1 or not self.lines.begins(sibling.start_byte):
                break
            texts.append(text_of(sibling))
            below, sibling = sibling, sibling.prev_sibling
        return "\n".join(reversed(texts)), below.start_point.row


def _before(node: Node, language: Language) -> Node | None:
    """The sibling before; for the first of a block what stands before the block (Python, Haskell)."""
    sibling = node.prev_sibling
    if sibling is not None:
        return sibling
    block = node.parent
    before = block.prev_sibling if block is not None else None
    if before is None or before.type in language.comment_types or not before.child_count:
        return before
    return before.child(before.child_count - 1)
