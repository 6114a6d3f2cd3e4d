"""The content that the lines of a change belong to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from fimbot.changes import Blobs, Selection, generated_paths, list_paths, open_blobs, read_changes
from fimbot.changes.paths import leaves_repository
from fimbot.errors import GitError
from fimbot.values import WHOLE_FILE, FileChange, SkippedFile
from tests.changes.conftest import MAX_BYTES, Sandbox

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links or FIFOs")


def selection(revision: str | None, options: dict[str, bool]) -> Selection:
    return Selection(revision, options.get("staged", False), options.get("all_files", False))


@contextmanager
def blobs_of(repo: Sandbox, revision: str | None = None, **options: bool) -> Iterator[Blobs]:
    with open_blobs(repo.open(), selection(revision, options), max_file_bytes=MAX_BYTES) as blobs:
        yield blobs


def contents(repo: Sandbox, revision: str | None = None, **options: bool) -> dict[str, bytes | SkippedFile]:
    with blobs_of(repo, revision, **options) as blobs:
        changes = read_changes(repo.open(), selection(revision, options), max_file_bytes=MAX_BYTES)
        return {change.path: blobs.read(change) for change in changes if isinstance(change, FileChange)}


@pytest.fixture
def three_states(repo: Sandbox) -> Sandbox:
    """a.py differs in HEAD, in the index and on disk."""
    repo.commit(a_py="base\n", other_py="other\n")
    repo.commit(a_py="base\ncommit\n")
    repo.write("a.py", "base\ncommit\nindex\n")
    repo.git("add", "a.py")
    repo.write("a.py", "base\ncommit\nindex\ndisk\n")
    return repo


@pytest.mark.parametrize(
    ("revision", "options", "expected"),
    [
        (None, {}, b"base\ncommit\nindex\n"),
        (None, {"staged": True}, b"base\ncommit\nindex\n"),
        ("HEAD", {}, b"base\ncommit\nindex\ndisk\n"),
        ("HEAD~1..HEAD", {}, b"base\ncommit\n"),
        ("HEAD~1", {"all_files": True}, b"base\n"),
        (None, {"all_files": True}, b"base\ncommit\nindex\ndisk\n"),
        (None, {"all_files": True, "staged": True}, b"base\ncommit\nindex\n"),
    ],
)
def test_content_is_read_where_the_change_is(
    three_states: Sandbox, revision: str | None, options: dict[str, bool], expected: bytes
) -> None:
    assert contents(three_states, revision, **options)["a.py"] == expected
    with blobs_of(three_states, revision, **options) as blobs:
        assert blobs.read_path("a.py") == expected
        assert blobs.read_path("other.py") == b"other\n"
        assert blobs.paths() == ("a.py", "other.py")
    assert list(list_paths(three_states.open(), selection(revision, options))) == ["a.py", "other.py"]


def test_a_path_that_is_not_tracked_there(three_states: Sandbox) -> None:
    three_states.write("untracked.py", "x\n")
    with blobs_of(three_states) as blobs:
        assert blobs.read_path("untracked.py") == SkippedFile("untracked.py", "not tracked by git")
        assert blobs.read_path("../../etc/passwd") == SkippedFile("../../etc/passwd", "not tracked by git")


@pytest.mark.parametrize("content", [b"", b"\n", b"a\r\nb", b"\xff\xfe\xe9", b"x" * MAX_BYTES], ids=len)
@pytest.mark.parametrize("revision", [None, "HEAD^!", "HEAD~1"])
def test_bytes_are_exact(repo: Sandbox, content: bytes, revision: str | None) -> None:
    repo.commit()
    repo.write("z.py", b"more\n")
    repo.write("a.py", content)
    if revision:
        repo.commit()
    else:
        repo.git("add", "-A")
    with blobs_of(repo, revision) as blobs:
        assert blobs.read_path("a.py") == content
        assert blobs.read_path("z.py") == b"more\n"


@pytest.mark.parametrize("revision", ["HEAD", None])
def test_large_and_binary_files_do_not_disturb_the_next_answer(repo: Sandbox, revision: str | None) -> None:
    repo.commit(a_py=b"x" * (MAX_BYTES + 1), b_py=b"a\0b", c_py="ok\n", d_py=b"x" * 3_000_000)
    with blobs_of(repo, revision, all_files=True) as blobs:
        assert blobs.read_path("a.py") == SkippedFile("a.py", "larger than 10,000 bytes")
        assert blobs.read_path("d.py") == SkippedFile("d.py", "larger than 10,000 bytes")
        assert blobs.read_path("b.py") == SkippedFile("b.py", "binary")
        assert blobs.read_path("c.py") == b"ok\n"


def test_a_file_that_is_gone_meanwhile(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    change = FileChange("a.py", (WHOLE_FILE,), "", "worktree", 0o100644)
    with blobs_of(repo) as blobs:
        (repo.root / "a.py").unlink()
        assert blobs.read(change) == SkippedFile("a.py", "gone from the working tree")
        (repo.root / "a.py").mkdir()
        assert isinstance(blobs.read(change), SkippedFile)


def test_an_object_that_is_missing(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    with blobs_of(repo) as blobs:
        missing = blobs.read(FileChange("a.py", (WHOLE_FILE,), "1" * 40, "commit", 0o100644))
        assert missing == SkippedFile("a.py", "git has no such object (111111111111 is missing)")
        assert blobs.read_path("a.py") == b"x\n"


@posix
def test_no_link_is_followed(repo: Sandbox, tmp_path: Path) -> None:
    """Neither in the file's place nor above it, also where it was put there after the change was read."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.py").write_text("secret\n")
    repo.commit(a_py="x\n")
    repo.write("d/a.py", "x\n")
    repo.commit()
    change = FileChange("a.py", (WHOLE_FILE,), "", "worktree", 0o100644)
    below = FileChange("d/a.py", (WHOLE_FILE,), "", "worktree", 0o100644)
    with blobs_of(repo) as blobs:
        assert blobs.read(below) == b"x\n"
        (repo.root / "a.py").unlink()
        (repo.root / "a.py").symlink_to(secret / "a.py")
        (repo.root / "d/a.py").unlink()
        (repo.root / "d").rmdir()
        (repo.root / "d").symlink_to(secret)
        assert blobs.read(change) == SkippedFile("a.py", "symbolic link")
        assert blobs.read(below) == SkippedFile("d/a.py", "symbolic link")


