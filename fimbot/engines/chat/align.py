"""From what a chat model answered to the middle that it was asked for, whole or while it streams in.

Pure and total: the same for the same text, and nothing is raised whatever the text is. What is left to do where only
the syntax tree can tell (indentation, the hole's end) is the business of fimbot/fills, as with any other engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fimbot.engines.chat.repeats import Around, code_lines, moved
from fimbot.engines.chat.unwrap import unwrap

_OFTEN = 4096
"""Characters up to which each new line is looked at. Beyond, a 64th more must have come: an answer that does not end
then costs no more than so many times its length."""


@dataclass(frozen=True, slots=True)
class _Middle:
    text: str
    settled: bool
    ended: bool


def align(text: str, prefix: str, suffix: str) -> str:
    """The middle that the answer holds. An answer that is the middle comes out as it is, with LF."""
    return _middle(text, Around.of(prefix, suffix), whole=True).text


def watching(prefix: str, suffix: str, done: Callable[[str], bool]) -> Callable[[str], bool]:
    """For the answer as it streams in, what `done` says of the middle so far, once it is settled where that begins.

    True too where the model itself has closed its fence: only prose can follow.
    """
    around = Around.of(prefix, suffix)
    looked = 0

    def look(text: str) -> bool:
        nonlocal looked
        if len(text) - looked < (len(text) // 64 if len(text) > _OFTEN else 1) or not _news(text, looked):
            return False
        looked = len(text)
        middle = _middle(text, around, whole=False)
        if not middle.settled:
            return False
        return middle.ended or done(middle.text)

    return look


def _news(text: str, looked: int) -> bool:
    """Whether a line has come, or the first letter of one, which shows how deep it is."""
    last = text.rfind("\n") + 1
    return last > looked or (bool(text[last:].strip()) and not text[last:looked].strip())


def _middle(text: str, around: Around, *, whole: bool) -> _Middle:
    wrapped = unwrap(text, whole=whole)
    lines = list(wrapped.lines)
    if not lines or not wrapped.settled:
        return _Middle("\n".join(lines), settled=False, ended=False)
    complete = whole or wrapped.ended
    code = list(code_lines(lines if complete else lines[:-1]))
    start = around.start(code, whole=complete)
    if start is None and not complete and around.may_start_later(code):
        return _Middle("\n".join(lines), settled=False, ended=False)
    first = start.next if start else 0
    end = around.end(code, start, first) if complete else None
    stop = code[end].at if end is not None else len(lines)
    begin = code[first - 1].at + 1 if first else 0
    middle = lines[begin:stop]
    if start is not None:
        middle = moved(middle, start)
    settled = complete or first < len(code)
    return _Middle("\n".join(middle), settled, wrapped.ended)
