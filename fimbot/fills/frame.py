"""The code around a hole, and the syntax tree that any fill has to leave as it is.

Every rule here compares two trees: the reference, where the hole holds the language's placeholder, and the
candidate, where it holds the answer. Offsets behind the hole are mapped by the difference in length; an end inside
the hole counts as the same where it is the end of what the hole holds (a Python body ends with its last statement).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fimbot.stubs.holes import indent_unit
from fimbot.stubs.language import Language, load, walk
from fimbot.values import Hole, Stub

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_BLANKS = re.compile(rb"[ \t\r\n\f]*")
_CONTENT_END = -1
_CONTAINER = re.compile(r"body|block|list|preproc|namespace|section|module|program")
_NAME, _SMALL = 64, 8
"""Siblings up to this size are kept in an enclosure; the first may be a name, or `<?php`."""

Entry = tuple[str, int, int, int, str]
"""Type, depth, mapped start, mapped end, and for a node outside the hole its whole structure."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file with something in its hole: the hole's content is `data[start:end]`, lead and tail included."""

    data: bytes
    start: int
    end: int

    @property
    def content_start(self) -> int:
        return min(after_blanks(self.data, self.start), self.end)

    @property
    def content_end(self) -> int:
        return max(before_blanks(self.data, self.end), self.start)


@dataclass(frozen=True, slots=True)
class Outline:
    """A tree as seen from its hole."""

    trace: tuple[Entry, ...]
    """Every node that is not inside the hole, parents first."""
    chain: tuple[Node, ...]
    """The nodes that the hole is part of, the outermost first."""
    inside: tuple[Node, ...]
    """The outermost nodes inside the hole."""

    @property
    def errors_inside(self) -> bool:
        return any(node.has_error or _lacks_block(node) for node in self.inside)


def _lacks_block(node: Node) -> bool:
    """`if x:` with nothing in it is no error to Python's grammar."""
    return any(each.type == "block" and not each.child_count for each in walk(node))


def after_blanks(data: bytes, at: int) -> int:
    match = _BLANKS.match(data, at)
    return match.end() if match else at


def before_blanks(data: bytes, at: int) -> int:
    while at > 0 and data[at - 1] in b" \t\r\n\f":
        at -= 1
    return at


def outline(root: Node, placed: Placed) -> Outline:
    data, start, end = placed.data, placed.start, placed.end
    content_start, content_end = placed.content_start, placed.content_end
    trace: list[Entry] = []
    chain: list[Node] = []
    inside: list[Node] = []
    pending: list[tuple[Node, int, Node | None]] = [(root, 0, None)]
    while pending:
        node, depth, parent = pending.pop()
        first, last = after_blanks(data, node.start_byte), before_blanks(data, node.end_byte)
        empty = last <= first and not node.is_missing
        if parent is not None and empty:
            continue
        if parent is not None and (last <= start or first >= end):
            shift = 0 if last <= start else end
            structure = str(node) if node.is_named or node.is_missing else ""
            trace.append((node.type, depth, node.start_byte - shift, node.end_byte - shift, structure))
        elif parent is not None and first >= start and last <= end:
            inside.append(node)
        else:
            chain.append(node)
            begins = min(first, start) if first <= content_start else -2 - first
            ends = last - end if last > end else _CONTENT_END if last == content_end else -2 - last
            trace.append((node.type, depth, begins, ends, "hole" if parent is not None else ""))
            pending.extend((child, depth + 1, node) for child in reversed(node.children))
    return Outline(tuple(trace), tuple(chain), tuple(inside))


