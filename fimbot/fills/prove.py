"""Whether a fill may be suggested: it changes nothing but its hole, it parses, and it is an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fimbot.fills.clean import forbidden_character
from fimbot.fills.cut import statements
from fimbot.fills.frame import Frame, Outline, count_errors, outline, whole
from fimbot.fills.names import undefined_name
from fimbot.patches.unified import apply_edits
from fimbot.stubs.find import find_stubs
from fimbot.values import Edit, Fill, LineRange, Skip, Stub

_LEAST_REPEATED = 12
"""Characters of the shortest code that counts as a repetition; `return None` beside another one does not."""


def edit_of(stub: Stub, text: str) -> Edit:
    hole = stub.hole
    return Edit(hole.start, hole.end, hole.lead + text.encode() + hole.tail)


def prove(source: bytes, stub: Stub, text: str) -> str | None:
    """Why this text must not be suggested for this hole; None where nothing speaks against it.

    `text` as in `Fill.text`. The bytes outside the hole are the same by construction: see `edit_of`.
    """
    if not text.strip():
        return "the answer is empty"
    character = forbidden_character(text.replace(stub.newline, "\n"))
    if character is not None:
        return f"the answer holds the character {character}"
    if not text.isascii() and not _is_utf8(source):
        return "the file is not UTF-8, and the answer is not ASCII"
    frame = whole(source, stub)
    tree, placed = frame.parse(text.encode())
    found = outline(tree.root_node, placed)
    return (
        frame.difference(found)
        or _more_errors(source, frame)
        or _still_a_stub(source, stub, text)
        or _defined_again(frame, stub, found)
        or _repeated(source, stub, text)
        or _undefined(source, stub, text)
    )


def _is_utf8(source: bytes) -> bool:
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _more_errors(source: bytes, frame: Frame) -> str | None:
    """The reference holds no errors but those of the file, unless the hole itself is in the midst of some."""
    if frame.errors and frame.errors > count_errors(frame.language.parse(source).root_node):
        return "the file would hold more syntax errors than before"
    return None


def _still_a_stub(source: bytes, stub: Stub, text: str) -> str | None:
    edit = edit_of(stub, text)
    filled = apply_edits(source, [edit])
    end = edit.start + len(edit.replacement)
    first = stub.hole_start_line
    last = first + edit.replacement.count(b"\n")
    for found in find_stubs(stub.path, filled, [LineRange(first, last)]):
        again = found.stub if isinstance(found, Skip) else found
        inside = edit.start <= again.hole.start and again.hole.end <= end
        body = again.kind in ("empty-body", "placeholder")
        if body and again.start == stub.start and stub.kind in ("empty-body", "placeholder"):
            return "the answer is itself a stub"
        if inside and (not body or again.tier == "fill"):
            return "the answer leaves something to do"
    return None


def _defined_again(frame: Frame, stub: Stub, found: Outline) -> str | None:
    """A callable of the same name and nothing beside it: the answer holds the signature, laid out anew."""
    language, simple = frame.language, stub.name.rpartition(".")[2]
    code = [node for node in statements(found) if node.type not in language.comment_types]
    again = len(code) == 1 and code[0].type in language.callable_types and language.name_of(code[0]) == simple
    return f"the answer defines {simple} again" if again else None


def _repeated(source: bytes, stub: Stub, text: str) -> str | None:
    squeezed = re.sub(rb"\s+", b"", text.encode())
    if len(squeezed) < _LEAST_REPEATED:
        return None
    reach = 4 * len(text.encode()) + 200
    before = source[max(0, stub.hole.start - reach) : stub.hole.start]
    after = source[stub.hole.end : stub.hole.end + reach]
    if re.sub(rb"\s+", b"", before).endswith(squeezed):
        return "the answer repeats the code before the hole"
    if re.sub(rb"\s+", b"", after).startswith(squeezed):
        return "the answer repeats the code after the hole"
    return None


def _undefined(source: bytes, stub: Stub, text: str) -> str | None:
    name = undefined_name(source, stub, text, edit_of(stub, text))
    return f"the answer uses {name}, which is defined nowhere" if name is not None else None


def prove_together(source: bytes, fills: Sequence[Fill]) -> tuple[tuple[Fill, ...], tuple[Skip, ...]]:
    """The fills of one file that hold together, each proved again with those before it in the file applied."""
    kept: list[Fill] = []
    dropped: list[Skip] = []
    current, shift, end = source, 0, -1
    for fill in sorted(fills, key=lambda fill: (fill.stub.hole.start, fill.stub.hole.end, fill.stub.id)):
        hole = fill.stub.hole
        if hole.start < end or (kept and hole.start == end == kept[-1].stub.hole.start):
            dropped.append(Skip(fill.stub, "another fill takes the same place"))
            continue
        moved = _moved(fill.stub, shift, kept)
        reason = whole(current, moved).changed(fill.text.encode()) if kept else None
        if reason is not None:
            dropped.append(Skip(fill.stub, f"with the other fills of this file, {reason}"))
            continue
        edit = edit_of(moved, fill.text)
        current = apply_edits(current, [edit])
        shift += len(edit.replacement) - (hole.end - hole.start)
        end = hole.end
        kept.append(fill)
    return tuple(kept), tuple(dropped)


def _moved(stub: Stub, shift: int, kept: list[Fill]) -> Stub:
    """The stub where it is once the fills before its hole are applied, some of them perhaps in its own callable."""
    before = sum(
        len(edit_of(fill.stub, fill.text).replacement) - (fill.stub.hole.end - fill.stub.hole.start)
        for fill in kept
        if fill.stub.hole.end <= stub.start
    )
    hole = stub.hole._replace(start=stub.hole.start + shift, end=stub.hole.end + shift)
    return stub._replace(start=stub.start + before, end=stub.end + shift, hole=hole)
