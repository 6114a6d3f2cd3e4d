"""Whole lines in place of a patch: who puts the text where the lines were has exactly the edited bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fimbot.patches.lines import LineEdit, line_edits
from fimbot.patches.unified import unified_patch
from fimbot.values import Edit, apply_edits


def replace_lines(before: bytes, edits: tuple[LineEdit, ...]) -> bytes:
    """A reader, by the letter of the formats: the line break behind the last line is not part of the range."""
    lines = before.split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    after = before
    for edit in reversed(edits):
        start, end = starts[edit.start - 1], starts[edit.end - 1] + len(lines[edit.end - 1])
        if before[:end].endswith(b"\r") and before[end : end + 1] == b"\n":
            end -= 1
        after = after[:start] + edit.text.encode() + after[end:]
    return after


def of(before: bytes, *edits: Edit) -> tuple[LineEdit, ...] | None:
    return line_edits(unified_patch("a.py", before, edits))


def test_no_patch_is_no_edit() -> None:
    assert line_edits(b"") == ()


def test_bytes_that_are_not_utf8_cannot_be_said() -> None:
    assert of(b"a\nb\n", Edit(2, 3, b"\xff")) is None
    assert of("é\nb\n".encode("latin-1"), Edit(2, 3, b"x")) == (LineEdit(2, 2, "x"),)


def test_an_empty_file_has_no_line_to_replace() -> None:
    assert of(b"", Edit(0, 0, b"x\n")) is None


def test_a_line_break_at_the_end_neither_comes_nor_goes() -> None:
    assert of(b"a", Edit(1, 1, b"\n")) is None
    assert of(b"a\n", Edit(1, 2, b"")) is None


CASES = {
    "one line": (b"a\nb\nc\n", [Edit(2, 3, b"x")], [LineEdit(2, 2, "x")]),
    "several lines": (b"a\nb\nc\nd\n", [Edit(2, 5, b"x")], [LineEdit(2, 3, "x")]),
    "more lines than before": (b"a\nb\n", [Edit(2, 3, b"x\ny")], [LineEdit(2, 2, "x\ny")]),
    "what is put in takes the line before along": (b"a\nb\n", [Edit(2, 2, b"new\n")], [LineEdit(1, 1, "a\nnew")]),
    "at the very beginning, the line behind": (b"a\n", [Edit(0, 0, b"new\n")], [LineEdit(1, 1, "new\na")]),
    "lines taken out": (b"a\nb\nc\n", [Edit(2, 4, b"")], [LineEdit(1, 2, "a")]),
    "an empty line in place of another": (b"a\nb\nc\n", [Edit(2, 3, b"")], [LineEdit(1, 2, "a\n")]),
    "no line break at the end": (b"a\nb", [Edit(2, 3, b"x\ny")], [LineEdit(2, 2, "x\ny")]),
    "crlf": (b"a\r\nb\r\n", [Edit(3, 4, b"x\r\ny")], [LineEdit(2, 2, "x\r\ny")]),
    "carriage returns inside of a line": (b"a\rb\nc\n", [Edit(4, 5, b"x\ry")], [LineEdit(2, 2, "x\ry")]),
    "tabs and letters of any width": ("\tä𐐀\nb\n".encode(), [Edit(1, 3, b"e")], [LineEdit(1, 1, "\te𐐀")]),
    "two far apart": (
        b"".join(b"%d\n" % n for n in range(20)),
        [Edit(2, 3, b"x"), Edit(23, 25, b"y")],
        [LineEdit(2, 2, "x"), LineEdit(12, 12, "y")],
    ),
    "two that hold on to the same line": (
        b"a\nb\n",
        [Edit(0, 0, b"new\n"), Edit(2, 2, b"other\n")],
        [LineEdit(1, 1, "new\na\nother")],
    ),
}


@pytest.mark.parametrize(("before", "edits", "expected"), CASES.values(), ids=CASES.keys())
def test_whole_lines(before: bytes, edits: list[Edit], expected: list[LineEdit]) -> None:
    found = of(before, *edits)
    assert found == tuple(expected)
    assert replace_lines(before, found) == apply_edits(before, edits)


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    wide = ("ä𐐀".encode(), "\u2028".encode())
    piece = st.sampled_from([b"\n", b"\r\n", b"a", b"- ", b"+", b"\t", b"\r", b"\x0c", *wide])
    before = b"".join(draw(st.lists(piece, max_size=60)))
    cuts = sorted(draw(st.lists(st.integers(0, len(before)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return before, [Edit(start, end, b"".join(draw(st.lists(piece, max_size=8)))) for start, end in pairs]


@settings(max_examples=300, deadline=None)
@given(edited())
def test_whatever_the_edits_the_lines_give_the_edited_bytes(case: tuple[bytes, list[Edit]]) -> None:
    before, edits = case
    found = of(before, *edits)
    if found is not None:
        assert replace_lines(before, found) == apply_edits(before, edits)
        assert all(one.end < other.start for one, other in pairwise(found))
        assert all(edit.text for edit in found)
