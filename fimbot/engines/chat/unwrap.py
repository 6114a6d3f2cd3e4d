"""What a chat model puts around its code: a fence, prose before and behind it, the markers of the question, thoughts.

Everything goes by lines, in one pass, and raises nothing: the answer is anybody's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fimbot.engines.chat.prompt import MARKER

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([^`~]*)")
_MARKER = re.compile(rf"(?m)^[ \t]*(?:{MARKER.pattern})[ \t]*\n|{MARKER.pattern}")
_THOUGHT, _THOUGHT_END = re.compile(r"\s*<think(?:ing)?>"), re.compile(r"</think(?:ing)?>[ \t]*\n*")
"""Models that reason, served without a parser for it (vLLM, llama.cpp), think aloud in the answer itself."""

_SPAN = re.compile(r"`[^`]*`|\*\*[^*]*\*\*|\([^()=;{}]*\)")
_CODE = re.compile(r"[=;{}<>\\|@$]|\w\(|^\s*\w+\(")
_LIST = re.compile(r"(?:[-*+]|\d+[.)]) +\S")
_SENTENCE = re.compile(r"[A-Z][\w'\u2019]*,?(?: .*)?[.:!?)]$")
_WORD = re.compile(r"[A-Za-z][\w'\u2019-]*")
_OPENING = re.compile(
    r"(?:sure|certainly|of course|okay|ok|absolutely|here|explanation|note|answer|solution|output|"
    r"example|usage|result)\b.{0,80}[.:!]$",
    re.IGNORECASE,
)
_LONGEST_PROSE = 2000


@dataclass(frozen=True, slots=True)
class Unwrapped:
    lines: Sequence[str]
    settled: bool
    """Whether more text could not change where this begins."""
    ended: bool
    """Whether whatever may follow is no part of it: its fence is closed."""


def unwrap(text: str, *, whole: bool) -> Unwrapped:
    """`whole`: nothing more comes. Line breaks become LF."""
    text = _MARKER.sub("", text.replace("\r\n", "\n"))
    if _THOUGHT.match(text):
        end = _THOUGHT_END.search(text)
        if end is None:
            return Unwrapped((), settled=False, ended=False)
        text = text[end.end() :]
    lines = text.split("\n")
    # The line that is still being written may turn out to be anything.
    known = len(lines) if whole else len(lines) - 1
    first = next((at for at in range(known) if lines[at].strip()), None)
    if first is None:
        return Unwrapped(lines, settled=False, ended=False)
    found = _next_fence(lines, first, known, first=first)
    if found is None:
        start = _behind_prose(lines, first, known)
        settled = start < known
        return Unwrapped(_without_prose(lines[start:]) if whole else lines[start:], settled, ended=False)
    at, fence = found
    if fence[3] or all(is_prose(line) for line in lines[first:at] if line.strip()):
        return _fenced(lines, at, fence, known)
    fences = sum(_FENCE.fullmatch(line) is not None for line in lines[at:known])
    if fences % 2 == 0:
        return Unwrapped(
            lines, settled=True, ended=False
        )  # they stand in a string of the code's own, or so far they may
    return Unwrapped(lines[:at], settled=True, ended=whole)  # the fence that the model thought was open


def _next_fence(lines: list[str], start: int, known: int, *, first: int = -1) -> tuple[int, re.Match[str]] | None:
    """Deeper than three blanks Markdown takes it for code; but models indent that at an answer's `first` line, too."""
    for at in range(start, known):
        fence = _FENCE.fullmatch(lines[at])
        if fence is not None and (at == first or len(fence[1]) <= 3):
            return at, fence
    return None


def _fenced(lines: list[str], at: int, fence: re.Match[str], known: int) -> Unwrapped:
    """The first block with anything in it."""
    while True:
        close = _closing(lines, at, known, fence)
        inside = lines[at + 1 : close]
        if any(line.strip() for line in lines[at + 1 : min(close, known)]):
            return Unwrapped(inside, settled=True, ended=close < known)
        following = _next_fence(lines, close + 1, known)
        if following is None:
            return Unwrapped(inside, settled=False, ended=False)
        at, fence = following


def _closing(lines: list[str], opened: int, known: int, fence: re.Match[str]) -> int:
    """The line of the closing fence; past the last where there is none. A fence with a language opens an inner one."""
    depth = 0
    for at in range(opened + 1, known):
        if fence[2][0] not in lines[at]:
            continue
        found = _FENCE.fullmatch(lines[at])
        if found is None or found[2][0] != fence[2][0] or len(found[1]) > max(3, len(fence[1])):
            continue
        if found[3]:
            depth += 1
        elif len(found[2]) >= len(fence[2]):
            if not depth:
                return at
            depth -= 1
    return len(lines)


def _behind_prose(lines: list[str], first: int, known: int) -> int:
    """The first line that is not part of an introduction."""
    at = first
    while at < known and (is_prose(lines[at]) or (at > first and not lines[at].strip())):
        at += 1
    return at if first < at < len(lines) else 0


def _without_prose(lines: list[str]) -> list[str]:
    """Without the paragraphs at the end that explain the code."""
    end = len(lines)
    while True:
        last = end
        while last and not lines[last - 1].strip():
            last -= 1
        start = last
        while start and lines[start - 1].strip():
            start -= 1
        if not start or not all(_is_explanation(line) for line in lines[start:last]) or not is_prose(lines[start]):
            return lines[:end]
        end = start


def is_prose(line: str) -> bool:
    """A sentence of English at the margin, or an item of a list, rather than code."""
    line = line.rstrip()
    if not line or line[0] in " \t" or len(line) > _LONGEST_PROSE:
        return False
    if _OPENING.match(line.strip("*")):
        return True
    bare = _SPAN.sub("x", line)
    if _CODE.search(bare):
        return False
    if _LIST.match(bare):
        return len(_WORD.findall(bare)) >= 2
    return _SENTENCE.match(bare) is not None and len(_WORD.findall(bare)) >= 3


def _is_explanation(line: str) -> bool:
    return is_prose(line) or (line[:1].isspace() and _LIST.match(line.strip()) is not None)
