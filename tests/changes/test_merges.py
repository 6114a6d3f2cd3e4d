"""A merge's own change is what differs from each of its parents."""

from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from fimbot.changes import Selection, read_changes
from fimbot.changes.read import _common
from fimbot.values import FileChange, LineRange
from tests.changes.conftest import MAX_BYTES, Sandbox

BODY = "".join(f"line {n}\n" for n in range(1, 11))


def merging(repo: Sandbox) -> None:
    """A merge of `topic` (which added a file and a first line) into `main` (a last line), not committed yet."""
    repo.commit(a_py=BODY)
    repo.git("switch", "-q", "-c", "topic")
    repo.commit(a_py="theirs\n" + BODY, b_py=BODY)
    repo.git("switch", "-q", "main")
    repo.commit(a_py=BODY + "ours\n")
    subprocess.run(["git", "merge", "-q", "--no-commit", "topic"], cwd=repo.root, check=True, capture_output=True)


def own_change(repo: Sandbox) -> dict[str, list[tuple[int, int]]]:
    selection = Selection(staged=True, merged=("topic",))
    changes = list(read_changes(repo.open(), selection, max_file_bytes=MAX_BYTES))
    return {c.path: [(r.start, r.end) for r in c.added] for c in changes if isinstance(c, FileChange)}


def test_what_comes_from_either_side_is_not_the_merges_own(repo: Sandbox) -> None:
    merging(repo)
    assert repo.added(staged=True) == {"a.py": [(1, 1)], "b.py": [(1, 10)]}
    assert own_change(repo) == {}


def test_what_was_added_while_merging_is(repo: Sandbox) -> None:
    merging(repo)
    repo.write("a.py", "theirs\nmine\n" + BODY + "ours\nmine too\n")
    repo.write("c.py", BODY)
    repo.git("add", "-A")
    assert own_change(repo) == {"a.py": [(2, 2), (14, 14)], "c.py": [(1, 10)]}


def test_only_the_named_files(repo: Sandbox) -> None:
    repo.commit(a_py=BODY, b_py=BODY)
    for name in ("a.py", "b.py"):
        repo.write(name, BODY + "x\n")
    repo.git("add", "-A")
    selection = Selection(staged=True, files=frozenset({"b.py", "nosuch.py"}))
    assert [change.path for change in read_changes(repo.open(), selection, max_file_bytes=MAX_BYTES)] == ["b.py"]


ranges = st.lists(st.integers(1, 40), unique=True).map(
    lambda lines: tuple(LineRange(line, line + (line + 1 in lines)) for line in sorted(lines) if line - 1 not in lines)
)


@given(one=ranges, other=ranges)
def test_common_lines_are_those_of_both(one: tuple[LineRange, ...], other: tuple[LineRange, ...]) -> None:
    def lines(of: tuple[LineRange, ...]) -> set[int]:
        return {line for each in of for line in range(each.start, each.end + 1)}

    assert lines(_common(one, other)) == lines(one) & lines(other)
