"""Where the hole ends in an answer: a model goes on with the suffix, with a sibling, with a test, with prose.

The tree of the file with the whole answer in the hole says where the hole's owner closes: there the answer is cut.
Lines are popped from the end only where that does not help. Measured rules: bench/CUT.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from fimbot.fills.frame import Frame
from fimbot.fills.outline import Outline, Placed, before_blanks

if TYPE_CHECKING:
    from tree_sitter import Node

How = Literal["whole", "end", "terminal", "popped"]

_MOST_POPS = 400
_MOST_BYTES = 1_000_000
"""Parsed again without the last lines: 27 KB of C that is none took 80 s when all 400 were tried."""
_WRAPPER = re.compile(r"block$|body|statement_list|^statements$|suite$|^chunk$|compound_statement")
_CONTINUES = re.compile(rb"\s*(?:[.?:|&+\-*/=<>,)\]]|(?:and|or|else|in|is)\b)")
_OPENERS, _CLOSERS = re.compile(rb"[(\[{]"), re.compile(rb"[)\]}]")


class Cut(NamedTuple):
    """The part of an answer that fits the hole.

    whole      nothing was left over
    end        the answer went on behind the hole's end, so what is before it is all of the body
    terminal   the answer went on behind a return, so what is before it is all that ever runs
    popped     lines that do not parse, or not as part of the body, were left out at the end
    """

    text: bytes
    how: How

    @property
    def surely_complete(self) -> bool:
        return self.how in ("end", "terminal")


def cut(frame: Frame, text: bytes) -> Cut | str:
    """Cuts an answer; a string says why nothing of it fits. White space at its end is never part of it."""
    text = text.rstrip()
    tree, placed = frame.parse(text)
    end = hole_end(frame, tree.root_node, placed, text)
    if end is not None:
        found = _fitting(frame, text[:end], "end")
        if isinstance(found, Cut):
            rest = text[len(found.text) :]
            return found if found.how == "terminal" or code_lines(frame, rest) else Cut(found.text, "whole")
    found = _fitting(frame, text, "whole")
    return found if isinstance(found, Cut) else _popped(frame, text, found)


def hole_end(frame: Frame, root: Node, placed: Placed, text: bytes) -> int | None:
    """Where in the text the innermost owner of the hole closes; None where it does not, or not for certain."""
    begin = placed.start + len(frame.hole.lead)
    for expected in frame.own_chain:
        if expected.start_byte >= placed.start:
            continue
        node = _same(root, expected)
        if node is None:
            continue
        closer = _closer(expected, placed.start)
        if closer is not None:
            last = node.children[-1] if node.children else None
            if last is None or last.type != closer or last.is_missing or not 0 <= last.start_byte - begin < len(text):
                continue
            return last.start_byte - begin
        end = before_blanks(placed.data, node.end_byte) - begin
        if 0 < end < len(text) and _leaves(frame, text[end:]):
            return end
    return None


def _same(root: Node, expected: Node) -> Node | None:
    node = root.descendant_for_byte_range(expected.start_byte, expected.start_byte + 1)
    while node is not None and node.start_byte == expected.start_byte:
        if node.type == expected.type:
            return node
        node = node.parent
    return None


def _closer(node: Node, hole_start: int) -> str | None:
    """The type of the token that closes this node behind the hole: `}`, `end`; None where nothing does."""
    last = node.children[-1] if node.children else None
    return last.type if last is not None and not last.is_named and last.start_byte >= hole_start else None


def closers(frame: Frame) -> frozenset[str]:
    """The tokens by which an owner of the hole may close."""
    hole_start = len(frame.before)
    return frozenset(filter(None, (_closer(node, hole_start) for node in frame.own_chain)))


def _leaves(frame: Frame, rest: bytes) -> bool:
    """Whether what follows is less indented than the body, comments aside.

    Where it is not, the tree only looks as if the body had ended: it does not parse there.
    """
    lines = code_lines(frame, rest)
    return not lines or width(lines[0]) < width(frame.hole.indent.encode())


def code_lines(frame: Frame, rest: bytes) -> list[bytes]:
    comment = frame.language.line_comment.encode()
    lines = rest.split(b"\n")
    if lines and lines[0].strip() and not lines[0].strip().startswith(comment):
        return [frame.hole.indent.encode() + lines[0].strip(), *lines[1:]]
    return [line for line in lines[1:] if line.strip() and not line.strip().startswith(comment)]


def width(line: bytes) -> int:
    expanded = line.expandtabs(8)
    return len(expanded) - len(expanded.lstrip())


def _fitting(frame: Frame, text: bytes, how: How) -> Cut | str:
    text = text.rstrip()
    if not text.strip():
        return "the answer is empty"
    found = frame.outline(text)
    reason = frame.difference(found)
    if reason is not None:
        return reason
    end = _dead_from(frame, found)
    if end is None:
        return Cut(text, how)
    alive = text[: end - len(frame.before) - len(frame.hole.lead)].rstrip()
    return Cut(alive, "terminal") if frame.changed(alive) is None else Cut(text, how)


def statements(found: Outline) -> list[Node]:
    """The statements and comments of the hole's own level."""
    nodes: list[Node] = []
    for node in found.inside:
        nodes += node.named_children if _WRAPPER.search(node.type) else [node] if node.is_named else []
    return nodes


