"""The code around a hole, which any fill has to leave as it is.

A frame is the smallest part of the file in which the hole has the same place: the owners' headers, the callable, the
closers. What is tried on an answer is tried there, so that a long file costs no more than a short one; the whole file
has the last word, once a fill (prove.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from fimbot.fills.outline import Outline, Placed, after_blanks, before_blanks, outline
from fimbot.stubs.language import Language
from fimbot.stubs.parsed import ParsedFile, count_errors
from fimbot.values import Edit, Hole, Stub

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_CONTAINER = re.compile(r"body|block|list|preproc|namespace|section|module|program")
_NAME = 64
"""A first sibling up to this size is kept in a frame: it may be a name, or `<?php`."""
_KEPT_TREES = 8
"""An answer is parsed as it came, cut, and laid out: often the same text again."""


class Frame:
    """The text around a hole, with the trees of what was tried in it.

    `owner` is where the stub's callable begins, in `before`.
    """

    def __init__(self, file: ParsedFile, stub: Stub, before: bytes, after: bytes, owner: int) -> None:
        self.file, self.stub, self.before, self.after, self.owner = file, stub, before, after, owner
        self._trees: dict[bytes, Tree] = {}

    @property
    def language(self) -> Language:
        return self.file.language

    @property
    def hole(self) -> Hole:
        return self.stub.hole

    @property
    def unit(self) -> str:
        return self.file.unit

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the file was left out."""
        return len(self.before) == self.hole.start and len(self.after) == len(self.file.source) - self.hole.end

    def place(self, text: bytes) -> Placed:
        filled = self.hole.lead + text + self.hole.tail
        return Placed(self.before + filled + self.after, len(self.before), len(self.before) + len(filled))

    def parse(self, text: bytes) -> tuple[Tree, Placed]:
        tree = self._trees.get(text)
        placed = self.place(text)
        if tree is None:
            if len(self._trees) >= _KEPT_TREES:
                self._trees.clear()
            whole = self.is_whole
            tree = self.file.edited([byte_edit(self.stub, text)]).tree if whole else self.language.parse(placed.data)
            self._trees[text] = tree
        return tree, placed

    def outline(self, text: bytes) -> Outline:
        tree, placed = self.parse(text)
        return outline(tree.root_node, placed, chain_only=self.is_whole)

    @cached_property
    def reference(self) -> Outline:
        """The frame with a smallest body in the hole."""
        return self.outline(self.placeholder)

    @property
    def placeholder(self) -> bytes:
        return placeholder(self.file, self.stub)

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
        return count_errors(self.reference.chain[0])

    @property
    def own_chain(self) -> tuple[Node, ...]:
        """The part of the chain that belongs to the callable, the innermost first."""
        return tuple(node for node in reversed(self.reference.chain) if node.start_byte >= self.owner)

    def changed(self, text: bytes) -> str | None:
        """Why this text must not stand in the hole; None where the tree outside it is untouched and it parses."""
        return self.difference(self.outline(text))

    def difference(self, found: Outline) -> str | None:
        return difference(self.reference, found, self.hole)


def difference(reference: Outline, found: Outline, hole: Hole) -> str | None:
    """Why what is in the hole must not be there, as the trees around it tell; None where they are the same."""
    if found.trace != reference.trace:
        if found.chain[0].has_error and not reference.chain[0].has_error:
            return "the answer does not parse"
        return _first_difference(reference, found)
    if found.errors_inside:
        return "the answer does not parse"
    if not found.inside:
        return "the answer is empty"
    if hole.shape == "expression":
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


def placeholder(file: ParsedFile, stub: Stub) -> bytes:
    if stub.hole.shape == "expression":
        return file.language.placeholder_expression
    return stub.hole.indent.encode() + file.language.placeholder


def edit_of(stub: Stub, text: str) -> Edit:
    """Return the edit that puts a text, as in `Fill.text`, into the stub's hole."""
    return byte_edit(stub, text.encode())


def byte_edit(stub: Stub, text: bytes) -> Edit:
    hole = stub.hole
    return Edit(hole.start, hole.end, hole.lead + text + hole.tail)


