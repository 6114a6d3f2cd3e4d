"""Stubs inside bodies that do something: a TODO comment (`todo`), a placeholder expression (`expression`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fimbot.stubs import markers
from fimbot.stubs.file import SourceFile, qualified_name
from fimbot.stubs.holes import expression_hole, indentation, line_start
from fimbot.stubs.language import text_of
from fimbot.stubs.patterns import pattern
from fimbot.values import Hole, Skip, Stub

if TYPE_CHECKING:
    from tree_sitter import Node

_CONTINUATION = pattern(r"\W{0,4}(?:\t| {2,})\S")


class Loose(NamedTuple):
    """A comment or a placeholder expression, with the innermost callable around it."""

    node: Node
    callable: Node | None


def loose_stubs(file: SourceFile, found: Sequence[Loose], taken: Sequence[tuple[int, int]]) -> Iterator[Stub | Skip]:
    """`found` in the file's order; `taken`: the bytes of callables that are stubs as a whole."""
    comments = [each.node for each in found if each.node.type in file.language.comment_types]
    after = {above.id: below for above, below in pairwise(comments)}
    for node, callable_ in ((each.node, each.callable) for each in found):
        if callable_ is None or not file.touched(node.start_point.row, node.end_point.row):
            continue
        if any(start <= node.start_byte < end for start, end in taken):
            continue
        comment = node.type in file.language.comment_types
        stub = _todo(file, node, callable_, after) if comment else _expression(file, node, callable_)
        if stub is not None:
            yield stub


def _todo(file: SourceFile, node: Node, callable_: Node, after: Mapping[int, Node]) -> Stub | Skip | None:
    text = text_of(node)
    if not markers.is_todo(text):
        return None
    last, end = node, node.end_byte
    while (below := after.get(last.id)) is not None and _continues(below, last, file):
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
        below.start_point.row == last.end_point.row + 1
        and not file.source[last.end_byte : below.start_byte].strip()
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
