"""Lines that a comment may hang on, held against real diffs of git and the strict server's own reading of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.apps.review.anchors import added_ranges, anchored, deleted_points, hunks_of, text_before
from fimbot.values import LineRange

PATCH = """\
@@ -1,4 +1,5 @@ def header():
 a
-b
+B
+C
 d
 e
@@ -20,2 +21,3 @@
 x
+y
 z
\\ No newline at end of file"""


def test_no_patch_has_no_lines() -> None:
    assert hunks_of("") == ()
    assert not anchored((), 1, 1)


def test_the_lines_of_a_hunk_are_those_at_the_head() -> None:
    assert [(hunk.first, hunk.last) for hunk in hunks_of(PATCH)] == [(1, 5), (21, 23)]
    assert added_ranges(hunks_of(PATCH)) == (LineRange(2, 3), LineRange(22, 22))


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 5), (3, 3), (21, 23)])
def test_lines_of_one_hunk_may_be_replaced(start: int, end: int) -> None:
    assert anchored(hunks_of(PATCH), start, end)


@pytest.mark.parametrize(("start", "end"), [(6, 6), (5, 21), (23, 24), (5, 6), (20, 21)])
def test_lines_outside_or_of_two_hunks_may_not(start: int, end: int) -> None:
    assert not anchored(hunks_of(PATCH), start, end)


def test_mistake_18_a_suggestion_over_deleted_lines_could_not_be_committed() -> None:
    assert not anchored(hunks_of(PATCH), 1, 2)
    assert anchored(hunks_of(PATCH), 2, 3)


def test_lines_that_were_only_deleted_stood_behind_a_line_of_the_head() -> None:
    assert deleted_points(hunks_of(PATCH)) == ()
    assert deleted_points(hunks_of("@@ -1,4 +1,2 @@\n a\n-b\n c\n-d")) == (1, 2)
    assert deleted_points(hunks_of("@@ -1,2 +0,0 @@\n-a\n-b")) == (0,)


@pytest.mark.parametrize("patch", ["@@ -1,2 +9,2 @@\n a\n-b\n+c", "@@ -5 +5 @@\n a\n@@ -1 +1 @@\n b"])
def test_a_patch_of_another_content_tells_nothing_of_what_was_before(patch: str) -> None:
    assert text_before(b"a\nb\n", patch) is None


def test_text_that_looks_like_a_header_is_text() -> None:
    hunks = hunks_of("@@ -1,2 +1,4 @@\n a\n+@@ -1 +900 @@\n+-- a/x\n b")
    assert [(hunk.first, hunk.last) for hunk in hunks] == [(1, 4)]


def test_a_file_that_is_new_is_one_hunk() -> None:
    assert added_ranges(hunks_of("@@ -0,0 +1,2 @@\n+a\n+b")) == (LineRange(1, 2),)


def test_a_file_that_lost_lines_has_no_added_ones() -> None:
    assert added_ranges(hunks_of("@@ -1,2 +0,0 @@\n-a\n-b")) == ()


LINES = st.lists(st.sampled_from(["a", "b", "", "@@ -1 +1 @@", "- x", "+ y", "c\r", "\\ No newline"]), max_size=14)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=LINES, after=LINES)
def test_git_counts_the_same_lines(tmp_path: Path, before: list[str], after: list[str]) -> None:
    for name, lines in (("before", before), ("after", after)):
        (tmp_path / name).write_bytes("".join(f"{line}\n" for line in lines).encode())
    command = ["git", "diff", "--no-index", "--no-color", "before", "after"]
    diff = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout.decode()
    patch = diff[diff.find("\n@@") + 1 :] if "\n@@" in diff else ""
    hunks = hunks_of(patch)
    old, new = ((tmp_path / name).read_bytes() for name in ("before", "after"))
    told = text_before(new, patch)
    assert told is not None and told.rstrip(b"\n") == old.rstrip(b"\n")
    for each in added_ranges(hunks):
        assert anchored(hunks, each.start, each.start)
    # Every line is in the diff's context or equal in both: what is left out is the same at its place.
    total = sum(len(hunk.added) for hunk in hunks)
    numstat = subprocess.run([*command[:2], "--numstat", *command[2:]], cwd=tmp_path, capture_output=True, check=False)
    assert total == int((numstat.stdout.split() or [b"0"])[0])
