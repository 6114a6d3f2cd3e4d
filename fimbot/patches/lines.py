"""A patch as replacements of whole lines, for readers that count lines rather than bytes: SARIF, reviewdog.

Lines need no columns, which every reader counts differently: bytes, UTF-16 code units, tabs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple


class LineEdit(NamedTuple):
    """Lines `start` to `end` of the content before, 1-based and inclusive, become `text`.

    The line break behind the last of them stays where it is, so `text` ends without one.
    """

    start: int
    end: int
    text: str


class _Row(NamedTuple):
    sign: bytes
    number: int
    """In the content before; of an added row, that of the row behind it."""
    text: bytes
    """With its line break, where it has one."""


def line_edits(patch: bytes) -> tuple[LineEdit, ...] | None:
    """What a patch of one file does, in the order of the file; the edits do not overlap.

    None where whole lines cannot say it: what comes in is not UTF-8, the file has no line to hold on to, or the line
    break at its end comes or goes.
    """
    edits: list[LineEdit] = []
    for rows in _hunks(patch):
        for first, last in _spans(rows):
            edit = _edit(rows[first:last])
            if edit is None:
                return None
            edits.append(edit)
    return tuple(edits)


def _hunks(patch: bytes) -> Iterator[list[_Row]]:
    from unidiff.patch import PatchSet

    # Only "\n" ends a line. The first three name the file; unidiff would take the names apart at tabs.
    lines = patch.decode("utf-8", "surrogateescape").split("\n")[3:-1]
    for patched in PatchSet(["--- a/file\n", "+++ b/file\n", *(f"{line}\n" for line in lines)]):
        for hunk in patched:
            rows: list[_Row] = []
            number = hunk.source_start + (not hunk.source_length)
            for line in hunk:
                if line.line_type == "\\":
                    rows[-1] = rows[-1]._replace(text=rows[-1].text[:-1])
                else:
                    sign, text = line.line_type.encode(), line.value.encode("utf-8", "surrogateescape")
                    rows.append(_Row(sign, number, text))
                    number += not line.is_added
            yield rows


def _spans(rows: Sequence[_Row]) -> list[tuple[int, int]]:
    """The rows of each change, with a neighbour where nothing would be left to replace, or nothing to put there."""
    spans: list[tuple[int, int]] = []
    for changed, group in groupby(range(len(rows)), key=lambda at: rows[at].sign != b" "):
        if not changed:
            continue
        first, *others = group
        last = (others[-1] if others else first) + 1
        if not _stands_alone(rows[first:last]):
            first, last = (first - 1, last) if first else (first, min(last + 1, len(rows)))
        if spans and first < spans[-1][1]:
            first = spans.pop()[0]
        spans.append((first, last))
    return spans


def _stands_alone(rows: Sequence[_Row]) -> bool:
    """Nothing, and one empty line, look the same in a suggestion: review buttons delete the lines then."""
    return any(row.sign == b"-" for row in rows) and bool(_after(rows).rstrip(b"\r\n"))


def _before(rows: Sequence[_Row]) -> list[_Row]:
    return [row for row in rows if row.sign != b"+"]


def _after(rows: Sequence[_Row]) -> bytes:
    return b"".join(row.text for row in rows if row.sign != b"-")


def _edit(rows: Sequence[_Row]) -> LineEdit | None:
    before, after = _before(rows), _after(rows)
    if not before:
        return None
    ending = _ending(before[-1].text)
    if not after.endswith(ending) or (after.endswith(b"\n") and not ending):
        return None
    try:
        text = after.removesuffix(ending).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return LineEdit(before[0].number, before[-1].number, text) if text else None


def _ending(line: bytes) -> bytes:
    if line.endswith(b"\r\n"):
        return b"\r\n"
    return b"\n" if line.endswith(b"\n") else b""
