"""Whether a fill may be suggested: it changes nothing but its hole, it parses, and it is an answer."""

from __future__ import annotations

import re

from fimbot.fills.clean import forbidden_character
from fimbot.fills.cut import statements
from fimbot.fills.frame import Frame
from fimbot.fills.names import undefined_name
from fimbot.fills.outline import Outline
from fimbot.stubs.find import stubs_of
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import LineRange, Skip

_LEAST_REPEATED = 12
"""Characters of the shortest code that counts as a repetition; `return None` beside another one does not."""


def prove(frame: Frame, text: str) -> str | None:
    """Why this text must not be suggested for this hole; None where nothing in the frame speaks against it.

    `text` as in `Fill.text`. The bytes outside the hole are the same by construction: see `edit_of`. What the rest of
    the file has to say is asked by together.py.
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
