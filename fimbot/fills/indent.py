"""Indentation comes from the file, not from the model.

Models strip the first line's indentation, answer from column 0, use two blanks where the file has tabs. Lines are
moved as one, and never inside a multi-line string; the ` * ` lines of a comment stay where they are to its opener.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from fimbot.fills.frame import Frame
from fimbot.stubs.language import walk

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERAL = re.compile(r"(?<!concatenated_)string|heredoc|nowdoc|text_block|regex|quoted|verbatim|sigil|^text$|_str_")
_OPENS = re.compile(r"(?:[{(\[:,=+\-*/|&<>\\?.]|\b(?:do|then|else|begin|try|of|where)|\bdo\s*\|[^|]*\|)\s*$")
_BLOCK_OPENS = re.compile(r"(?:[{:]|\b(?:do|then|else|begin|try)|\bdo\s*\|[^|]*\|)\s*$")
_QUOTED = re.compile(r"""\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'""")
_CONTINUES = re.compile(r"\s*(?:[.?|&+\-*/=<>,)\]}]|and\b|or\b|else\b)")


class Layout(NamedTuple):
    """The lines of an answer, with what each of them is."""

    lines: tuple[str, ...]
    fixed: frozenset[int]
    """Lines that begin inside a string."""
    openers: dict[int, int]
    """Lines inside a comment, with the line that the comment begins on."""

    @property
    def code(self) -> list[int]:
        return [
            at for at, line in enumerate(self.lines) if line.strip() and at not in self.fixed and at not in self.openers
        ]


def indented(frame: Frame, text: str) -> str:
    """The text in the file's indentation, lines joined by LF, blank lines empty, none at either end."""
    layout = _layout(frame, _without_blank_ends(text))
    if frame.hole.shape == "expression":
        lines = _expression_lines(frame, layout)
    else:
        lines = _block_lines(layout, frame.hole.indent, frame.unit)
    return _without_blank_ends("\n".join(_stripped(lines, layout.fixed)))


def arrangements(frame: Frame, text: str) -> Iterator[str]:
    """The text with its first line, or all of it, moved to where the body is, the likeliest first.

    Only where indentation is syntax: elsewhere the cut does not depend on it, and comes before.
    """
    text = _without_blank_ends(text)
    yield text
    if frame.hole.shape == "block":
        moved = indented(frame, text)
        if moved != text:
            yield moved
        shifted = "\n".join(_shifted(_layout(frame, text), frame.hole.indent))
        if shifted not in (text, moved):
            yield shifted


def opens(line: str) -> bool:
    """Whether the next line belongs to this one, as part of an expression or as its block."""
    return _OPENS.search(line) is not None


def blanks(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _without_blank_ends(text: str) -> str:
    return re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()


def _layout(frame: Frame, text: str) -> Layout:
    lines = text.split("\n")
    tree, placed = frame.parse(text.encode("utf-8", "surrogatepass"))
    begin = placed.start + len(frame.hole.lead)
    starts = [begin]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line.encode("utf-8", "surrogatepass")) + 1)
    fixed: set[int] = set()
    openers: dict[int, int] = {}
    for node in walk(tree.root_node, lambda node: node.end_byte > begin and node.start_byte < placed.end):
        if node.start_point.row == node.end_point.row or not begin <= node.start_byte < placed.end:
            continue
        covered = _lines_inside(node, starts)
        if node.type in frame.language.comment_types:
            openers.update(dict.fromkeys(covered, bisect_right(starts, node.start_byte) - 1))
        elif _LITERAL.search(node.type):
            fixed.update(covered)
    return Layout(tuple(lines), frozenset(fixed), openers)


def _lines_inside(node: Node, starts: list[int]) -> list[int]:
    """The lines that begin inside the node; a heredoc's body and its closing word begin a line themselves."""
    own = "heredoc" in node.type or "nowdoc" in node.type
    return [at for at, start in enumerate(starts) if node.start_byte - own < start < node.end_byte]


