"""What an answer repeats: the code before the hole at its beginning, the code behind it at its end.

Lines are compared without their white space, and by how deep they are in relation to each other: a model that rewrites
a method as a function of its own moves all of it. Each answer is read once; what is looked up was prepared before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_LEAST = 8
"""Letters and digits that make a repetition: `}`, `end`, `else:` are chance."""
_LEAST_OPENER = 4
"""The same for a line below which the answer goes deeper: `def f():`."""
_TAIL = 3
"""Lines of the suffix that show that it has begun."""
_ANCHORS = 6
_PLACES = 64
_RUN = 40
_IMPORT = re.compile(
    r"(?:import|from|use|using|#include|require|package|namespace|module|<\?php|\"use|'use)\b|#include"
)
_PLAIN = re.compile(r"[^=(){};:\[\]<>]*")
_STATEMENT = re.compile(r"(?:return|raise|throw|yield)\b")
"""Code without a sign of it, `return 1`: the whole of many a body. To wait for the next line would cost that line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One that is not blank."""

    at: int
    key: str
    """Without white space."""
    blanks: str
    width: int
    plain: bool
    """Without any sign of code: prose, a comment, `end`."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where the middle begins, behind what was repeated."""

    next: int
    """In the answer's lines of code."""
    blanks: str
    """Of the repeated line that encloses the hole, as the file has it..."""
    own_blanks: str
    """... and as the answer has it."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    at: int
    keys: tuple[str, ...]
    """The line that encloses the hole, with as many before it as it takes to be no chance."""
    opens: bool
    """Whether what comes behind it must be deeper."""


@dataclass(frozen=True, slots=True)
class Around:
    """The code around a hole, made ready to be found again in an answer."""

    before: tuple[Line, ...]
    anchors: tuple[_Anchor, ...]
    known: frozenset[str]
    after: tuple[Line, ...]

    @classmethod
    def of(cls, prefix: str, suffix: str) -> Around:
        whole_lines = _lf(prefix).rpartition("\n")[0]
        before = tuple(code_lines(whole_lines.split("\n")))
        # The rest of the hole's own line is no line of its own.
        after = _lf(suffix).partition("\n")[2].split("\n")
        return cls(before, tuple(_anchors(before)), frozenset(line.key for line in before), _first(after))

    def start(self, answer: Sequence[Line], *, whole: bool) -> Start | None:
        """None where nothing that stands before the hole is repeated, or not for certain."""
        for anchor in self.anchors:
            places = [at for at, line in enumerate(answer) if line.key == anchor.keys[-1]]
            found = [at for at in places[:_PLACES] if self._is_there(answer, at, anchor)]
            if not found:
                continue
            # The same signature may stand in the file more than once: the one with the most of its surroundings.
            at = max(found, key=lambda place: self._run(answer, place, anchor.at))
            start = self._behind(answer, at, anchor)
            deep = answer[start.next].width - answer[at].width if start.next < len(answer) else 0
            inside = deep > 0 if anchor.opens else deep >= 0
            if (inside or (start.next >= len(answer) and not whole)) and self._leads_to(answer[:at]):
                return None if self._is_past(answer, at) else start
        return None

    def may_start_later(self, answer: Sequence[Line]) -> bool:
        """Whether all so far may be the file's beginning, repeated, so that the middle is still to come."""
        return self._leads_to(answer)

    def end(self, answer: Sequence[Line], start: Start | None, first: int) -> int | None:
        """The first line that is the suffix, from `first` on; None where it does not come."""
        if not self.after:
            return None
        own, theirs = (_width(start.blanks), _width(start.own_blanks)) if start else (0, 0)
        outer = self.after[0].width < (answer[first].width - theirs + own if first < len(answer) else 0)
        for at in range(first, len(answer)):
            if answer[at].key != self.after[0].key or answer[at].width - theirs != self.after[0].width - own:
                continue
            pairs = list(zip(answer[at : at + _TAIL], self.after[:_TAIL], strict=False))
            if all(mine.key == other.key for mine, other in pairs) and (
                outer or _weight(m.key for m, _ in pairs) >= _LEAST
            ):
                return at
        return None

    def _is_there(self, answer: Sequence[Line], at: int, anchor: _Anchor) -> bool:
        first = at - len(anchor.keys) + 1
        return first >= 0 and all(answer[first + n].key == key for n, key in enumerate(anchor.keys))

    def _is_past(self, answer: Sequence[Line], at: int) -> bool:
        """Whether the suffix has begun before: a sibling in it may have the same signature, as in Rust's traits."""
        if not at or _weight(line.key for line in self.after) < _LEAST:
            return False
        end = self.end(answer, None, 0)
        # A line of the suffix may stand before the hole too: what came before it is then the file's beginning.
        return end is not None and end < at and not self._leads_to(answer[:end])

    def _run(self, answer: Sequence[Line], at: int, before: int) -> int:
        run = 0
        while run < min(_RUN, at + 1, before + 1) and answer[at - run].key == self.before[before - run].key:
            run += 1
        return run

    def _behind(self, answer: Sequence[Line], at: int, anchor: _Anchor) -> Start:
        """Behind the docstring and the TODO, too, as far as they are repeated."""
        places: dict[str, int] = {}
        for place in range(anchor.at + 1, len(self.before)):
            places.setdefault(self.before[place].key, place)
        reached, next_ = anchor.at, at + 1
        while next_ < len(answer) and places.get(answer[next_].key, -1) > reached:
            reached, next_ = places[answer[next_].key], next_ + 1
        return Start(next_, self.before[anchor.at].blanks, answer[at].blanks)

    def _leads_to(self, answer: Sequence[Line]) -> bool:
        """Whether these lines may stand before the hole: most of those that are code are known to stand there."""
        code = [line for line in answer if not line.plain]
        known = sum(line.key in self.known or _IMPORT.match(line.key) is not None for line in code)
        return 2 * known >= len(code)


