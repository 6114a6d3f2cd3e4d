"""A patch of edits is what `git apply` takes, and gives exactly the edited bytes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.patches.unified import unified_patch
from fimbot.values import Edit, apply_edits


def git_apply(directory: Path, path: str, before: bytes, patch: bytes) -> bytes:
    """The file after the real `git apply`, without whatever the machine's git is configured to do."""
    file = directory / os.fsdecode(path.encode("utf-8", "surrogateescape"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before)
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=directory,
        input=patch,
        capture_output=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": str(directory.parent)},
        check=False,
    )
    assert done.returncode == 0, (done.stderr, patch)
    return file.read_bytes()


def test_no_edits_give_no_patch() -> None:
    assert unified_patch("a.py", b"a\n", []) == b""


def test_an_edit_that_changes_nothing_gives_no_patch() -> None:
    assert unified_patch("a.py", b"a\nb\n", [Edit(2, 3, b"b")]) == b""


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply_edits(b"abcdef", [Edit(0, 3, b"x"), Edit(2, 4, b"y")])


CASES = {
    "one line replaced": (b"a\nb\nc\n", [Edit(2, 3, b"x")]),
    "lines put in between": (b"a\nb\n", [Edit(2, 2, b"new\n")]),
    "at the very beginning": (b"a\n", [Edit(0, 0, b"import re\n")]),
    "into an empty file": (b"", [Edit(0, 0, b"x\n")]),
    "no newline at the end, before and after": (b"a\nb", [Edit(2, 3, b"x\ny")]),
    "after a last line without an end": (b"def f():", [Edit(8, 8, b"\n    return 1")]),
    "crlf": (b"a {\r\n}\r\n", [Edit(5, 5, b"  b;\r\n")]),
    "carriage returns and form feeds inside lines": (b"a\rb\x0cc\nd\n", [Edit(6, 7, b"e\rf")]),
    "invalid utf-8": (b"caf\xe9\nb\n", [Edit(5, 6, b"\xff")]),
    "a byte order mark": (b"\xef\xbb\xbfa\nb\n", [Edit(5, 6, b"x")]),
    "two edits far apart": (
        b"".join(b"%d\n" % n for n in range(40)),
        [Edit(0, 0, b"import re\n"), Edit(60, 62, b"x\ny")],
    ),
    "two edits on one line": (b"a b c\n", [Edit(0, 1, b"x"), Edit(4, 5, b"y")]),
    "two edits on neighbouring lines": (b"a\nb\nc\n", [Edit(0, 1, b"x"), Edit(2, 3, b"y")]),
}


@pytest.mark.parametrize(("before", "edits"), CASES.values(), ids=CASES.keys())
def test_git_applies_it_to_the_same_bytes(tmp_path: Path, before: bytes, edits: list[Edit]) -> None:
    assert git_apply(tmp_path, "a.py", before, unified_patch("a.py", before, edits)) == apply_edits(before, edits)


NAMES = [
    "with space.py",
    'quo"te.py',
    "tab\there.py",
    "new\nline.py",
    "ünï.py",
    "caf\udce9.py",
    "back\\slash.py",
    "deep/er/x.py",
]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", NAMES)
def test_odd_names(tmp_path: Path, name: str) -> None:
    before, edits = b"a\nb\n", [Edit(2, 3, b"x")]
    assert git_apply(tmp_path, name, before, unified_patch(name, before, edits)) == b"a\nx\n"


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    piece = st.sampled_from([b"\n", b"\r\n", b"a", b"b", b" ", b"\t", b"\r", b"\xff", b"- ", b"+"])
    before = b"".join(draw(st.lists(piece, max_size=60)))
    cuts = sorted(draw(st.lists(st.integers(0, len(before)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = [Edit(start, end, b"".join(draw(st.lists(piece, max_size=8)))) for start, end in pairs]
    return before, edits


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edited())
def test_whatever_the_edits_git_gives_the_edited_bytes(tmp_path: Path, case: tuple[bytes, list[Edit]]) -> None:
    before, edits = case
    after = apply_edits(before, edits)
    patch = unified_patch("a.txt", before, edits)
    if patch and after and before:  # git writes an emptied or a first line's file as a deletion or a creation
        assert git_apply(tmp_path, "a.txt", before, patch) == after
    elif not patch:
        assert before == after