def _dead_from(frame: Frame, found: Outline) -> int | None:
    """Where dead code begins: behind the first statement that always leaves, if more than comments follow."""
    if frame.hole.shape == "expression":
        return None
    nodes = [node for node in statements(found) if node.type not in frame.language.comment_types]
    for index, node in enumerate(nodes[:-1]):
        if _is_terminal(frame, node):
            following = nodes[index + 1 :]
            return None if any(_lives_on(frame, other) for other in following) else _with_comment(frame, node)
    return None


def _with_comment(frame: Frame, node: Node) -> int:
    """The end of a statement, the comment beside it included."""
    beside = node.next_sibling
    while beside is not None and not beside.is_named:
        beside = beside.next_sibling
    if beside is None or beside.type not in frame.language.comment_types:
        return node.end_byte
    return beside.end_byte if beside.start_point.row == node.end_point.row else node.end_byte


def _is_terminal(frame: Frame, node: Node) -> bool:
    if node.type in frame.language.terminals:
        return True
    only = node.named_children[0] if node.named_child_count == 1 else None
    return node.type == "expression_statement" and only is not None and only.type in frame.language.terminals


def _lives_on(frame: Frame, node: Node) -> bool:
    # A `yield` makes its function a generator even where it is never reached.
    kinds = frame.language.hoisted
    return node.type in kinds or node.type.startswith("preproc") or b"yield" in (node.text or b"")


def ends_with_terminal(frame: Frame, text: bytes) -> bool:
    nodes = [node for node in statements(frame.outline(text)) if node.type not in frame.language.comment_types]
    return bool(nodes) and _is_terminal(frame, nodes[-1])


def _popped(frame: Frame, text: bytes, reason: str) -> Cut | str:
    lines = text.split(b"\n")
    most = min(_MOST_POPS, _MOST_BYTES // len(text))
    for count in range(len(lines) - 1, max(0, len(lines) - most), -1):
        if not lines[count - 1].strip():
            continue
        found = _fitting(frame, b"\n".join(lines[:count]), "popped")
        if isinstance(found, str):
            continue
        rest = lines[count:]
        if ends_with_terminal(frame, found.text) and not _goes_on(lines[count - 1], rest):
            return Cut(found.text, "terminal")
        return "the answer breaks off in the middle" if _unfinished(frame, lines[0], rest) else found
    return reason


def _goes_on(last: bytes, rest: list[bytes]) -> bool:
    """Whether the first line left out belongs to the statement before it."""
    following = next((line for line in rest if line.strip()), b"")
    return width(following) > width(last) or _CONTINUES.match(following) is not None


def _unfinished(frame: Frame, first: bytes, rest: list[bytes]) -> bool:
    """Whether the lines left out were meant as part of the body: as deep as it, or with a bracket open."""
    code = [line for line in rest if line.strip()]
    text = b"\n".join(code)
    depth = min(width(first), width(frame.hole.indent.encode()))
    return width(code[0]) >= depth or len(_OPENERS.findall(text)) > len(_CLOSERS.findall(text))
