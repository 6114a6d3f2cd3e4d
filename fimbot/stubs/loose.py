"""Stubs inside bodies that do something: a TODO comment (`todo`), a placeholder expression (`expression`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.file import SourceFile, qualified_name
from fimbot.stubs.holes import expression_hole, indentation, line_start
from fimbot.stubs.language import text_of
from fimbot.values import Hole, Skip, Stub

if TYPE_CHECKING:
    from tree_sitter import Node

_CONTINUATION = re.compile(r"\W{0,4}(?:\t| {2,})\S")


def loose_stubs(file: SourceFile, nodes: Iterable[Node], taken: Sequence[tuple[int, int]]) -> Iterator[Stub | Skip]:
    """`nodes`: comments and placeholder expressions; `taken`: the bytes of callables that are stubs as a whole."""
    for node in nodes:
        if not file.touched(node.start_point.row, node.end_point.row):
            continue
        if any(start <= node.start_byte < end for start, end in taken):
            continue
        callable_ = _enclosing_callable(node, file)
        if callable_ is None:
            continue
        comment = node.type in file.language.comment_types
        found = _todo(file, node, callable_) if comment else _expression(file, node, callable_)
        if found is not None:
            yield found


def _enclosing_callable(node: Node, file: SourceFile) -> Node | None:
    parent = node.parent
    while parent is not None:
        known = parent.type in file.language.callable_types and file.language.name_of(parent)
        if known and file.language.body(parent) is not None:
            return parent
        parent = parent.parent
    return None


def _todo(file: SourceFile, node: Node, callable_: Node) -> Stub | Skip | None:
    text = text_of(node)
    if not markers.is_todo(text):
        return None
    last, end = node, node.end_byte
    while (below := last.next_sibling) is not None and _continues(below, last, file):
        last, end = below, below.end_byte
    source = file.source
    end = len(source[:end].rstrip(b"\r\n"))  # some grammars count the line break in
    start = line_start(source, node.start_byte)
    own_lines = not source[start : node.start_byte].strip() and not source[end : _line_end(source, end)].strip()
    hole = Hole(start if own_lines else node.start_byte, end, indentation(source, start))
    _, name = qualified_name(callable_, file.language.name_of(callable_), file.language)
    why = "a TODO in code" if own_lines else "a TODO beside code"
    stub = file.stub(
        "todo",
        "report",
        why,
        name=name,
        start=file.language.outer(callable_).start_byte,
        end=file.end_of(callable_),
        hole=hole,
        comment=source[node.start_byte : end].decode("utf-8", "replace"),
    )
    return Skip(stub, "fimbot: ignore") if markers.IGNORE.search(stub.comment) else stub


def _continues(below: Node, last: Node, file: SourceFile) -> bool:
    """Continuation lines are indented one step more than the marker's."""
    return (
        below.type in file.language.comment_types
        and below.start_point.row == last.end_point.row + 1
        and not markers.is_todo(text_of(below))
        and _CONTINUATION.match(text_of(below)) is not None
    )


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end


def _expression(file: SourceFile, node: Node, callable_: Node) -> Stub | Skip:
    _, name = qualified_name(callable_, file.language.name_of(callable_), file.language)
    stub = file.stub(
        "expression",
        "report",
        "a placeholder expression",
        name=name,
        start=file.language.outer(callable_).start_byte,
        end=file.end_of(callable_),
        hole=expression_hole(node.start_byte, node.end_byte, file.source, file.unit),
    )
    line = file.source[line_start(file.source, node.start_byte) : _line_end(file.source, node.end_byte)]
    return Skip(stub, "fimbot: ignore") if markers.IGNORE.search(line.decode("utf-8", "replace")) else stub
