"""The bytes that a fill replaces, and what must stand around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fimbot.values import Hole

if TYPE_CHECKING:
    from fimbot.stubs.file import SourceFile
    from fimbot.stubs.language import Body, Item


def line_start(source: bytes, at: int) -> int:
    return source.rfind(b"\n", 0, at) + 1


def kept_items(items: tuple[Item, ...]) -> int:
    """How many leading items stay outside the hole: the docstring, and comments that tell how, not that, it is done."""
    from fimbot.stubs.markers import says_missing

    count = 0
    for item in items:
        if item.kind == "docstring" or (item.kind == "comment" and not says_missing(item.text)):
            count += 1
        else:
            break
    return count


def block_hole(file: SourceFile, owner_start: int, body: Body, items: tuple[Item, ...]) -> Hole:
    """The hole of a block body: whole lines where the body has lines of its own."""
    source, lines = file.source, file.lines
    newline = file.newline.encode()
    kept = kept_items(items)
    opening = items[kept - 1].node.end_byte if kept else body.start
    rest = items[kept:]
    owner_indent = lines.indentation(owner_start)
    indent = _item_indent(file, rest or items[:kept], body) or owner_indent + file.unit
    closing = body.end if body.closed else (rest[-1].node.end_byte if rest else opening)

    start, lead = opening, newline
    line_end = source.find(b"\n", opening, closing + 1 if body.closed else closing)
    if line_end >= 0 and not source[opening:line_end].strip():
        start, lead = line_end + 1, b""
        if rest and (first_line := lines.start(rest[0].node.start_byte)) > start:
            start = first_line  # the blank lines above stay

    if not body.closed:
        # A comment's node takes the carriage return of its line along.
        closing -= source.endswith(b"\r", 0, closing)
        return Hole(start, max(start, closing), indent, lead=lead)

    closing_line = lines.start(closing)
    if closing_line >= start and not source[closing_line:closing].strip():
        end = closing_line - (2 if source.endswith(b"\r\n", 0, closing_line) else 1)
        if end >= start:
            return Hole(start, end, indent, lead=lead)
        return Hole(start, start, indent, lead=lead, tail=newline)
    return Hole(start, closing, indent, lead=lead, tail=newline + owner_indent.encode())


def _item_indent(file: SourceFile, items: tuple[Item, ...], body: Body) -> str | None:
    for item in items:
        start = file.lines.start(item.node.start_byte)
        if start > body.start and file.lines.begins(item.node.start_byte):
            return file.source[start : item.node.start_byte].decode()
    return None


def expression_hole(file: SourceFile, start: int, end: int) -> Hole:
    return Hole(start, end, file.lines.indentation(start) + file.unit, shape="expression")
