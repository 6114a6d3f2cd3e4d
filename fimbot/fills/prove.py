"""Whether a fill may be suggested: it changes nothing but its hole, it parses, and it is an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fimbot.errors import ParseError
from fimbot.fills.clean import forbidden_character
from fimbot.fills.cut import statements
from fimbot.fills.frame import Frame, difference, edit_of, placed_in_file, placeholder
from fimbot.fills.names import undefined_name
from fimbot.fills.outline import Outline, Placed, outline
from fimbot.stubs.find import stubs_of
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import Edit, Fill, LineRange, Skip, Stub

_LEAST_REPEATED = 12
"""Characters of the shortest code that counts as a repetition; `return None` beside another one does not."""


def prove(frame: Frame, text: str) -> str | None:
    """Why this text must not be suggested for this hole; None where nothing in the frame speaks against it.

    `text` as in `Fill.text`. The bytes outside the hole are the same by construction: see `edit_of`. What the rest of
    the file has to say is asked by `prove_together`.
    """
    if not text.strip():
        return "the answer is empty"
    character = forbidden_character(text.replace(frame.stub.newline, "\n"))
    if character is not None:
        return f"the answer holds the character {character}"
    if not text.isascii() and not _is_utf8(frame.file.source):
        return "the file is not UTF-8, and the answer is not ASCII"
    found = frame.outline(text.encode())
    return (
        frame.difference(found)
        or _still_a_stub(frame, text)
        or _defined_again(frame, found)
        or _repeated(frame, text)
        or _undefined(frame, text)
    )


def _is_utf8(source: bytes) -> bool:
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _still_a_stub(frame: Frame, text: str) -> str | None:
    stub, (tree, placed) = frame.stub, frame.parse(text.encode())
    filled = ParsedFile(stub.path, placed.data, frame.language)
    filled.tree = tree
    first = placed.data.count(b"\n", 0, placed.start) + 1
    last = first + placed.data.count(b"\n", placed.start, placed.end)
    for found in stubs_of(filled, [LineRange(first, last)]):
        again = found.stub if isinstance(found, Skip) else found
        inside = placed.start <= again.hole.start and again.hole.end <= placed.end
        body = again.kind in ("empty-body", "placeholder")
        if body and again.start == frame.owner and stub.kind in ("empty-body", "placeholder"):
            return "the answer is itself a stub"
        if inside and (not body or again.tier == "fill"):
            return "the answer leaves something to do"
    return None


def _defined_again(frame: Frame, found: Outline) -> str | None:
    """A callable of the same name and nothing beside it: the answer holds the signature, laid out anew."""
    language, simple = frame.language, frame.stub.name.rpartition(".")[2]
    code = [node for node in statements(found) if node.type not in language.comment_types]
    again = len(code) == 1 and code[0].type in language.callable_types and language.name_of(code[0]) == simple
    return f"the answer defines {simple} again" if again else None


def _repeated(frame: Frame, text: str) -> str | None:
    squeezed = re.sub(rb"\s+", b"", text.encode())
    if len(squeezed) < _LEAST_REPEATED:
        return None
    source, hole = frame.file.source, frame.hole
    reach = 4 * len(text.encode()) + 200
    before = source[max(0, hole.start - reach) : hole.start]
    after = source[hole.end : hole.end + reach]
    if re.sub(rb"\s+", b"", before).endswith(squeezed):
        return "the answer repeats the code before the hole"
    if re.sub(rb"\s+", b"", after).startswith(squeezed):
        return "the answer repeats the code after the hole"
    return None


def _undefined(frame: Frame, text: str) -> str | None:
    name = undefined_name(frame, text)
    return f"the answer uses {name}, which is defined nowhere" if name is not None else None


def prove_all(files: Mapping[str, ParsedFile], fills: Sequence[Fill | Skip]) -> tuple[Fill | Skip, ...]:
    """Return the fills that hold together in their files, and a Skip for each that does not."""
    by_path: dict[str, list[Fill]] = {}
    for fill in fills:
        if isinstance(fill, Fill):
            by_path.setdefault(fill.stub.path, []).append(fill)
    proved: dict[str, Fill | Skip] = {}
    for path, here in by_path.items():
        kept, dropped = prove_together(files[path], here)
        proved |= {each.stub.id: each for each in kept}
        proved |= {each.stub.id: each for each in dropped}
    return tuple(proved[each.stub.id] if isinstance(each, Fill) else each for each in fills)


def prove_together(file: ParsedFile, fills: Sequence[Fill]) -> tuple[tuple[Fill, ...], tuple[Skip, ...]]:
    """Return the fills of one file that hold in it together, each proved with those before it in the file applied."""
    kept: list[Fill] = []
    dropped: list[Skip] = []
    current, shift, end = file, 0, -1
    for fill in sorted(fills, key=lambda fill: (fill.stub.hole.start, fill.stub.hole.end, fill.stub.id)):
        hole = fill.stub.hole
        if hole.start < end or (kept and hole.start == end == kept[-1].stub.hole.start):
            dropped.append(Skip(fill.stub, "another fill takes the same place"))
            continue
        filled, reason = in_file(current, _moved(fill.stub, shift, kept), fill.text.encode())
        if reason is not None:
            dropped.append(Skip(fill.stub, f"with the other fills of this file, {reason}" if kept else reason))
            continue
        shift += len(filled.source) - len(current.source)
        current, end = filled, hole.end
        kept.append(fill)
    return tuple(kept), tuple(dropped)


def in_file(file: ParsedFile, stub: Stub, text: bytes) -> tuple[ParsedFile, str | None]:
    """Return the file with the text in the stub's hole, and why it must not be there.

    The nodes around the hole begin and end where they did with a smallest body in it, and beside it nothing has
    another structure. A reason also where the parser does not get through.
    """
    try:
        reference, small = placed_in_file(file, stub, placeholder(file, stub))
        filled, placed = placed_in_file(reference, stub._replace(hole=stub.hole._replace(end=small.end)), text)
    except ParseError as error:
        return file, f"the file with the answer {error}"
    expected, found = (
        outline(reference.root, small, chain_only=True),
        outline(filled.root, placed, chain_only=True),
    )
    reason = difference(expected, found, stub.hole)
    if reason is None and reference.errors > file.errors:
        reason = "the file would hold more syntax errors than before"
    if reason is None and _beside_changed(reference, small, filled, placed):
        reason = "the answer changes the code around the hole"
    return filled, reason


def _beside_changed(reference: ParsedFile, small: Placed, filled: ParsedFile, placed: Placed) -> bool:
    """Whether the tree has another structure anywhere but in the hole, blanks beside it aside."""
    edit = Edit(small.start, small.end, placed.data[placed.start : placed.end])
    return any(
        placed.data[start : placed.start].strip() or placed.data[placed.end : end].strip()
        for start, end in reference.changed_ranges(edit, filled)
    )


def _moved(stub: Stub, shift: int, kept: list[Fill]) -> Stub:
    """The stub where it is once the fills before its hole are applied, some of them perhaps in its own callable."""
    before = sum(
        len(edit_of(fill.stub, fill.text).replacement) - (fill.stub.hole.end - fill.stub.hole.start)
        for fill in kept
        if fill.stub.hole.end <= stub.start
    )
    hole = stub.hole._replace(start=stub.hole.start + shift, end=stub.hole.end + shift)
    return stub._replace(start=stub.start + before, end=stub.end + shift, hole=hole)
