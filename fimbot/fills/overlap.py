"""What an answer repeats: the code right before the hole at its beginning, the code right after it at its end.

Compared without white space, since models lay the same signature out anew. Both sides are compared in the same
form, and never as a subsequence: either mistake is known from other tools and eats code that was not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from fimbot.fills.frame import Frame
from fimbot.stubs.holes import line_start
from fimbot.stubs.language import walk
from fimbot.values import Window

_LINES_BEFORE = 60
_REACH = 4000
"""Characters within which a repeated header ends."""
_LEAST = 4
"""Characters without white space below which a repeated line is chance: `})`, `end`, quotes."""


class Repeatable(NamedTuple):
    """What an answer may begin with although it stands before the hole, or makes the stub; without white space."""

    texts: tuple[str, ...]
    headers: tuple[str, ...]
    """Those that are the callable's header, with or without what decorates it."""
    lines: frozenset[str]
    """The lines before the hole, stripped: what a model that begins with the file's beginning repeats."""


def without_repeated_prefix(text: str, known: Repeatable) -> str:
    """The text without what it repeats at its beginning, the longest first, and again until there is nothing."""
    text = _from_header(text, known)
    while True:
        longest = max((_skip(text, repeated) for repeated in known.texts), default=0)
        if not longest:
            return text
        text = _from_line(text, longest)


def _from_header(text: str, known: Repeatable) -> str:
    """The text from behind the callable's header on, where all that stands before it is known as well."""
    at = 0
    for line in text.split("\n"):
        behind = max((_skip(text[at : at + _REACH], header) for header in known.headers), default=0)
        if behind:
            return _from_line(text, at + behind)
        if line.strip() and line.strip() not in known.lines:
            break
        at += len(line) + 1
    return text


def without_repeated_suffix(text: str, suffix: str) -> str:
    """The text up to a line from which on it is the suffix, as far as either goes.

    Only for a hole with code of the same body behind it: behind a whole body stands its closer, and where a body
    ends is the tree's business.
    """
    lines = text.split("\n")
    following = [line.strip() for line in suffix.split("\n") if line.strip()]
    for at in range(len(lines)):
        rest = [line.strip() for line in lines[at:] if line.strip()]
        shared = min(len(rest), len(following))
        if shared and rest[:shared] == following[:shared] and sum(map(len, rest[:shared])) >= _LEAST:
            return "\n".join(lines[:at])
    return text


def repeatable(frame: Frame, window: Window) -> Repeatable:
    source, stub = frame.before, frame.stub
    header_end = _header_end(frame)
    first = line_start(source, frame.owner)
    header = source[first:header_end].decode("utf-8", "replace")
    documented = source[frame.owner :].decode("utf-8", "replace")
    undecorated = source[frame.owner : header_end].decode("utf-8", "replace")
    texts = [*_line_tails(header), undecorated, *_line_tails(documented, least=2)]
    above = "\n".join(window.prefix.rstrip().split("\n")[-_LINES_BEFORE:])
    texts += [*_line_tails(above, least=2), *_line_tails(f"{above}\n{stub.comment}", least=2)]
    texts += [source[header_end:].decode("utf-8", "replace"), stub.comment, *stub.comment.split("\n")]
    return Repeatable(
        _squeezed(texts),
        _squeezed(text for text in (*_line_tails(header), undecorated) if "(" in text or text == header),
        frozenset(line.strip() for line in window.prefix.split("\n")),
    )


def _squeezed(texts: Iterable[str]) -> tuple[str, ...]:
    known = {"".join(text.split()) for text in texts}
    return tuple(sorted(text for text in known if len(text) >= _LEAST and re.search(r"\w", text)))


def _header_end(frame: Frame) -> int:
    """Where the callable's header ends, in `frame.before`: behind the `{`, the colon, the `do`."""
    tree, _ = frame.parse(frame.placeholder)
    header = walk(tree.root_node, lambda node: node.end_byte > frame.owner and node.start_byte < len(frame.before))
    ends = [
        body.start
        for node in header
        if node.type in frame.language.callable_types
        and frame.owner <= node.start_byte < len(frame.before)
        and (body := frame.language.body(node)) is not None
        and body.start <= len(frame.before)
    ]
    return min(ends, default=len(frame.before))


def _line_tails(text: str, least: int = 1) -> list[str]:
    """The text from each of its lines on, as long as `least` lines are left."""
    lines = text.strip("\n").split("\n")
    return ["\n".join(lines[at:]) for at in range(len(lines) - least + 1) if lines[at].strip()]


def _skip(text: str, known: str) -> int:
    """How many characters of the text are `known`, white space in the text aside; 0 where it begins otherwise."""
    at = 0
    for index, char in enumerate(text):
        if char.isspace():
            continue
        if char != known[at]:
            return 0
        at += 1
        if at == len(known):
            return index + 1
    return 0


def _from_line(text: str, at: int) -> str:
    """The rest, without what is left of a line that was repeated up to its end."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return text[end + 1 :] if not text[at:end].strip() else text[at:]