def _block_lines(layout: Layout, indent: str, unit: str) -> list[str]:
    lines, code = list(layout.lines), layout.code
    if not code:
        return lines
    first, base = _base(lines, code, indent)
    old = {at: blanks(line) for at, line in enumerate(lines)}
    old[code[0]] = first
    model_unit = _unit(lines, code, old)
    new: dict[int, str] = {}
    for at in code:
        new[at] = _moved(old[at], base, indent, model_unit, unit)
    for at, opener in layout.openers.items():
        before = old[opener]
        if opener in new and old[at].startswith(before):
            new[at] = new[opener] + old[at][len(before) :]
    return [
        new[at] + line.lstrip(" \t") if at in new and at not in layout.fixed else line for at, line in enumerate(lines)
    ]


def _base(lines: list[str], code: list[int], indent: str) -> tuple[str, str]:
    """The indentation that the first line should have had, and that which stands for the body's own."""
    first = blanks(lines[code[0]])
    if first == indent or len(code) == 1:
        return first, first
    if len(first) > len(indent) and any(blanks(lines[at]) == indent for at in code):
        return indent, indent
    # Has the first line alone lost its indentation, or is all of it moved? The line behind its statement tells.
    following = _behind_first_statement(lines, code)
    if following == len(code):
        alone = len(first) < len(indent) and all(lines[at].startswith(indent) for at in code[1:])
        return (indent, indent) if alone else (first, first)
    depth = blanks(lines[code[following]])
    if _BLOCK_OPENS.search(lines[code[following - 1]]):
        alone = len(first) < len(indent) < len(depth) and depth.startswith(indent)
        return (indent, indent) if alone else (first, first)
    return (depth, depth) if len(depth) > len(first) else (first, first)


def _behind_first_statement(lines: list[str], code: list[int]) -> int:
    """Which line of code is the first that does not go on with the first one."""
    brackets = 0
    for count, at in enumerate(code):
        goes_on = count and (brackets > 0 or opens(lines[code[count - 1]]) or _CONTINUES.match(lines[at]))
        if count and (not goes_on or (brackets <= 0 and _BLOCK_OPENS.search(lines[code[count - 1]]))):
            return count
        bare = _QUOTED.sub("", lines[at])
        brackets += sum(map(bare.count, "([")) - sum(map(bare.count, ")]"))
    return len(code)


def _unit(lines: list[str], code: list[int], old: dict[int, str]) -> str | None:
    """One step of the model's indentation, where it is the same throughout."""
    grown = Counter(
        old[below][len(old[at]) :]
        for at, below in pairwise(code)
        if _BLOCK_OPENS.search(lines[at]) and old[below].startswith(old[at]) and old[below] != old[at]
    )
    return next(iter(grown)) if len(grown) == 1 else None


def _moved(old: str, base: str, indent: str, model_unit: str | None, unit: str) -> str:
    if not old.startswith(base):
        # Less indented than the body: a label, a preprocessor line.
        missing = len(base) - len(old)
        return old if base == indent else indent[: max(0, len(indent) - missing)]
    deeper = old[len(base) :]
    if model_unit is None or model_unit == unit or not deeper:
        return indent + deeper
    steps = 0
    while deeper.startswith(model_unit):
        deeper, steps = deeper[len(model_unit) :], steps + 1
    return indent + unit * steps + deeper


def _shifted(layout: Layout, indent: str) -> list[str]:
    return [line if at in layout.fixed or not line.strip() else indent + line for at, line in enumerate(layout.lines)]


def _expression_lines(frame: Frame, layout: Layout) -> list[str]:
    """The first line stands behind code; the others at least as deep as the line that it stands on."""
    lines = list(layout.lines)
    lines[0] = lines[0].lstrip()
    line = frame.before[frame.before.rfind(b"\n") + 1 :].decode("utf-8", "replace")
    own = blanks(line)
    rest = [at for at in range(1, len(lines)) if lines[at].strip() and at not in layout.fixed]
    if rest and not all(lines[at].startswith(own) for at in rest):
        for at in rest:
            lines[at] = own + lines[at]
    return lines


def _stripped(lines: list[str], fixed: frozenset[int]) -> list[str]:
    return [line if at + 1 in fixed else line.rstrip(" \t") for at, line in enumerate(lines)]
