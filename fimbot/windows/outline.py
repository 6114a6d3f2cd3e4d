"""Which lines around a hole are what: the callable's header, its documentation, its owners' headers and closers,
fields, imports, and the neighbours on both sides, the nearest first.

Generic over the grammars. A node on the path from the root to the hole either holds members (a file, a class body,
a block) or is the header around such a one; the tables here name only what the shape does not tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from fimbot.values import Stub

if TYPE_CHECKING:
    from tree_sitter import Node

    from fimbot.stubs.language import Language

_HOLDER = re.compile(
    r"(^|_)(block|body|list|module|program|file|unit|chunk|source|document|statements|body_statement|suite|declarations|members"
    r"|haskell|preproc_if|preproc_ifdef|preproc_else)$"
)
_ATTACHED = re.compile(r"comment|attribute|annotation|decorator|haddock")
"""What belongs to the member below it."""

_IMPORT = re.compile(
    rb"(?:pub(?:\([^)]*\))?\s+)?(?:import|from|package|use|using|extern\s+crate|@import|@testable)\b(?!\s*=)"
    rb"|(?:require|require_relative|require_once|alias|part|library|source)\b(?!\s*[=.:,\[+*/-])"
    rb"|(?:const|local|var|let)\s[^=\n]*=\s*@?(?:require|import)\b"
    rb"|#\s*(?:include|import|pragma|!)|<\?php|['\"]use strict|namespace\s+[\w\\.]+\s*;"
    rb"|(?:if\s+(?:typing\.)?TYPE_CHECKING|try)\s*:\s*\n\s*(?:from|import)\b"
)
CONSTRUCTORS = frozenset({"__init__", "constructor", "initialize", "__construct"})
"""Where languages without declared fields declare them."""

_FIELD_ROWS = 8
"""A member of more rows than this is code, whatever its type."""


class Span(NamedTuple):
    """Rows, 0-based and inclusive."""

    first: int
    last: int


class Unit(NamedTuple):
    """A member of a file, a class or a block, with the comments above it and the blank lines beside it."""

    first: int
    last: int
    node: Node
    bare: bool = False
    """Nothing but comments and attributes."""


Rows = Span | Unit


@dataclass(slots=True)
class Outline:
    """Each list is in the order in which it is worth keeping."""

    signature: Span
    docs: list[Rows] = field(default_factory=list)
    """The docstring, comments at the top of the body, comments right above the callable."""
    own_headers: list[Rows] = field(default_factory=list)
    """Headers between the callable's and the hole: `if x:` around an expression."""
    own_closers: list[Rows] = field(default_factory=list)
    headers: list[Rows] = field(default_factory=list)
    """The owners', the innermost first; so are the closers."""
    closers: list[Rows] = field(default_factory=list)
    fields: list[Rows] = field(default_factory=list)
    imports: list[Rows] = field(default_factory=list)
    before: list[Unit] = field(default_factory=list)
    after: list[Unit] = field(default_factory=list)


class _Level(NamedTuple):
    """A node on the path to the hole, with its children on both sides of the path."""

    node: Node
    holds: bool
    place: Literal["outside", "header", "body"]
    """Around the callable, in it down to its body, or deeper."""
    before: list[Node]
    after: list[Node]
    first: int
    """Rows of the next node on the path, or of the hole."""
    last: int


def outline(root: Node, stub: Stub, source: bytes, language: Language) -> Outline:
    row = source.count(b"\n", 0, stub.start)
    result = Outline(Span(row, row))
    levels = _levels(root, stub, source)
    # From the hole outwards, so that every list has the nearest first.
    for level in reversed(levels):
        if rows_of(level.node) > 1:
            _above(result, level, stub, source)
            _below(result, level)
    body = _owner_body(levels, language)
    if body is not None:
        result.fields = _fields(body, language)
    result.imports.sort(key=lambda span: span.first)
    return result


