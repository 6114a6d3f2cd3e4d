"""A syntax tree as seen from a hole: the nodes around it, what it holds, and everything that is neither.

Every rule here compares two trees: the reference, where the hole holds the language's placeholder, and the
candidate, where it holds the answer. Offsets behind the hole are mapped by the difference in length; an end inside
the hole counts as the same where it is the end of what the hole holds (a Python body ends with its last statement).

Trees are walked with a stack of our own or with a cursor: `str(node)` and recursion end the process where an
expression is nested 20,000 deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fimbot.stubs.language import walk

if TYPE_CHECKING:
    from tree_sitter import Node

_BLANKS = re.compile(rb"[ \t\r\n\f]*")
CONTENT_END = -1
"""The mapped end of a node that ends with what the hole holds."""

Entry = tuple[str, int, int, int, str]
"""Type, depth, mapped start, mapped end; "hole" for what is around it, "missing" for what the parser made up."""


class Placed(NamedTuple):
    """A text with something in its hole: the hole's content is `data[start:end]`, lead and tail included."""

    data: bytes
    start: int
    end: int

    @property
    def content_start(self) -> int:
        return min(after_blanks(self.data, self.start), self.end)

    @property
    def content_end(self) -> int:
        return max(before_blanks(self.data, self.end), self.start)


class Outline(NamedTuple):
    trace: tuple[Entry, ...]
    """Every node that is not inside the hole, parents first."""
    chain: tuple[Node, ...]
    """The nodes that the hole is part of, the outermost first."""
    inside: tuple[Node, ...]
    """The outermost nodes inside the hole."""

    @property
    def errors_inside(self) -> bool:
        return any(node.has_error or _lacks_block(node) for node in self.inside)


def outline(root: Node, placed: Placed, *, chain_only: bool = False) -> Outline:
    """Return a tree as seen from the hole; with `chain_only`, for a long file, without what stands beside the chain."""
    around = _Around(placed)
    trace: list[Entry] = []
    chain: list[Node] = []
    inside: list[Node] = []
    pending: list[tuple[Node, int, int | None]] = [(root, 0, None)]
    while pending:
        node, depth, shift = pending.pop()
        if shift is None and depth:
            if around.is_empty(node):
                continue
            shift = around.shift(node)
        if shift is not None:
            if not chain_only:
                trace.append(_beside(node, depth, shift))
                pending.extend((child, depth + 1, shift) for child in reversed(node.children))
        elif depth and around.holds(node):
            inside.append(node)
        else:
            chain.append(node)
            trace.append(around.entry(node, depth))
            children = list(_touching(node, placed)) if chain_only else node.children
            pending.extend((child, depth + 1, None) for child in reversed(children))
    return Outline(tuple(trace), tuple(chain), tuple(inside))


def _beside(node: Node, depth: int, shift: int) -> Entry:
    kind = "missing" if node.is_missing else ""
    return node.type, depth, node.start_byte - shift, node.end_byte - shift, kind


class _Around:
    """Where nodes are to the hole, blanks at their ends aside."""

    def __init__(self, placed: Placed) -> None:
        self.data, self.start, self.end = placed.data, placed.start, placed.end
        self.content_start, self.content_end = placed.content_start, placed.content_end

    def _ends(self, node: Node) -> tuple[int, int]:
        return after_blanks(self.data, node.start_byte), before_blanks(self.data, node.end_byte)

    def is_empty(self, node: Node) -> bool:
        first, last = self._ends(node)
        return last <= first and not node.is_missing

    def shift(self, node: Node) -> int | None:
        """Return what the offsets of a node beside the hole are compared without; None for any other node."""
        first, last = self._ends(node)
        if last <= self.start:
            return 0
        return self.end if first >= self.end else None

    def holds(self, node: Node) -> bool:
        first, last = self._ends(node)
        return first >= self.start and last <= self.end

    def entry(self, node: Node, depth: int) -> Entry:
        first, last = self._ends(node)
        begins = min(first, self.start) if first <= self.content_start else -2 - first
        ends = last - self.end if last > self.end else CONTENT_END if last == self.content_end else -2 - last
        return node.type, depth, begins, ends, "hole"


def _touching(node: Node, placed: Placed) -> Iterator[Node]:
    """Return the children with a byte of the hole, found by the cursor: a file may have 20,000 others."""
    cursor = node.walk()
    if cursor.goto_first_child_for_byte(placed.start) is None:
        return
    while True:
        child = cursor.node
        if child is None or child.start_byte > placed.end:
            return
        yield child
        if not cursor.goto_next_sibling():
            return


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