def placed_in_file(file: ParsedFile, edits: Sequence[Edit]) -> tuple[ParsedFile, list[Placed]]:
    """Return the file after the edits of its holes, which are in its order, and where each hole is then."""
    filled = file.edited(edits)
    placed, shift = [], 0
    for edit in edits:
        start = edit.start + shift
        placed.append(Placed(filled.source, start, start + len(edit.replacement)))
        shift += len(edit.replacement) - (edit.end - edit.start)
    return filled, placed


def frames_in(file: ParsedFile, stubs: Sequence[Stub]) -> Iterator[Frame]:
    """Return the smallest frame of each stub that reads as the file does, in the order of the file.

    The file is parsed once for all of them, with a smallest body in each hole; once for each that has another stub
    inside its callable. Where what stands beside a callable counts, its frame is the whole file.
    """
    for together in _apart(sorted(stubs, key=lambda stub: (stub.start, stub.hole.start))):
        edits = [byte_edit(stub, placeholder(file, stub)) for stub in together]
        filled, placed = placed_in_file(file, edits)
        for stub, place in zip(together, placed, strict=True):
            yield _frame(file, stub, filled, place)


def frame_of(file: ParsedFile, stub: Stub) -> Frame:
    return next(frames_in(file, [stub]))


def _apart(stubs: Sequence[Stub]) -> Iterator[list[Stub]]:
    """Return those that do not overlap, and each other one alone."""
    apart: list[Stub] = []
    for at, stub in enumerate(stubs):
        before = apart[-1].end if apart else 0
        after = stubs[at + 1].start if at + 1 < len(stubs) else stub.end
        if before <= stub.start and stub.end <= after:
            apart.append(stub)
        else:
            yield [stub]
    if apart:
        yield apart


def _frame(file: ParsedFile, stub: Stub, filled: ParsedFile, placed: Placed) -> Frame:
    """`filled`: the file with a smallest body in the stub's hole, which is there then."""
    chain = outline(filled.root, placed, chain_only=True).chain
    source, hole = placed.data, stub.hole
    ahead, behind = hole.start - stub.start, max(0, stub.end - hole.end)
    dropped = sorted(_beside(source, chain, placed.start - ahead, placed.end + behind))
    before = _without(source, 0, placed.start, dropped)
    after = _without(source, placed.end, len(source), dropped)
    small = Frame(file, stub, before, after, len(before) - ahead)
    if [node.type for node in small.reference.chain] == [node.type for node in chain] and (
        not small.reference.chain[0].has_error or small.errors <= filled.errors
    ):
        return small
    return Frame(file, stub, file.source[: hole.start], file.source[hole.end :], stub.start)


def _beside(source: bytes, chain: tuple[Node, ...], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return the bytes on both sides of the callable `start:end` in each of its owners."""
    for at, parent in enumerate(chain[:-1]):
        if at and start <= parent.start_byte and parent.end_byte <= end:
            return
        if at and not _CONTAINER.search(parent.type):
            continue
        child = chain[at + 1]
        first = _first_dropped(parent)
        begin = min(child.start_byte, start) if start >= parent.start_byte else child.start_byte
        if first is not None and first.start_byte < (last := before_blanks(source, begin)):
            yield first.start_byte, last
        behind = after_blanks(source, max(child.end_byte, end) if end <= parent.end_byte else child.end_byte)
        if behind < (last := _last_named(parent)):
            yield behind, last


def _first_dropped(parent: Node) -> Node | None:
    first = parent.named_child(0) if parent.named_child_count else None
    if first is not None and first.end_byte - first.start_byte <= _NAME:
        return parent.named_child(1) if parent.named_child_count > 1 else None
    return first


def _last_named(parent: Node) -> int:
    last = parent.named_child(parent.named_child_count - 1) if parent.named_child_count else None
    return last.end_byte if last is not None else 0


def _without(data: bytes, start: int, end: int, dropped: list[tuple[int, int]]) -> bytes:
    """Return `data[start:end]` without the ranges that lie in it."""
    parts, at = [], start
    for first, last in dropped:
        if start <= first and last <= end:
            parts.append(data[at:first])
            at = last
    return b"".join([*parts, data[at:end]])
