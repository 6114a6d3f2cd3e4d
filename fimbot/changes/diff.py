"""git's diff, read while it is written: raw records for the files, headers for the hunks."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from fimbot.changes.repository import text
from fimbot.errors import GitError
from fimbot.git_options import DIFF
from fimbot.values import LineRange

OPTIONS = (
    *DIFF,
    "--raw",
    "-z",
    "--no-abbrev",
    "-U0",
    # Nothing was added to a file that is gone.
    "--diff-filter=d",
)


@dataclass(frozen=True, slots=True)
class Record:
    """A changed file. `blob` is all zeros where the content is the working tree's, `old_blob` where there was none."""

    path: str
    old_path: str | None
    mode: int
    blob: str
    status: str
    old_blob: str


@dataclass(frozen=True, slots=True)
class Section:
    """The hunks of one file."""

    path: str
    added: tuple[LineRange, ...]
    binary: bool
    deleted: tuple[int, ...] = ()
    """The lines behind which lines were deleted and none added."""


class DiffOutput:
    """The records first, all of them; then the sections, one at a time."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        # Lines end at LF only: a CR or a form feed belongs to a line's text.
        self._lines = iter(stream)
        self._rest = b""

    def _field(self) -> bytes:
        pieces = []
        while b"\0" not in self._rest:
            pieces.append(self._rest)
            self._rest = next(self._lines, b"\0")
        end, _, self._rest = self._rest.partition(b"\0")
        return b"".join(pieces) + end

    def records(self) -> Iterator[Record]:
        """The raw part, which an empty field ends: git-diff(1), "Raw output format"."""
        while header := self._field():
            _, mode, old_blob, blob, status = header[1:].decode("ascii").split(" ")
            old_path = text(self._field()) if status[0] in "RC" else None
            yield Record(text(self._field()), old_path, int(mode, 8), blob, status[0], old_blob)

    def sections(self) -> Iterator[Section]:
        """Raises GitError where git's output is not what it documents."""
        # No line of a hunk begins with "diff --git": each begins with "+", "-", " ", "\\" or "@@".
        start = self._rest or next(self._lines, b"")
        while start:
            section = _SectionReader(start, self._lines)
            yield section.read()
            start = section.next_start


class _SectionReader:
    def __init__(self, start: bytes, lines: Iterator[bytes]) -> None:
        # "diff --git a/NAME b/NAME": the same name twice, unless a line "rename to" follows.
        names = start.removeprefix(b"diff --git ").removesuffix(b"\n")
        self._path = _path(names[len(names) // 2 + 1 :])
        self._lines = lines
        self.next_start = b""

    def read(self) -> Section:
        path, binary = self._path, False
        for line in self._lines:
            if line.startswith(b"@@"):
                added, deleted = self._hunks(path, line)
                return Section(path, added, binary, deleted)
            if line.startswith(b"rename to "):
                path = _unquote(line.removeprefix(b"rename to ").removesuffix(b"\n"))
            elif line.startswith(b"deleted file mode "):
                # The first of two sections for a file that became another kind of file.
                path = ""
            elif line.startswith(b"Binary files "):
                binary = True
            elif line.startswith(b"diff --git "):
                self.next_start = line
                break
        return Section(path, (), binary)

    def _hunks(self, path: str, header: bytes) -> tuple[tuple[LineRange, ...], tuple[int, ...]]:
        """What was added and where lines were only deleted, from the hunks' headers alone, which say everything in a
        diff without context.

        By hand, since unidiff makes an object of every line: it took 2.5 times as long as git took to write them.
        """
        added: list[LineRange] = []
        deleted: list[int] = []
        while header:
            hunk = _HUNK.match(header)
            if hunk is None:
                raise GitError(f"git wrote a diff of {path} that cannot be read: {text(header[:80]).strip()!r}")
            removed, first, count = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            if count:
                added.append(LineRange(first, first + count - 1))
            else:
                deleted.append(first)
            deque(islice(self._lines, removed + count - 1), maxlen=0)
            last = next(self._lines, b"")
            if not last.startswith((b"+", b"-", b"\\")):
                raise GitError(f"git wrote a diff of {path} that cannot be read: a hunk is cut off")
            header = b""
            # At most two lines are left: one for each "\\ No newline at end of file" among those.
            for line in self._lines:
                if line.startswith(b"@@"):
                    header = line
                    break
                if line.startswith(b"diff --git "):
                    self.next_start = line
                    break
        return tuple(added), tuple(deleted)


# "@@ -a,b +c,d @@ the function's name"; a length of 1 is left out.
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def _path(name: bytes) -> str:
    return _unquote(name).removeprefix("b/")


def _unquote(name: bytes) -> str:
    """git quotes a name as C does where it holds a quote, a backslash or a control character."""
    return text(_ESCAPE.sub(_unescape, name[1:-1]) if name.startswith(b'"') else name)


_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _LETTERS.get(code, code)