def code_lines(lines: Iterable[str]) -> Iterator[Line]:
    for at, line in enumerate(lines):
        key = "".join(line.split())
        if key:
            blanks = line[: len(line) - len(line.lstrip(" \t"))]
            plain = _PLAIN.fullmatch(key) is not None and _STATEMENT.match(line, len(blanks)) is None
            yield Line(at, key, blanks, _width(blanks), plain)


def moved(lines: Sequence[str], start: Start) -> list[str]:
    """The lines as deep as the file has them, where the answer has moved all of it; a line at the margin, as in a
    string, says that it has not."""
    blanks, own = start.blanks, start.own_blanks
    filled = [line for line in lines if line.strip()]
    if blanks == own or not all(line.startswith(own) and line[len(own) :][:1] in (" ", "\t") for line in filled):
        return list(lines)
    return [blanks + line[len(own) :] if line.strip() else line for line in lines]


def _anchors(before: Sequence[Line]) -> Iterator[_Anchor]:
    """The last line, then each that is less deep than all behind it: the lines that enclose the hole."""
    least: int | None = None
    count = 0
    for at in range(len(before) - 1, -1, -1):
        if least is not None and before[at].width >= least:
            continue
        keys = [before[at].key]
        while _weight(keys) < _LEAST_OPENER and len(keys) <= min(at, 8):
            keys.insert(0, before[at - len(keys)].key)
        if _weight(keys) >= _LEAST_OPENER:
            yield _Anchor(at, tuple(keys), opens=least is not None or _weight(keys) < _LEAST)
            count += 1
        least = before[at].width
        if not least or count == _ANCHORS:
            return


def _first(lines: Iterable[str]) -> tuple[Line, ...]:
    found = []
    for line in code_lines(lines):
        found.append(line)
        if len(found) == _TAIL:
            break
    return tuple(found)


def _weight(keys: Iterable[str]) -> int:
    return sum(char.isalnum() for key in keys for char in key)


def _width(blanks: str) -> int:
    return len(blanks.expandtabs(8))


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")