def holder_in(node: Node) -> Node | None:
    """The node with the members of a class, a function or a block; None where there is none of several lines."""
    while not _holds(node):
        inner = [child for child in node.named_children if rows_of(child) > 1]
        if not inner:
            return None
        node = inner[-1]
    return node


def parts(unit: Unit) -> tuple[list[Rows], list[Unit]]:
    """Of a unit that is too large: the lines of its header and of its closer, and what is between."""
    node = holder_in(unit.node)
    if node is None:
        return [], []
    end = last_row(node)
    inside = _above_units(node.named_children, end + 1)
    if not inside:
        return [], []
    has_closer = not node.children[-1].is_named
    inside[-1] = inside[-1]._replace(last=min(inside[-1].last, end - 1 if has_closer else end))
    frame: list[Rows] = [Span(unit.first, inside[0].first - 1), Span(inside[-1].last + 1, unit.last)]
    return [span for span in frame if span.first <= span.last], inside


def _levels(root: Node, stub: Stub, source: bytes) -> list[_Level]:
    path = _path(root, stub.hole.start, stub.hole.end)
    levels: list[_Level] = []
    place: Literal["outside", "header", "body"] = "outside"
    for index, node in enumerate(path):
        inner = path[index + 1] if index + 1 < len(path) else None
        start, end = (inner.start_byte, inner.end_byte) if inner else (stub.hole.start, stub.hole.end)
        first = source.count(b"\n", 0, start)
        last = last_row(inner) if inner else first + source.count(b"\n", start, end)
        holds = _holds(node)
        # A file or a class body may begin with the callable; the callable's own body begins behind its header.
        if place == "outside" and node.start_byte >= stub.start + holds:
            place = "header"
        before = [child for child in node.children if child.end_byte <= start]
        after = [child for child in node.children if child.start_byte >= end and child.end_byte > end]
        levels.append(_Level(node, holds, place, before, after, first, last))
        if place == "header" and holds:
            place = "body"
    return levels


def _path(root: Node, start: int, end: int) -> list[Node]:
    path = [root]
    while True:
        # A cursor finds the child in C: a file may have a million of them.
        cursor = path[-1].walk()
        if cursor.goto_first_child_for_byte(start) is None:
            return path
        child = cursor.node
        while child is not None and child.end_byte <= start and cursor.goto_next_sibling():
            child = cursor.node
        if child is None or not child.child_count or child.start_byte > start or child.end_byte < end:
            return path
        path.append(child)


def _above(result: Outline, level: _Level, stub: Stub, source: bytes) -> None:
    header, members = _divide(result, level, stub)
    first = min(level.first, result.signature.first) if level.place == "outside" else level.first
    units = _above_units(members, first)
    if level.place == "header":
        while units and _documents(units[0]):
            result.docs.append(units.pop(0))
    elif units and units[-1].bare and last_row(units[-1].node) + 1 == result.signature.first:
        result.docs.append(units.pop())
    for unit in reversed(units):
        if level.place == "outside" and _IMPORT.match(source, unit.node.start_byte):
            result.imports.append(unit)
        else:
            result.before.append(unit)
    if not header:
        return
    span = Span(min(child.start_point.row for child in header), max(map(last_row, header)))
    if level.place == "outside":
        result.headers.append(span)
    elif level.place == "header":
        _sign(result, span.last)
    else:
        result.own_headers.append(span)


def _divide(result: Outline, level: _Level, stub: Stub) -> tuple[list[Node], list[Node]]:
    """What stands before the path, as header and as members; what is the callable's own goes to its signature."""
    before = level.before
    if level.place == "outside":
        # A signature beside its body (Dart), or a body of comments only, which lies outside the callable (Python).
        for child in before:
            if child.start_byte >= stub.start and "comment" in child.type:
                result.docs.append(Span(child.start_point.row, last_row(child)))
            elif child.start_byte >= stub.start:
                _sign(result, last_row(child))
        before = [child for child in before if child.start_byte < stub.start]
    if level.holds:
        opener = [c for index, c in enumerate(before) if not c.is_named and (index == 0 or c.type == "{")]
        return opener, [child for child in before if child.is_named]
    members = [c for c in before if _ATTACHED.search(c.type) or _is_large(c)]
    return [child for child in before if child not in members], members


