"""git's own diff between two commits, file by file, and where its hunks are."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from tests.doubles.github.git_store import GitStore

OPTIONS = (
    "-M",
    "-l1000",
    "--full-index",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--inter-hunk-context=0",
)
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
_HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Hunk:
    old_start: int
    new_start: int
    lines: tuple[bytes, ...]
    """The header first; each begins with a blank, "+", "-" or a backslash, and has no line feed."""
    position: int
    """Of the header: GitHub counts lines from a file's first header, which is 0."""

    def numbers(self, side: str) -> dict[int, int]:
        """Line number on that side -> index in `lines`. A context line is on both sides."""
        found, number = {}, self.new_start if side == "RIGHT" else self.old_start
        skipped = b"-" if side == "RIGHT" else b"+"
        for index, line in enumerate(self.lines):
            if index and line[:1] not in (skipped, b"\\"):
                found[number] = index
                number += 1
        return found


@dataclass(frozen=True)
class FileDiff:
    path: str
    old_path: str
    status: str
    """GitHub's word: added, removed, modified, renamed, copied or changed."""
    old_sha: str
    new_sha: str
    text: bytes = field(repr=False)
    """git's section, from "diff --git" on."""

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        found: list[Hunk] = []
        position, current, starts = -1, [b""], (0, 0)
        for line in self._patch_lines:
            position += 1
            if match := _HEADER.match(line):
                if position:
                    found.append(Hunk(*starts, tuple(current), position - len(current)))
                current, starts = [line], (int(match[1]), int(match[3]))
            else:
                current.append(line)
        if position >= 0:
            found.append(Hunk(*starts, tuple(current), position + 1 - len(current)))
        return tuple(found)

    @cached_property
    def patch(self) -> bytes:
        """From the first hunk on, without the last line feed; empty for binary, purely renamed and retyped files."""
        return b"\n".join(self._patch_lines)

    @cached_property
    def _patch_lines(self) -> list[bytes]:
        # A file that became a link has two sections, one for what is gone and one for what is new.
        start = self.text.find(b"\n@@ ") if self.status != "changed" else -1
        return [] if start < 0 else self.text[start + 1 :].removesuffix(b"\n").split(b"\n")

    def count(self, mark: bytes) -> int:
        return sum(line[:1] == mark for line in self._patch_lines)

    def find(self, line: int, side: str) -> tuple[Hunk, int] | None:
        """The hunk that holds the line, and where in it."""
        for hunk in self.hunks:
            index = hunk.numbers(side).get(line)
            if index is not None:
                return hunk, index
        return None


def diff(store: GitStore, old: str, new: str, *options: str) -> list[FileDiff]:
    """Commits or trees; three lines of context, as on GitHub, unless an option says otherwise."""
    raw = store.git("diff-tree", "-r", "-z", "--raw", "--patch", *OPTIONS, *(options or ("-U3",)), old, new)
    head, _, body = raw.partition(b"\0\0")
    fields = iter(head.decode("utf-8", "surrogateescape").split("\0"))
    records = []
    for header in fields:
        if not header:
            continue
        _, _, old_sha, new_sha, status = header[1:].split(" ")
        old_path = next(fields)
        path = next(fields) if status[0] in "RC" else old_path
        records.append((path, old_path, _STATUS[status[0]], old_sha, new_sha))
    sections = re.split(rb"^(?=diff --git )", body, flags=re.MULTILINE)[1:]
    texts = _of_records(sections, [status for _, _, status, _, _ in records])
    return [FileDiff(*record, text) for record, text in zip(records, texts, strict=True)]


def _of_records(sections: list[bytes], statuses: list[str]) -> list[bytes]:
    """git writes two sections for a file that became another kind of file (a link, say)."""
    rest = iter(sections)
    return [next(rest) + (next(rest) if status == "changed" else b"") for status in statuses]


@dataclass(frozen=True)
class LineMap:
    """Where the lines of one version of a file are in another one."""

    path: str
    """The file's name in the other version."""
    hunks: tuple[tuple[int, int, int], ...]
    """First old line, number of old lines, number of new lines; in order."""

    def moved(self, line: int) -> int | None:
        """None: the line was changed or is gone."""
        index = bisect_right([start for start, _, _ in self.hunks], line) - 1
        shift = 0
        for start, old, new in self.hunks[: index + 1]:
            if start <= line < start + old:
                return None
            shift += new - old
        return line + shift


def line_map(store: GitStore, old: str, new: str, path: str) -> LineMap | None:
    """None: the file is gone."""
    for file in diff(store, old, new, "-U0"):
        if file.old_path != path or file.status == "copied":
            continue
        if file.status == "removed":
            return None
        hunks = []
        for hunk in file.hunks:
            olds, news = sum(line[:1] == b"-" for line in hunk.lines), sum(line[:1] == b"+" for line in hunk.lines)
            # An insertion stands behind the line that its header names.
            hunks.append((hunk.old_start + (not olds), olds, news))
        return LineMap(file.path, tuple(hunks))
    return LineMap(path, ()) if store.entry(new, path) else None
