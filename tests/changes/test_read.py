"""What is in a change, and what is not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.changes import Selection, changed_lines, open_blobs
from fimbot.changes.diff import DiffOutput
from fimbot.values import WHOLE_FILE, FileChange, LineRange, SkippedFile
from tests.changes.conftest import MAX_BYTES, Sandbox

BODY = "".join(f"line {n}\n" for n in range(1, 11))
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs file names or modes that Windows does not have")


def test_nothing_changed(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    assert repo.changes() == []
    assert repo.changes("HEAD") == []
    assert repo.changes(staged=True) == []


def test_only_deletions_add_nothing(repo: Sandbox) -> None:
    repo.commit(a_py=BODY, b_py=BODY)
    repo.write("a.py", BODY.replace("line 5\n", ""))
    (repo.root / "b.py").unlink()
    assert repo.added() == {"a.py": []}


@pytest.mark.parametrize(
    ("gone", "deleted"),
    [
        pytest.param((1,), (0,), id="the first line"),
        pytest.param((5, 6), (4,), id="lines in the middle"),
        pytest.param((3, 10), (2, 8), id="several, and the last one"),
        pytest.param(range(1, 11), (0,), id="all of them"),
    ],
)
def test_where_lines_were_only_deleted(repo: Sandbox, gone: Iterable[int], deleted: tuple[int, ...]) -> None:
    """The lines of the new file behind which they stood, and what the file was before."""
    repo.commit(a_py=BODY)
    old = repo.git("rev-parse", "HEAD:a.py")
    lines = BODY.splitlines(keepends=True)
    repo.write("a.py", "".join(line for number, line in enumerate(lines, 1) if number not in gone))
    (change,) = repo.changes()
    assert isinstance(change, FileChange)
    assert (change.added, change.deleted, change.old_blob) == ((), deleted, old)


def test_what_was_replaced_was_not_only_deleted(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.write("a.py", BODY.replace("line 5\nline 6\n", "5\n").replace("line 8\n", ""))
    (change,) = repo.changes()
    assert isinstance(change, FileChange)
    assert (change.added, change.deleted) == ((LineRange(5, 5),), (6,))


def test_the_old_content_is_read_under_its_old_name(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.git("mv", "a.py", "b.py")
    repo.write("b.py", BODY.replace("line 5\n", ""))
    repo.write("new.py", "x\n")
    repo.git("add", "-A")
    selection = Selection(staged=True)
    with open_blobs(repo.open(), selection, max_file_bytes=MAX_BYTES) as blobs:
        old = {c.path: blobs.read_old(c) for c in repo.changes(staged=True) if isinstance(c, FileChange)}
    assert old == {"b.py": BODY.encode(), "new.py": None}


def test_every_line_of_a_change(repo: Sandbox) -> None:
    repo.commit(a_py=BODY, b_py="gone\n")
    repo.write("a.py", BODY.replace("line 5\n", "5\n"))
    repo.git("rm", "-q", "b.py")
    repo.git("add", "-A")
    found = list(changed_lines(repo.open(), Selection(staged=True)))
    assert found == [b"-line 5\n", b"+5\n", b"-gone\n"]


def test_untracked_files_are_not_part_of_it(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.write("new.py", BODY)
    assert repo.changes() == []


def test_without_a_revision_the_staged_change_comes_first(repo: Sandbox) -> None:
    repo.commit(a_py=BODY, b_py=BODY)
    repo.write("b.py", BODY + "unstaged\n")
    assert repo.added() == {"b.py": [(11, 11)]}
    repo.write("a.py", "staged\n" + BODY)
    repo.git("add", "a.py")
    (change,) = repo.changes()
    blob = repo.git("rev-parse", ":a.py")
    assert change == FileChange(
        "a.py", (LineRange(1, 1),), blob, "index", 0o100644, old_blob=repo.git("rev-parse", "HEAD:a.py")
    )


def test_the_working_tree_has_no_blob(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.write("a.py", BODY + "x\n")
    old = repo.git("rev-parse", "HEAD:a.py")
    assert repo.changes() == [FileChange("a.py", (LineRange(11, 11),), "", "worktree", 0o100644, old_blob=old)]


def test_a_file_that_was_only_announced_is_not_staged(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.write("new.py", "x\n")
    repo.git("add", "-N", "new.py")
    (change,) = repo.changes()
    assert isinstance(change, FileChange)
    assert (change.path, change.origin) == ("new.py", "worktree")


def test_several_hunks(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.write("a.py", "0\n" + BODY.replace("line 5\n", "5a\n5b\n").replace("line 8\n", ""))
    assert repo.added() == {"a.py": [(1, 1), (6, 7)]}


def test_a_revision_is_compared_with_the_working_tree(repo: Sandbox) -> None:
    first = repo.commit(a_py=BODY)
    repo.commit(a_py=BODY + "committed\n")
    repo.write("a.py", BODY + "committed\nunstaged\n")
    assert repo.added("HEAD~1") == {"a.py": [(11, 12)]}
    assert repo.added(first[:8]) == {"a.py": [(11, 12)]}
    assert repo.added("HEAD") == {"a.py": [(12, 12)]}


def test_the_index_against_a_revision(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.commit(a_py=BODY + "committed\n")
    repo.write("a.py", BODY + "committed\nstaged\n")
    repo.git("add", "a.py")
    repo.write("a.py", BODY + "committed\nstaged\nunstaged\n")
    assert repo.added(staged=True) == {"a.py": [(12, 12)]}
    assert repo.added("HEAD~1", staged=True) == {"a.py": [(11, 12)]}


@pytest.fixture
def forked(repo: Sandbox) -> Sandbox:
    """main: base, main.py; topic: base, topic.py twice."""
    repo.commit(base_py=BODY)
    repo.git("switch", "-q", "-c", "topic")
    repo.commit(topic_py="one\n")
    repo.commit(topic_py="one\ntwo\n")
    repo.git("switch", "-q", "main")
    repo.commit(main_py="main\n")
    return repo


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("main..topic", {"topic.py": [(1, 2)]}),
        ("topic..main", {"main.py": [(1, 1)]}),
        ("main...topic", {"topic.py": [(1, 2)]}),
        ("..topic", {"topic.py": [(1, 2)]}),
        ("...topic", {"topic.py": [(1, 2)]}),
        ("topic..", {"main.py": [(1, 1)]}),
        ("topic...", {"main.py": [(1, 1)]}),
        ("topic~1..topic", {"topic.py": [(2, 2)]}),
        ("topic^!", {"topic.py": [(2, 2)]}),
        ("topic^{/a commit}^..topic", {"topic.py": [(2, 2)]}),
    ],
)
def test_a_range_is_read_at_its_end(forked: Sandbox, revision: str, expected: dict[str, list[tuple[int, int]]]) -> None:
    forked.write("base.py", "unstaged\n")
    assert forked.added(revision) == expected
    assert {change.origin for change in forked.changes(revision) if isinstance(change, FileChange)} == {"commit"}


def test_the_first_commit_as_a_range(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    assert repo.added("HEAD^!") == {"a.py": [(1, 1)]}


def test_before_the_first_commit_everything_staged_is_new(repo: Sandbox) -> None:
    repo.write("a.py", BODY)
    repo.git("add", "a.py")
    assert repo.added() == {"a.py": [(1, 10)]}
    assert repo.added(staged=True) == {"a.py": [(1, 10)]}


def test_whole_files(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    repo.commit(b_py=BODY)
    repo.write("b.py", "other\n")
    repo.write("untracked.py", BODY)
    (repo.root / "a.py").unlink()
    assert repo.changes(all_files=True) == [FileChange("b.py", (WHOLE_FILE,), "", "worktree", 0o100644)]
    blob = repo.git("rev-parse", "HEAD~1:a.py")
    assert repo.changes("HEAD~1", all_files=True) == [FileChange("a.py", (WHOLE_FILE,), blob, "commit", 0o100644)]
    assert [c.path for c in repo.changes(staged=True, all_files=True)] == ["a.py", "b.py"]


def test_a_rename_adds_only_what_changed(repo: Sandbox) -> None:
    repo.commit(old_py=BODY)
    repo.git("mv", "old.py", "new name.py")
    repo.write("new name.py", BODY + "x\n")
    repo.git("add", "-A")
    (change,) = repo.changes()
    assert isinstance(change, FileChange)
    assert (change.path, change.old_path, change.added) == ("new name.py", "old.py", (LineRange(11, 11),))


@posix
def test_a_file_that_was_a_link_is_new(repo: Sandbox) -> None:
    (repo.root / "a.py").symlink_to("nowhere")
    repo.commit()
    (repo.root / "a.py").unlink()
    repo.write("a.py", "x\ny\n")
    repo.git("add", "-A")
    assert repo.added() == {"a.py": [(1, 2)]}


@posix
def test_links_and_submodules_are_skipped_by_mode(repo: Sandbox, tmp_path: Path) -> None:
    other = Sandbox(tmp_path / "other")
    other.commit(x_py="x\n")
    repo.commit(a_py="x\n")
    (repo.root / "link.py").symlink_to("a.py")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "sub.py")
    repo.git("add", "-A")
    assert repo.skipped() == {"link.py": "symbolic link", "sub.py": "submodule"}
    assert repo.skipped(all_files=True) == {"link.py": "symbolic link", "sub.py": "submodule"}


def test_a_conflict_is_skipped(forked: Sandbox) -> None:
    forked.commit(base_py="ours\n")
    forked.git("switch", "-q", "topic")
    forked.commit(base_py="theirs\n")
    with pytest.raises(Exception, match="git"):
        forked.git("merge", "-q", "main")
    assert forked.skipped(staged=True) == {"base.py": "unresolved merge conflict"}
    assert forked.skipped(all_files=True) == {"base.py": "unresolved merge conflict"}
    # git calls it modified there, with its conflict markers for content.
    assert forked.skipped("HEAD") == {"base.py": "unresolved merge conflict"}


@pytest.mark.parametrize("origin", ["index", "worktree", "commit"])
def test_binary_and_large_files_are_skipped_with_the_reason(repo: Sandbox, origin: str) -> None:
    repo.commit(nul_py="x\n", big_py="x\n", ok_py="x\n", attribute_py="x\n", forced_py="x\n")
    repo.write("nul.py", b"a\0b\n")
    repo.write("big.py", "x = 1\n" * 2000)
    repo.write("ok.py", "x\ny\n")
    repo.write("attribute.py", "x\ny\n")
    repo.write(".git/info/attributes", "attribute.py -diff\n")
    if origin != "worktree":
        repo.git("add", "-A")
    if origin == "commit":
        repo.commit()
    revision = {"index": None, "worktree": "HEAD", "commit": "HEAD^!"}[origin]
    assert repo.skipped(revision) == {
        "attribute.py": "binary",
        "big.py": "larger than 10,000 bytes",
        "nul.py": "binary",
    }
    assert [c.path for c in repo.changes(revision) if isinstance(c, FileChange)] == ["ok.py"]


NAMES = [
    "with space.py",
    " leading and trailing .py ",
    "ümläut/日本語.py",
    "a b/c b/d.py",
]
POSIX_NAMES = [
    'quote".py',
    "back\\slash.py",
    "tab\t.py",
    "new\nline.py",
    "bell\a\b\v\f\r.py",
    "undecodable \udcff\udc80.py",
    "ends in tab.py\t",
    "-dash.py",
    ":colon.py",
    "[id]*.py",
    "diff --git a b/x\n+++ b/y.py",
]


@pytest.mark.parametrize("name", NAMES + [pytest.param(name, marks=posix) for name in POSIX_NAMES], ids=ascii)
@pytest.mark.parametrize("renamed", [False, True], ids=["changed", "renamed"])
def test_names_of_every_kind(repo: Sandbox, name: str, renamed: bool) -> None:
    repo.write("old.py" if renamed else name, BODY)
    repo.commit(plain_py="x\n")
    if renamed:
        (repo.root / "old.py").unlink()
    repo.write(name, BODY + "x\n")
    repo.git("add", "-A")
    assert repo.added() == {name: [(11, 11)]}
    (change,) = repo.changes()
    assert isinstance(change, FileChange)
    assert change.old_path == ("old.py" if renamed else None)
    repo.commit()
    assert repo.added("HEAD^!") == {name: [(11, 11)]}
    assert name in [c.path for c in repo.changes(all_files=True)]


@posix
@pytest.mark.parametrize("name", ['quote".py', "a b/c b/d.bin", "plain"])
def test_a_binary_file_is_named_although_it_has_no_hunk(repo: Sandbox, name: str) -> None:
    repo.write(name, b"\0")
    repo.commit()
    repo.write(name, b"\0\0")
    assert repo.skipped() == {name: "binary"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a\r\nb\r\n", [(1, 2)]),
        ("a\rb\rc\n", [(1, 1)]),
        ("a\fb\vc\x1cd\x85e\u2028f\n", [(1, 1)]),
        ("+++ b/x\n--- a/x\n@@ -1 +1 @@\ndiff --git a/x b/x\n", [(1, 4)]),
        ("no newline at the end", [(1, 1)]),
        (b"\xff\xfelatin \xe9\n", [(1, 1)]),
        ("\ufeffbom\n", [(1, 1)]),
        ("x" * 9_000, [(1, 1)]),
        ("", []),
    ],
    ids=["CRLF", "CR", "other separators", "looks like a diff", "no newline", "not UTF-8", "BOM", "one line", "empty"],
)
def test_lines_end_at_line_feeds_only(repo: Sandbox, content: str | bytes, expected: list[tuple[int, int]]) -> None:
    repo.commit()
    repo.write("a.py", content)
    repo.git("add", "-A")
    assert repo.added() == ({"a.py": expected} if expected else {})


def test_removed_lines_that_look_like_headers(repo: Sandbox) -> None:
    repo.commit(a_py="-- a/x\n++ b/x\n@@ -1 +1 @@\n" + BODY)
    repo.write("a.py", BODY + "x\n")
    assert repo.added() == {"a.py": [(11, 11)]}


def test_paths_are_relative_to_where_the_user_stands(repo: Sandbox) -> None:
    repo.commit()
    for path in ("a.py", "d/a.py", "d/b.js", "d/e/c.py"):
        repo.write(path, "x\n")
    repo.git("add", "-A")
    assert list(repo.added(None, "a.py", at="d")) == ["d/a.py"]
    assert list(repo.added(None, "*.py", at="d")) == ["d/a.py", "d/e/c.py"]
    assert list(repo.added(None, "e", "../a.py", at="d")) == ["a.py", "d/e/c.py"]
    assert list(repo.added(None, ":(exclude)*.py")) == ["d/b.js"]
    assert list(repo.added(at="d")) == ["a.py", "d/a.py", "d/b.js", "d/e/c.py"]
    repo.commit()
    assert list(repo.added(None, "e", at="d", all_files=True)) == ["d/e/c.py"]
    assert list(repo.added("HEAD", "*.js", at="d", all_files=True)) == ["d/b.js"]
    assert len(repo.added(at="d", all_files=True)) == 4


def test_a_path_that_leads_out_of_the_repository_is_not_followed(repo: Sandbox) -> None:
    repo.commit()
    blob = repo.git("hash-object", "-w", "--stdin", input=b"x\n")
    inner = repo.git("mktree", input=f"100644 blob {blob}\tevil.py".encode())
    tree = repo.git("mktree", input=f"040000 tree {inner}\t..\n040000 tree {inner}\t.GIT".encode())
    commit = repo.git("commit-tree", "-p", "HEAD", "-m", "evil", tree)
    assert repo.skipped(f"HEAD..{commit}") == {
        "../evil.py": "its path leads out of the repository",
        ".GIT/evil.py": "its path leads out of the repository",
    }


def test_a_linked_worktree(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit(a_py=BODY)
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Sandbox.__new__(Sandbox)
    linked.root = tmp_path / "linked"
    linked.write("a.py", BODY + "x\n")
    assert linked.added() == {"a.py": [(11, 11)]}
    assert repo.changes() == []
    patches = linked.open().git_path("fimbot/patches")
    assert patches == repo.root / ".git/worktrees/linked/fimbot/patches"
    assert repo.open().git_path("fimbot/patches") == repo.root / ".git/fimbot/patches"


def test_a_repository_with_sha256(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path / "sha256", "--object-format=sha256")
    repo.write("a.py", BODY)
    repo.git("add", "-A")
    assert repo.added() == {"a.py": [(1, 10)]}
    repo.commit()
    repo.commit(a_py=BODY + "x\n")
    assert repo.added("HEAD^!") == {"a.py": [(11, 11)]}


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "absolute"])
def test_the_index_of_a_commit_in_progress(repo: Sandbox, monkeypatch: pytest.MonkeyPatch, relative: bool) -> None:
    """`git commit FILE` runs its hooks with GIT_INDEX_FILE at an index of its own."""
    repo.commit(a_py=BODY)
    repo.write("a.py", BODY + "x\n")
    index = ".git/next-index-1.lock" if relative else str(repo.root / ".git/next-index-1.lock")
    with monkeypatch.context() as patched:
        patched.setenv("GIT_INDEX_FILE", index)
        repo.git("read-tree", "HEAD")
        repo.git("add", "a.py")
        (change,) = repo.changes(staged=True)
        assert isinstance(change, FileChange)
        assert (change.origin, change.added) == ("index", (LineRange(11, 11),))
        assert list(repo.added()) == ["a.py"]
    assert repo.changes(staged=True) == []


def test_nothing_is_written_to_the_index(repo: Sandbox) -> None:
    repo.commit(a_py=BODY)
    index = repo.root / ".git/index"
    before = index.read_bytes(), index.stat().st_mtime_ns
    os.utime(repo.root / "a.py", (1, 1))
    assert repo.changes() == []
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=st.lists(st.sampled_from("abc+-@ "), max_size=12), new=st.lists(st.sampled_from("abc+-@ "), max_size=12))
def test_the_added_lines_and_only_they_are_new(repo: Sandbox, old: list[str], new: list[str]) -> None:
    """Without its added lines, the new file is what of the old one was kept, in order."""
    repo.commit(a_py="".join(f"{line}\n" for line in old))
    repo.commit(a_py="".join(f"{line}\n" for line in new))
    ranges = repo.added("HEAD~1..HEAD").get("a.py", [])
    kept = [line for n, line in enumerate(new, 1) if not any(start <= n <= end for start, end in ranges)]
    rest = iter(old)
    assert all(line in rest for line in kept)


def test_a_diff_that_was_cut_off_is_an_error() -> None:
    from fimbot.errors import GitError

    lines = [b"\0diff --git a/x b/x\n", b"--- a/x\n", b"+++ b/x\n", b"@@ -0,0 +1,3 @@\n", b"+1\n"]
    output = DiffOutput(lines)
    assert list(output.records()) == []
    with pytest.raises(GitError, match="cannot be read"):
        list(output.sections())


def test_skipped_is_a_value(repo: Sandbox) -> None:
    repo.commit(a_py="x")
    repo.write("a.py", b"\0")
    assert repo.changes() == [SkippedFile("a.py", "binary")]


@pytest.mark.parametrize("hunks", [9_999, 10_000, 10_001, 20_001])
def test_more_hunks_than_are_parsed_at_a_time(hunks: int) -> None:
    def stream() -> Iterator[bytes]:
        for name in (b"a", b"b"):
            yield b"%sdiff --git a/%s b/%s\n--- a/%s\n" % (b"\0" if name == b"a" else b"", name, name, name)
            yield b"+++ b/%s\n" % name
            for n in range(hunks):
                yield b"@@ -%d +%d @@\n" % (2 * n + 1, 2 * n + 1)
                yield b"-old\n"
                yield b"+new\n"

    lines = (line + b"\n" for piece in stream() for line in piece.splitlines())
    output = DiffOutput(lines)
    assert list(output.records()) == []
    expected = tuple(LineRange(2 * n + 1, 2 * n + 1) for n in range(hunks))
    assert [(section.path, section.added) for section in output.sections()] == [("a", expected), ("b", expected)]
