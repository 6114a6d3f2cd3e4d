"""What all stubs of a file share, worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimbot.stubs.holes import indent_unit, line_break, line_start
from fimbot.stubs.language import Language, text_of
from fimbot.values import WHOLE_FILE, Hole, Kind, LineRange, Stub, Tier

if TYPE_CHECKING:
    from tree_sitter import Node


class SourceFile:
    def __init__(self, path: str, source: bytes, language: Language, added: tuple[LineRange, ...]) -> None:
        self.path, self.source, self.language, self.added = path, source, language, added
        self.newline = line_break(source)
        self.unit = indent_unit(source, language.indent)
        self.tree = language.parse(source)

    def touched(self, node: Node) -> bool:
        start, end = node.start_point.row + 1, node.end_point.row + 1
        return any(added.touches(start, end) for added in self.added)

    def all_new(self, node: Node) -> bool:
        """Every line of it was added; nothing is new where whole files are read."""
        start, end = node.start_point.row + 1, node.end_point.row + 1
        return WHOLE_FILE not in self.added and any(a.start <= start and end <= a.end for a in self.added)

    def line(self, at: int) -> int:
        return self.source.count(b"\n", 0, at) + 1

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


def comment_above(outer: Node, source: bytes, language: Language) -> str:
    """The comments on the lines right above, without a blank line between."""
    texts: list[str] = []
    below, sibling = outer, outer.prev_sibling
    while sibling is not None and sibling.type in language.comment_types:
        between = source[sibling.end_byte : below.start_byte]
        own_line = not source[line_start(source, sibling.start_byte) : sibling.start_byte].strip()
        if between.strip() or between.count(b"\n") > 1 or not own_line:
            break
        texts.append(text_of(sibling))
        below, sibling = sibling, sibling.prev_sibling
    return "\n".join(reversed(texts))
