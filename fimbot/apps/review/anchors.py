"""Where a comment may hang: the lines of the pull request's own diff, as GitHub shows it.

Checked here before anything is sent: one bad line, and GitHub refuses the whole review without saying which it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fimbot.values import LineRange

_HEADER = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Hunk:
    """The lines `first` to `last` of the file at the head, 1-based and inclusive; none where `last` is smaller."""

    first: int
    last: int
    added: tuple[int, ...]
    """Those that are new."""
    deleted: frozenset[int]
    """Those before which deleted lines stand."""


def hunks_of(patch: str) -> tuple[Hunk, ...]:
    """Of `patch` as the API tells it: without the lines that name the file."""
    # Only "\n" ends a line; a carriage return belongs to its text.
    lines = iter(patch.split("\n"))
    found: list[Hunk] = []
    header = next(lines, None)
    while header is not None:
        if match := _HEADER.match(header):
            hunk, header = _read(int(match[1]), lines)
            found.append(hunk)
        else:
            header = next(lines, None)
    return tuple(found)


def _read(first: int, lines: Iterator[str]) -> tuple[Hunk, str | None]:
    """The hunk, and the header of the next one."""
    at, added, deleted = first, [], set()
    following = None
    for line in lines:
        if line.startswith("@@"):
            following = line
            break
        if line.startswith("-"):
            deleted.add(at)
        elif line.startswith(("+", " ")):
            added += [at] if line.startswith("+") else []
            at += 1
    return Hunk(first, at - 1, tuple(added), frozenset(deleted)), following


def added_ranges(hunks: Sequence[Hunk]) -> tuple[LineRange, ...]:
    ranges: list[LineRange] = []
    for line in (line for hunk in hunks for line in hunk.added):
        if ranges and ranges[-1].end + 1 == line:
            ranges[-1] = LineRange(ranges[-1].start, line)
        else:
            ranges.append(LineRange(line, line))
    return tuple(ranges)


def deleted_points(hunks: Sequence[Hunk]) -> tuple[int, ...]:
    """The lines behind which lines were deleted and none added."""
    # What a file has lost as a whole stood before line 0.
    return tuple(sorted(max(0, line - 1) for hunk in hunks for line in hunk.deleted - set(hunk.added)))


def text_before(source: bytes, patch: str) -> bytes | None:
    """The file as it was, but for a line break at its end: GitHub's patch taken back. None where it is not of this
    content."""
    lines = source.split(b"\n")
    at, before = 0, []
    for line in patch.split("\n"):
        if match := _HEADER.match(line):
            first = int(match[1]) - (match[2] != "0")
            if first < at:
                return None
            before += lines[at:first]
            at = first
        elif line.startswith("-"):
            before.append(line[1:].encode("utf-8", "surrogateescape"))
        elif line.startswith((" ", "+")):
            before += lines[at : at + 1] if line.startswith(" ") else []
            at += 1
    return b"\n".join([*before, *lines[at:]]) if at <= len(lines) else None


def anchored(hunks: Sequence[Hunk], start: int, end: int) -> bool:
    """Whether a suggestion may replace these lines: all in one hunk, and no deleted line between them.

    GitHub takes a comment across deleted lines, and its button then refuses it.
    """
    return any(
        hunk.first <= start <= end <= hunk.last and not any(start < line <= end for line in hunk.deleted)
        for hunk in hunks
    )
