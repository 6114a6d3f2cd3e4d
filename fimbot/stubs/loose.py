"""Stubs inside bodies that do something: a TODO comment (`todo`), a placeholder expression (`expression`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fimbot.stubs import markers
from fimbot.stubs.file import SourceFile
from fimbot.stubs.holes import expression_hole
from fimbot.stubs.language import text_of
from fimbot.stubs.lines import Spans
from fimbot.values import Hole, Skip, Stub

if TYPE_CHECKING:
    from tree_sitter import Node


class Loose(NamedTuple):
    """A comment or a placeholder expression, with the innermost callable around it."""

    node: Node
    callable: Node | None
    owners: tuple[Node, ...] = ()
    """Of the callable, the outermost first."""


def loose_stubs(file: SourceFile, found: Sequence[Loose], taken: Spans) -> Iterator[Stub | Skip]:
    """`found` in the file's order; `taken`: the bytes of callables that are stubs as a whole."""
    comments = [each.node for each in found if each.node.type in file.language.comment_types]
    after = {above.id: below for above, below in pairwise(comments)}
    for each in found:
        node = each.node
        if each.callable is None or not file.touched(node.start_point.row, node.end_point.row):
            continue
        file.check_time()
        if taken.touch(node.start_byte, node.start_byte):
            continue
        comment = node.type in file.language.comment_types
        stub = _todo(file, each, each.callable, after) if comment else _expression(file, each, each.callable)
        if stub is not None:
            yield stub


def _todo(file: SourceFile, found: Loose, callable_: Node, after: Mapping[int, Node]) -> Stub | Skip | None:
    node, source, lines = found.node, file.source, file.lines
    if not markers.is_todo(text_of(node)):
        return None
    last, end = node, node.end_byte
    while (below := after.get(last.id)) is not None and _continues(below, last, file):
        last, end = below, below.end_byte
    while source.endswith((b"\r", b"\n"), 0, end):  # some grammars count the line break in
        end -= 1
    own_lines = lines.begins(node.start_byte) and lines.ends(end)
    start = lines.start(node.start_byte) if own_lines else node.start_byte
    stub = file.stub(
        "todo",
        "report",
        "a TODO in code" if own_lines else "a TODO beside code",
        name=file.qualified_name(found.owners, file.name_of(callable_)),
        start=file.language.outer(callable_).start_byte,
        end=file.end_of(callable_),
        hole=Hole(start, end, lines.indentation(node.start_byte)),
        comment=source[node.start_byte : end].decode("utf-8", "replace"),
    )
    return Skip(stub, "fimbot: ignore") if markers.IGNORE.search(stub.comment) else stub


def _continues(below: Node, last: Node, file: SourceFile) -> bool:
    """Continuation lines are indented one step more than the marker's."""
    return (
        below.start_point.row == last.end_point.row + 1
        and not file.source[last.end_byte : below.start_byte].strip()
        and not markers.is_todo(text_of(below))
        and markers.CONTINUATION.match(text_of(below)) is not None
    )


def _expression(file: SourceFile, found: Loose, callable_: Node) -> Stub | Skip:
    node = found.node
    stub = file.stub(
        "expression",
        "report",
        "a placeholder expression",
        name=file.qualified_name(found.owners, file.name_of(callable_)),
        start=file.language.outer(callable_).start_byte,
        end=file.end_of(callable_),
        hole=expression_hole(file, node.start_byte, node.end_byte),
    )
    return Skip(stub, "fimbot: ignore") if file.says_ignore(node.start_byte, node.end_byte) else stub