def _is_large(node: Node) -> bool:
    """A branch or a block beside the path, which is no part of a header, as a long parameter list is."""
    return _holds(node) and rows_of(node) > 2 and not re.search("param|argument", node.type)


def _sign(result: Outline, last: int) -> None:
    result.signature = Span(result.signature.first, max(result.signature.last, last))


def _below(result: Outline, level: _Level) -> None:
    tokens = [child for child in level.after if not child.is_named]
    if level.holds:
        tokens = tokens[-1:]  # not the commas between members
    closers = result.closers if level.place == "outside" else result.own_closers
    closers.extend(Span(child.start_point.row, last_row(child)) for child in tokens)
    after = level.last
    for unit in _units([child for child in level.after if child.is_named]):
        # With the blank lines above it.
        result.after.append(unit._replace(first=min(after + 1, unit.first)))
        after = unit.last


def _owner_body(levels: list[_Level], language: Language) -> _Level | None:
    """The level of the class body around the callable, if it is in one."""
    outside = [level for level in levels if level.place == "outside"]
    holders = [index for index, level in enumerate(outside) if level.holds and index > 0]
    if not holders:
        return None
    around = outside[: holders[-1]]
    headers = [level for level in around if not level.holds]
    if not headers or headers[-1].node.type in language.callable_types:
        return None
    return outside[holders[-1]]


def _fields(body: _Level, language: Language) -> list[Rows]:
    fields: list[Rows] = []
    constructors: list[Rows] = []
    for unit in _units([child for child in body.before + body.after if child.is_named]):
        node = unit.node
        # Under a decorator, an annotation or `export`.
        while node.named_children and node.type not in language.callable_types and "decorat" in node.type:
            node = node.named_children[-1]
        if node.type in language.callable_types:
            name = language.name_of(node).rpartition(".")[2]
            if name in CONSTRUCTORS or "constructor" in node.type:
                constructors.append(unit)
        elif node.type not in language.owner_types and not unit.bare and rows_of(node) <= _FIELD_ROWS:
            fields.append(unit)
    return [*fields, *constructors]


def _units(nodes: list[Node]) -> list[Unit]:
    """Nodes that share a line, and comments with what follows on the next line, are one unit."""
    units: list[Unit] = []
    for node in nodes:
        first, last = node.start_point.row, last_row(node)
        bare = bool(_ATTACHED.search(node.type))
        previous = units[-1] if units else None
        if previous is not None and first <= previous.last + (1 if previous.bare else 0):
            named = previous.node if bare and not previous.bare else node
            units[-1] = Unit(previous.first, max(previous.last, last), named, previous.bare and bare)
        else:
            units.append(Unit(first, last, node, bare))
    return units


def _above_units(nodes: list[Node], end: int) -> list[Unit]:
    """Units, each with the blank lines below it; `end` is the first row that belongs to something else."""
    units = _units(nodes)
    for index in reversed(range(len(units))):
        units[index] = units[index]._replace(last=max(units[index].last, end - 1))
        end = units[index].first
    return units


def _documents(unit: Unit) -> bool:
    node = unit.node
    if unit.bare or "string" in node.type:
        return True
    return node.named_child_count == 1 and "string" in node.named_children[0].type


def _holds(node: Node) -> bool:
    if _HOLDER.search(node.type):
        return True
    # Zig's `struct {` has its members beside the brace.
    return any(child.type == "{" for child in node.children[:4])


def rows_of(node: Node) -> int:
    return last_row(node) - node.start_point.row + 1


def last_row(node: Node) -> int:
    end = node.end_point
    # A node that ends after a line break (an `#include`) does not have the next line.
    return end.row - 1 if end.column == 0 and end.row > node.start_point.row else end.row
