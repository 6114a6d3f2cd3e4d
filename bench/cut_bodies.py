"""Bodies of real code, blanked to a TODO and found again as stubs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fimbot.fills.clean import forbidden_character
from fimbot.stubs.find import find_stubs
from fimbot.stubs.holes import kept_items, line_start
from fimbot.stubs.language import Item, Language, load, text_of, walk
from fimbot.stubs.lines import indent_unit
from fimbot.values import LineRange, Skip, Stub

if TYPE_CHECKING:
    from tree_sitter import Node

_TODO = re.compile(rb"(?i)todo|fixme|xxx|hack\b|implement|not supported|undefined|panic|unreachable")


@dataclass(frozen=True, slots=True)
class Blanked:
    language: str
    source: bytes
    data: bytes
    """The file with the TODO in place of the body."""
    stub: Stub
    body: str
    """The true body, lines joined by LF."""
    header: str
    """From the callable's first line up to the body."""
    closer: str
    """What follows the body up to the callable's end: `\\n    }`."""
    name: str
    statements: tuple[str, ...]
    """Of the body's own level, comments left out."""
    ends: bool
    """Whether the last statement is a return or a raise."""
    literal_lines: bool
    """Whether a line begins inside a string or a comment: moving all lines alike would change it."""
    unit: str
    comment: str


def bodies_of(path: str, source: bytes, language_name: str, limit: int) -> Iterator[Blanked | str]:
    """At most `limit` bodies of two statements or more; a string says why one was left out."""
    language = load(language_name)
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return
    root = language.parse(source).root_node
    count = 0
    for node in walk(root):
        if count >= limit:
            return
        if node.type not in language.callable_types:
            continue
        found = _blanked(path, source, language_name, language, node)
        if found is not None:
            count += 1
            yield found


def _blanked(path: str, source: bytes, name: str, language: Language, node: Node) -> Blanked | str | None:
    body = language.body(node)
    if body is None or body.shape != "block" or not language.name_of(node):
        return None
    items = tuple(
        Item("comment", item, text_of(item)) if item.type in language.comment_types else language.classify(item)
        for item in body.items
    )
    rest = items[kept_items(items) :]
    code = [item for item in rest if item.kind != "comment"]
    if len(code) < 2:
        return None
    start = line_start(source, rest[0].node.start_byte)
    end = rest[-1].node.end_byte
    end -= len(source[start:end]) - len(source[start:end].rstrip())
    line_end = source.find(b"\n", end)
    tail = source[end : line_end if line_end >= 0 else len(source)]
    if source[start : rest[0].node.start_byte].strip() or start < body.start or tail.strip():
        return None  # a body on its header's or its closer's line
    raw = source[start:end]
    outer = language.outer(node)
    reason = _excluded(raw, outer, node, code, language)
    if reason is not None:
        return reason
    indent = indentation(source, rest[0].node.start_byte)
    data = source[:start] + f"{indent}{language.line_comment} TODO: implement".encode() + source[end:]
    stub = _stub(path, data, LineRange(outer.start_point.row + 1, source.count(b"\n", 0, start) + 1), start)
    if stub is None:
        return "exempt from being a stub, by its name or place"
    outer_end = max(outer.end_byte, node.end_byte, end)  # Rust's attributes stand beside the function
    literal = any(_inside_literal(each, start, end) for each in walk(node))
    return Blanked(
        language=name,
        source=source,
        data=data,
        stub=stub,
        body=_text(raw),
        header=_text(source[line_start(source, outer.start_byte) : start]),
        closer=_text(source[end:outer_end]) if body.closed else "",
        name=language.name_of(node),
        statements=tuple(_text(source[line_start(source, i.node.start_byte) : i.node.end_byte]) for i in code),
        ends=_terminal(code[-1].node, language),
        literal_lines=literal,
        unit=indent_unit(source, language.indent),
        comment=language.line_comment,
    )


def _excluded(raw: bytes, outer: Node, node: Node, code: list[Item], language: Language) -> str | None:
    if outer.has_error or node.has_error:
        return "the grammar does not parse it"
    if forbidden_character(raw.decode().replace("\r\n", "\n")) is not None:
        return "it holds an invisible or control character"
    if _TODO.search(raw):
        return "its own text says that something is to do"
    if any(_terminal(item.node, language) for item in code[:-1]):
        return "it holds dead code of its own"
    return None


def _terminal(node: Node, language: Language) -> bool:
    inner = node.named_children[0] if node.type == "expression_statement" and node.named_child_count == 1 else node
    return node.type in language.terminals or inner.type in language.terminals


def _stub(path: str, data: bytes, added: LineRange, start: int) -> Stub | None:
    for found in find_stubs(path, data, [added]):
        if not isinstance(found, Skip) and _begins(data, found, start) and found.kind in ("empty-body", "placeholder"):
            return found
    return None


def _begins(data: bytes, stub: Stub, start: int) -> bool:
    """A hole takes the blank lines before the TODO along."""
    return stub.hole.start <= start and not data[stub.hole.start : start].strip() and not stub.hole.lead


def _inside_literal(node: Node, start: int, end: int) -> bool:
    rows = node.end_point.row - node.start_point.row
    return (
        rows > 0 and start <= node.start_byte < end and bool(re.search("string|heredoc|comment|text|regex", node.type))
    )


def _text(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").decode("utf-8", "replace")


def indentation(source: bytes, at: int) -> str:
    """The blanks that the line of this offset begins with."""
    start = line_start(source, at)
    match = re.compile(rb"[ \t]*").match(source, start)
    return match[0].decode() if match else ""
