"""Tells, while an answer streams in, that the hole's end has come: the request is hung up on there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fimbot.errors import ParseError
from fimbot.fills.clean import readings
from fimbot.fills.cut import closers, code_lines, hole_end, width
from fimbot.fills.frame import Frame
from fimbot.fills.indent import blanks, opens
from fimbot.fills.outline import Placed
from fimbot.fills.overlap import Repeatable, repeatable, without_repeated_prefix
from fimbot.stubs.language import walk
from fimbot.values import Window

if TYPE_CHECKING:
    from tree_sitter import Node


def hole_complete(frame: Frame, window: Window) -> Callable[[str], bool]:
    """A function of the text so far: True once nothing that may still come belongs to the hole.

    Cheap for a chunk: it looks only where a new line has come that could end the body, and then parses no more than
    the callable in the headers of its owners. True is never said too early; it may be said late, or never.
    """
    return _Watch(frame, window)


class _Watch:
    def __init__(self, frame: Frame, window: Window) -> None:
        self._frame = frame
        self._known = repeatable(frame, window)
        self._closers = closers(frame)
        self._depth = width(frame.hole.indent.encode())
        self._by_depth = frame.needs_indentation or not self._closers
        self._seen = 0
        self._done = False
        self._given_up = False

    def __call__(self, text: str) -> bool:
        if not self._done and not self._given_up and self._worth_a_look(text):
            try:
                self._done = _complete(self._frame, self._known, text, by_depth=self._by_depth)
            except ParseError:  # what has come so far will not get shorter: `make_fill` says it of the whole answer
                self._given_up = True
        return self._done

    def _worth_a_look(self, text: str) -> bool:
        """Whether lines have come since the last look that could end the body.

        Whole lines with a closer; where depth ends it, also a line of which only the first letter has come.
        """
        if self._by_depth:
            start = text.rfind("\n", 0, len(text.rstrip())) + 1
            if start <= self._seen:
                return False
            fresh, self._seen = text[self._seen :], start
            return any(line.strip() and width(line.encode("utf-8", "replace")) < self._depth for line in _lines(fresh))
        end = text.rfind("\n") + 1
        if end <= self._seen:
            return False
        fresh, self._seen = text[self._seen : end], end
        return any(closer in fresh for closer in self._closers) or "```" in fresh


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _complete(frame: Frame, known: Repeatable, text: str, *, by_depth: bool) -> bool:
    own = without_repeated_prefix(readings(text)[0], known)
    if by_depth:
        settled = _in_place(frame, own)
        return settled is not None and _ends_inside(frame, settled.encode("utf-8", "replace"), by_depth=True)
    own = own[: own.rfind("\n") + 1]
    return bool(own.strip()) and _ends_inside(frame, own.encode("utf-8", "replace"), by_depth=False)


def _in_place(frame: Frame, text: str) -> str | None:
    """The text with its first line where the body is; None as long as the answer does not show where it belongs.

    Where an answer begins at column 0, the next line at column 0 may be part of the body or behind it.
    """
    code = [line for line in _lines(text) if line.strip()]
    if frame.hole.shape == "expression" or (code and blanks(code[0]) == frame.hole.indent):
        return text
    if len(code) < 2 or blanks(code[1]) != frame.hole.indent or opens(code[0]):
        return None
    return frame.hole.indent + text.lstrip()


def _ends_inside(frame: Frame, text: bytes, *, by_depth: bool) -> bool:
    """Whether the hole's owner closes in the text, and what is before that is a whole body.

    An unfinished string or comment may look like code with a closer in it, but never parses without an error.
    """
    tree, placed = frame.parse(text)
    end = hole_end(frame, tree.root_node, placed, text)
    if end is None or not text[:end].strip():
        return False
    if by_depth and not _shows_depth(frame, text[end:]):
        return False
    whole = text[:end].rstrip()
    if frame.changed(whole) is not None:
        return False
    tree, placed = frame.parse(whole)
    return not _unfinished_comment(tree.root_node, placed)


def _shows_depth(frame: Frame, rest: bytes) -> bool:
    lines = code_lines(frame, rest)
    return bool(lines) and not frame.language.line_comment.encode().startswith(lines[0].strip())


def _unfinished_comment(root: Node, placed: Placed) -> bool:
    """`a /* b` reads as a division by what a pointer points to."""
    if b"/*" not in placed.data[placed.start : placed.end]:
        return False
    return any(
        node.child_count == 0
        and node.type == "/"
        and placed.start <= node.start_byte < placed.end
        and placed.data[node.end_byte : node.end_byte + 1] == b"*"
        for node in walk(root, lambda node: node.end_byte > placed.start and node.start_byte < placed.end)
    )