@posix
def test_a_repository_that_is_reached_through_a_link(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit(a_py="x\n")
    (tmp_path / "link").symlink_to(repo.root)
    linked = Sandbox.__new__(Sandbox)
    linked.root = tmp_path / "link"
    assert contents(linked, all_files=True) == {"a.py": b"x\n"}


@posix
def test_a_fifo_in_the_files_place_is_not_waited_for(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    (repo.root / "a.py").unlink()
    os.mkfifo(repo.root / "a.py")
    with blobs_of(repo) as blobs:
        change = FileChange("a.py", (WHOLE_FILE,), "", "worktree", 0o100644)
        assert blobs.read(change) == SkippedFile("a.py", "not a regular file any more")


def test_several_threads_get_their_own_content(repo: Sandbox) -> None:
    for n in range(50):
        repo.write(f"{n}.py", f"{n}\n" * (n + 1))
    repo.commit()
    with blobs_of(repo, "HEAD", all_files=True) as blobs, ThreadPoolExecutor(8) as pool:
        names = [f"{n % 50}.py" for n in range(400)]
        read = list(pool.map(blobs.read_path, names))
    assert read == [(f"{n % 50}\n" * (n % 50 + 1)).encode() for n in range(400)]


def test_git_that_ends_is_an_error(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    with blobs_of(repo) as blobs:
        change = FileChange("a.py", (WHOLE_FILE,), repo.git("rev-parse", ":a.py"), "index", 0o100644)
    with pytest.raises(GitError, match="git cat-file stopped"):
        blobs.read(change)


def test_generated_files_by_attribute(repo: Sandbox) -> None:
    repo.write(
        ".gitattributes", "gen/** linguist-generated\n*.pb.go linguist-generated=true\nno.py -linguist-generated\n"
    )
    paths = ["gen/a b.py", "gen/ü.py", "x.pb.go", "no.py", "plain.py"]
    assert generated_paths(repo.open(), paths) == {"gen/a b.py", "gen/ü.py", "x.pb.go"}
    assert generated_paths(repo.open(), []) == frozenset()


def test_generated_files_from_below_the_root(repo: Sandbox) -> None:
    repo.write(".gitattributes", "/gen.py linguist-generated\n")
    repo.write("d/x.py", "x")
    assert generated_paths(repo.open("d"), ["gen.py", "d/gen.py"]) == {"gen.py"}


@pytest.mark.parametrize("path", ["a.py", "a/b.py", "...py", "a..b/c", ".github/x", ".gitignore", "x.git/y"])
def test_paths_inside(path: str) -> None:
    assert not leaves_repository(path)


@pytest.mark.parametrize("path", ["/a", "../a", "a/../b", "./a", "a//b", "", ".git/config", "a/.GIT/x", ".git./x"])
def test_paths_outside(path: str) -> None:
    assert leaves_repository(path)
