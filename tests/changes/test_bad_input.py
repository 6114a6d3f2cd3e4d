"""Bad input: one clear line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fimbot.changes import Selection, open_repository, read_changes, split_revision
from fimbot.errors import FimbotError, GitError, UsageError
from tests.changes.conftest import Sandbox

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


def complaint(repo: Sandbox, revision: str | None = None, **options: bool) -> str:
    with pytest.raises(FimbotError) as caught:
        repo.changes(revision, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"^not a Git repository: .*"):
        open_repository(tmp_path)


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="cannot change to"):
        open_repository(tmp_path / "nowhere")


def test_a_bare_repository(tmp_path: Path) -> None:
    bare = Sandbox(tmp_path / "bare", "--bare")
    with pytest.raises(GitError, match="has no working tree"):
        bare.open()


def test_inside_of_the_git_directory(repo: Sandbox) -> None:
    with pytest.raises(GitError, match="has no working tree here"):
        repo.open(".git")


@posix
def test_a_damaged_repository(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    repo.write(".git/index", b"damaged")
    assert complaint(repo, "HEAD").startswith("git ls-files: ")


def test_a_broken_configuration(repo: Sandbox) -> None:
    repo.write(".git/config", "[core\n")
    with pytest.raises(GitError, match="bad config line 1"):
        repo.open()


def test_a_repository_of_somebody_else(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitError, match=r"belongs to another user: run `git config --global --add safe.directory"):
        repo.open()


def test_no_commits_and_nothing_staged(repo: Sandbox) -> None:
    assert complaint(repo).startswith("there are no commits yet and nothing is staged")
    assert repo.changes(staged=True) == []
    assert repo.changes(all_files=True) == []
    assert complaint(repo, "HEAD") == "unknown revision 'HEAD': there are no commits yet"


@pytest.mark.parametrize(
    "revision",
    [
        "nosuch",
        "nosuch..HEAD",
        "HEAD...nosuch",
        "deadbeef",
        "-x",
        "--all",
        "--output=x",
        "",
        " ",
        "a b",
        "HEAD:a.py",
        "^",
        "x" * 5000,
        "HEAD\n",
        "\udcff",
        "..nosuch",
        "nosuch^!",
        "HEAD@{99}",
    ],
    ids=ascii,
)
def test_unknown_revisions(repo: Sandbox, revision: str) -> None:
    repo.commit(a_py="x\n")
    before = sorted(repo.root.iterdir())
    message = complaint(repo, revision)
    assert "unknown revision" in message or "neither a commit nor a tree" in message
    assert sorted(repo.root.iterdir()) == before


def test_a_nul_in_a_revision(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    assert "does not take this argument" in complaint(repo, "a\0b")


def test_before_the_first_commit_of_the_history(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    for revision in ("HEAD~1", "HEAD^", "main~3^2", "HEAD~1..HEAD"):
        assert "does not go back that far" in complaint(repo, revision)
    # `--all` alone would help nobody: what is empty and not new is only reported.
    assert "HEAD^! is what HEAD itself brought" in complaint(repo, "HEAD~1")
    assert "main^! is what main itself brought" in complaint(repo, "main~3")


def test_a_shallow_clone_says_how_to_get_the_rest(repo: Sandbox, tmp_path: Path) -> None:
    for n in range(3):
        repo.commit(a_py=f"{n}\n")
    first = repo.git("rev-parse", "HEAD~2")
    repo.git("clone", "-q", "--depth=1", repo.root.as_uri(), str(tmp_path / "clone"))
    clone = Sandbox.__new__(Sandbox)
    clone.root = tmp_path / "clone"
    for revision in ("HEAD~1", first, "origin/topic"):
        message = complaint(clone, revision)
        assert "shallow clone" in message
        assert "git fetch --unshallow" in message


def test_no_merge_base(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    repo.git("switch", "-q", "--orphan", "island")
    repo.commit(b_py="x\n")
    assert complaint(repo, "main...island") == "main and island have no merge base"


def test_what_makes_no_sense_together(repo: Sandbox) -> None:
    repo.commit(a_py="x\n")
    with pytest.raises(UsageError, match="takes no range"):
        repo.changes("HEAD..HEAD", staged=True)
    with pytest.raises(UsageError, match="takes no --all"):
        repo.changes("HEAD", staged=True, all_files=True)


def test_git_is_missing(repo: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repo.commit(a_py="x\n")
    opened = repo.open()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git was not found"):
        repo.open()
    with pytest.raises(GitError, match="git was not found"):
        list(read_changes(opened, Selection("HEAD"), max_file_bytes=1))


# REVISION or PATH


@pytest.fixture
def words(repo: Sandbox) -> Sandbox:
    repo.commit(a_py="x\n", b_py="x\n")
    repo.commit()
    repo.git("branch", "topic")
    repo.git("branch", "both")
    repo.write("both", "x")
    repo.write("d/c.py", "x")
    return repo


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([], (None, ())),
        (["--"], (None, ())),
        (["HEAD"], ("HEAD", ())),
        (["topic", "a.py", "b.py"], ("topic", ("a.py", "b.py"))),
        (["HEAD~1..", "a.py"], ("HEAD~1..", ("a.py",))),
        (["a.py", "topic.py*"], (None, ("a.py", "topic.py*"))),
        (["*.py"], (None, ("*.py",))),
        ([":(exclude)a.py"], (None, (":(exclude)a.py",))),
        (["d"], (None, ("d",))),
        ([".."], (None, ("..",))),
        (["both", "--"], ("both", ())),
        (["--", "both"], (None, ("both",))),
        (["topic", "--", "gone.py", "--", "-x"], ("topic", ("gone.py", "--", "-x"))),
        (["--", "HEAD"], (None, ("HEAD",))),
        (["HEAD^!", "d"], ("HEAD^!", ("d",))),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_words_are_told_apart_as_git_does(
    words: Sandbox, line: list[str], expected: tuple[str | None, tuple[str, ...]]
) -> None:
    assert split_revision(words.open(), line) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["both"], "'both' is both a revision and a path"),
        (["HEAD", "topic"], "write `HEAD..topic`"),
        (["HEAD", "topic", "--"], "write `HEAD..topic`"),
        (["nosuch"], "unknown revision 'nosuch', nor is it a path here"),
        (["HEAD~9"], "does not go back that far"),
        (["HEAD", "nosuch.py"], "unknown path 'nosuch.py'"),
        (["a.py", "HEAD"], "unknown path 'HEAD'"),
        (["-x"], "unknown revision '-x'"),
        ([""], "unknown revision ''"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_words_that_cannot_be_told_apart(words: Sandbox, line: list[str], message: str) -> None:
    with pytest.raises(FimbotError) as caught:
        split_revision(words.open(), line)
    assert message in str(caught.value)