@dataclass(frozen=True)
class Frame:
    language: Language
    hole: Hole
    before: bytes
    after: bytes
    owner: int
    """Where the stub's callable begins, in `before`."""
    unit: str
    """One step of the file's indentation."""

    def place(self, text: bytes) -> Placed:
        filled = self.hole.lead + text + self.hole.tail
        return Placed(self.before + filled + self.after, len(self.before), len(self.before) + len(filled))

    def parse(self, text: bytes) -> tuple[Tree, Placed]:
        placed = self.place(text)
        return self.language.parse(placed.data), placed

    @cached_property
    def placeholder(self) -> bytes:
        if self.hole.shape == "expression":
            return self.language.placeholder_expression
        return self.hole.indent.encode() + self.language.placeholder

    @cached_property
    def _reference(self) -> tuple[Tree, Outline]:
        tree, placed = self.parse(self.placeholder)
        return tree, outline(tree.root_node, placed)

    @property
    def reference(self) -> Outline:
        return self._reference[1]

    @cached_property
    def needs_indentation(self) -> bool:
        """Whether nothing closes the body but a line that is less indented."""
        if self.hole.shape == "expression":
            return False
        owners = (node for node in reversed(self.reference.chain) if node.type in self.language.callable_types)
        body = next(filter(None, map(self.language.body, owners)), None)
        return body is not None and not body.closed

    @cached_property
    def errors(self) -> int:
        """Of the reference."""
        return count_errors(self._reference[0].root_node)

    @property
    def own_chain(self) -> tuple[Node, ...]:
        """The part of the chain that belongs to the callable, the innermost first."""
        return tuple(node for node in reversed(self.reference.chain) if node.start_byte >= self.owner)

    def changed(self, text: bytes) -> str | None:
        """Why this text must not stand in the hole; None where the tree outside it is untouched and it parses."""
        tree, placed = self.parse(text)
        return self.difference(outline(tree.root_node, placed))

    def difference(self, found: Outline) -> str | None:
        reference = self.reference
        if found.trace != reference.trace:
            if found.chain[0].has_error and not reference.chain[0].has_error:
                return "the answer does not parse"
            return _first_difference(reference, found)
        if found.errors_inside:
            return "the answer does not parse"
        if not found.inside:
            return "the answer is empty"
        if self.hole.shape == "expression":
            named = [node for node in found.inside if node.is_named]
            if len(named) != 1 or len(found.inside) != 1:
                return "the answer is not one expression"
        return None


def _first_difference(reference: Outline, found: Outline) -> str:
    for expected, actual in zip(reference.trace, found.trace, strict=False):
        if expected == actual:
            continue
        if expected[:3] == actual[:3] and expected[4] == "hole":
            return "the body would not end where its owner ends"
        break
    return "the answer changes the code around the hole"


def whole(source: bytes, stub: Stub) -> Frame:
    hole = stub.hole
    language = load(stub.language)
    unit = indent_unit(source, language.indent)
    return Frame(language, hole, source[: hole.start], source[hole.end :], stub.start, unit)


def enclosure(source: bytes, stub: Stub) -> Frame:
    """The smallest part of the file in which the hole has the same place: owners' headers, the callable, closers.

    What stands beside the callable in its owners is left out, so that a long file costs no more than a short one.
    Where the rest would then read differently, the whole file is taken.
    """
    frame = whole(source, stub)
    chain = frame.reference.chain
    hole_end = len(frame.place(frame.placeholder).data) - len(frame.after)
    dropped = sorted(_beside(chain, frame.owner, hole_end + max(0, stub.end - stub.hole.end)))
    before = _without(frame.before, [(s, e) for s, e in dropped if e <= stub.start])
    after = _without(frame.after, [(s - hole_end, e - hole_end) for s, e in dropped if s >= hole_end])
    owner = len(before) - (stub.hole.start - stub.start)
    small = Frame(frame.language, stub.hole, before, after, owner, frame.unit)
    same = [node.type for node in small.reference.chain] == [node.type for node in chain]
    clean = not small._reference[0].root_node.has_error
    return small if same and (clean or small.errors <= frame.errors) else frame


def _beside(chain: tuple[Node, ...], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands beside the callable `start:end` in its owners."""
    for parent in chain:
        if parent.parent is not None and start <= parent.start_byte and parent.end_byte <= end:
            return
        if parent.parent is not None and not _CONTAINER.search(parent.type):
            continue
        named = [child for child in parent.children if child.is_named]
        for at, child in enumerate(named):
            if child not in chain and child.end_byte - child.start_byte > (_NAME if at == 0 else _SMALL):
                yield child.start_byte, child.end_byte


def _without(data: bytes, ranges: list[tuple[int, int]]) -> bytes:
    parts, at = [], 0
    for start, end in ranges:
        parts.append(data[at:start])
        at = end
    return b"".join([*parts, data[at:]])


def count_errors(root: Node) -> int:
    if not root.has_error:
        return 0
    return sum(1 for node in walk(root) if node.is_error or node.is_missing)
