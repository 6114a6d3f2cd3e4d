"""A real repository in a temporary directory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fimbot.changes import Repository, Selection, open_repository, read_changes
from fimbot.values import FileChange, SkippedFile

MAX_BYTES = 10_000


class Sandbox:
    def __init__(self, root: Path, *init: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *init)

    def git(self, *arguments: str, input: bytes | None = None) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, input=input, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / os.fsdecode(path.encode("utf-8", "surrogateescape"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, **files: str | bytes) -> str:
        """Everything there is, with the given files (`a_py` is a.py)."""
        for name, content in files.items():
            self.write(name.replace("_", "."), content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit")
        return self.git("rev-parse", "HEAD")

    def open(self, at: str = ".") -> Repository:
        return open_repository(self.root / at)

    def changes(
        self, revision: str | None = None, *paths: str, staged: bool = False, all_files: bool = False, at: str = "."
    ) -> list[FileChange | SkippedFile]:
        selection = Selection(revision, staged, all_files, paths)
        return list(read_changes(self.open(at), selection, max_file_bytes=MAX_BYTES))

    def added(
        self, revision: str | None = None, *paths: str, **options: bool | str
    ) -> dict[str, list[tuple[int, int]]]:
        """Path -> added line ranges; nothing may have been skipped."""
        changes = self.changes(revision, *paths, **options)  # type: ignore[arg-type]
        assert all(isinstance(change, FileChange) for change in changes), changes
        return {c.path: [(r.start, r.end) for r in c.added] for c in changes if isinstance(c, FileChange)}

    def skipped(self, revision: str | None = None, **options: bool) -> dict[str, str]:
        changes = self.changes(revision, **options)  # type: ignore[arg-type]
        return {change.path: change.reason for change in changes if isinstance(change, SkippedFile)}


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No configuration but that of the test, also where the tests run in a hook."""
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (home / ".gitconfig").write_text("[user]\nname = A\nemail = a@example.org\n[commit]\ngpgSign = false\n")
    yield


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path / "repo")
