"""Unified diffs, written from the edits themselves.

The edits say exactly which lines change, so nothing has to be compared: the hunks are right by construction, also in
files in which a diff algorithm would find a shorter story (and in one line of 5 MB).
Format: https://git-scm.com/docs/diff-format#generate_patch_text_with_p
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from fimbot.values import Edit, apply_edits

CONTEXT = 3
_NO_NEWLINE = b"\\ No newline at end of file\n"
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def unified_patch(path: str, before: bytes, edits: Sequence[Edit]) -> bytes:
    """A patch of one file for `git apply`; b"" where the edits change nothing."""
    changes = _line_changes(before, edits)
    if not changes:
        return b""
    lines = _lines(before)
    old, new = _quoted(b"a/" + _bytes(path)), _quoted(b"b/" + _bytes(path))
    header = b"diff --git %s %s\n--- %s\n+++ %s\n" % (old, new, _ended(old), _ended(new))
    return header + b"".join(_hunks(lines, changes))


class _Change(NamedTuple):
    """Lines `first:last` (0-based, end excluded) become `new`."""

    first: int
    last: int
    new: tuple[bytes, ...]


def _lines(text: bytes) -> list[bytes]:
    """Lines with their `\\n`; only `\\n` ends a line for git."""
    lines = text.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _line_changes(before: bytes, edits: Sequence[Edit]) -> list[_Change]:
    """The edits as changes of whole lines; edits that share a line become one change."""
    lines = _lines(before)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        first = min(bisect_right(starts, edit.start) - 1, len(lines))
        # The line that follows the edit may be joined to it; `_trimmed` takes it out where it is not.
        last = min(bisect_right(starts, edit.end), len(lines))
        if first == len(lines) and lines and not lines[-1].endswith(b"\n"):
            first -= 1  # what is added after a last line without an end changes that line
        last = max(first, last)
        if groups and first <= groups[-1][1]:
            before_first, before_last, shared = groups.pop()
            groups.append((before_first, max(before_last, last), [*shared, edit]))
        else:
            groups.append((first, last, [edit]))
    return [change for group in groups if (change := _trimmed(before, lines, starts, *group)) is not None]


def _trimmed(
    before: bytes, lines: list[bytes], starts: list[int], first: int, last: int, edits: list[Edit]
) -> _Change | None:
    """The change without the lines at its ends that stay as they are."""
    base = starts[first]
    moved = [Edit(edit.start - base, edit.end - base, edit.replacement) for edit in edits]
    new = _lines(apply_edits(before[base : starts[last]], moved))
    while first < last and new and lines[first] == new[0]:
        first, new = first + 1, new[1:]
    while first < last and new and lines[last - 1] == new[-1]:
        last, new = last - 1, new[:-1]
    return _Change(first, last, tuple(new)) if new or first < last else None


def _hunks(lines: list[bytes], changes: list[_Change]) -> list[bytes]:
    hunks: list[bytes] = []
    shift = 0
    at = 0
    while at < len(changes):
        group = [changes[at]]
        while at + 1 < len(changes) and changes[at + 1].first - group[-1].last <= 2 * CONTEXT:
            at += 1
            group.append(changes[at])
        hunks.append(_hunk(lines, group, shift))
        shift += sum(len(change.new) - (change.last - change.first) for change in group)
        at += 1
    return hunks


def _hunk(lines: list[bytes], group: list[_Change], shift: int) -> bytes:
    first = max(0, group[0].first - CONTEXT)
    last = min(len(lines), group[-1].last + CONTEXT)
    body: list[bytes] = []
    at = first
    for change in group:
        body += [_line(b" ", line) for line in lines[at : change.first]]
        body += [_line(b"-", line) for line in lines[change.first : change.last]]
        body += [_line(b"+", line) for line in change.new]
        at = change.last
    body += [_line(b" ", line) for line in lines[at:last]]
    old = last - first
    new = old + sum(len(change.new) - (change.last - change.first) for change in group)
    old_start = first + 1 if old else first
    new_start = first + shift + 1 if new else first + shift
    return b"@@ -%d,%d +%d,%d @@\n" % (old_start, old, new_start, new) + b"".join(body)


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n" + _NO_NEWLINE


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _quoted(name: bytes) -> bytes:
    """As git quotes names: C escapes in double quotes where there is anything unusual."""
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in name):
        return name
    return b'"' + b"".join(_escaped(byte) for byte in name) + b'"'


def _escaped(byte: int) -> bytes:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return bytes((byte,)) if 32 <= byte < 127 else b"\\%03o" % byte


def _ended(name: bytes) -> bytes:
    """A tab ends a name with blanks in it, so that what follows is not taken for a time."""
    return name + b"\t" if b" " in name and not name.startswith(b'"') else name
