"""The ways in which a chat model wraps a body that is right, and the rules that others undo them with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.cut_bodies import Blanked

_BEFORE = "Here is the completed code:\n\n"
_BEHIND = "\n\nThis function does what its name says. It handles every case, doesn't it?\n"
_SUFFIX_LINES = 14


@dataclass(frozen=True, slots=True)
class Wrapped:
    name: str
    text: str


def wrapped(blanked: Blanked) -> Iterator[Wrapped]:
    body, name = blanked.body, blanked.language
    function = f"{blanked.header}{body}{blanked.closer}"
    file = blanked.source.decode("utf-8", "replace").replace("\r\n", "\n")
    behind = blanked.data[blanked.stub.hole.end :].decode("utf-8", "replace").replace("\r\n", "\n")
    yield Wrapped("the middle", body)
    yield Wrapped("fence", f"```{name}\n{body}\n```")
    yield Wrapped("tildes, unclosed", f"~~~\n{body}\n")
    yield Wrapped("prose and fence", f"{_BEFORE}```{name}\n{body}\n```{_BEHIND}")
    yield Wrapped("prose, no fence", f"{_BEFORE}{body}{_BEHIND}")
    yield Wrapped("signature", f"{blanked.header}{body}")
    yield Wrapped("whole function", function)
    yield Wrapped("function, fenced", f"{_BEFORE}```{name}\n{function}\n```{_BEHIND}")
    if not blanked.literal_lines and (at_margin := _at_margin(function)) is not None:
        yield Wrapped("function at column 0", f"```\n{at_margin}\n```")
    yield Wrapped("whole file", f"```{name}\n{file}\n```\n")
    yield Wrapped("file, more imports", f"{blanked.comment} With one more import.\nimport extra\n{file}")
    if behind.strip():
        yield Wrapped("repeated suffix", f"```\n{body}{_lines(behind)}\n```")
    yield Wrapped("markers", f"<file-0123abcd>\n<hole-0123abcd/>{body}\n</file-0123abcd>")
    yield Wrapped("thoughts", f"<think>\nThe body is missing.\n\n```\npass\n```\n</think>\n\n```{name}\n{body}\n```")
    yield Wrapped("CRLF", f"{_BEFORE}```{name}\n{function}\n```{_BEHIND}".replace("\n", "\r\n"))


def _at_margin(function: str) -> str | None:
    """The function as one of its own; None where it stands at the margin already."""
    lines = function.split("\n")
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    if not indent or not all(line.startswith(indent) for line in lines if line.strip()):
        return None
    return "\n".join(line[len(indent) :] for line in lines)


def _lines(text: str) -> str:
    return "\n".join(text.split("\n")[:_SUFFIX_LINES])


_FENCE_LINE = re.compile(r"(?m)^[ \t]*(?:```|~~~).*\n?")
_BLOCK = re.compile(r"(?ms)^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:\n[ \t]*\1|\Z)")


def strip_fences(text: str) -> str:
    return _FENCE_LINE.sub("", text)


def first_block(text: str) -> str:
    found = _BLOCK.search(text)
    return found[2] if found else text


NAIVE: dict[str, Callable[[str], str]] = {"strip fences": strip_fences, "first block": first_block}
