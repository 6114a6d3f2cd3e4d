"""The content of files, from where the change was read: the index, a commit or the working tree."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from fimbot.changes.modes import unreadable
from fimbot.changes.paths import on_disk_name
from fimbot.changes.repository import Repository, text
from fimbot.changes.selection import Comparison, Selection, resolve
from fimbot.changes.tracked import TrackedFile, tracked_files
from fimbot.errors import GitError
from fimbot.values import FileChange, SkippedFile

# NONBLOCK: a FIFO put in the file's place would be waited for.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# IO_REPARSE_TAG_MOUNT_POINT, which `stat` has on Windows alone.
_JUNCTION = 0xA0000003
# As far as git looks for a NUL (buffer_is_binary in its xdiff-interface.c).
_BINARY_HEAD = 8000


class Blobs:
    """Reads changed files, and any other tracked file in the same state, for instance to look up a definition.

    May be used by several threads.
    """

    def __init__(
        self,
        repository: Repository,
        comparison: Comparison,
        max_file_bytes: int,
    ) -> None:
        self._repository = repository
        self._comparison = comparison
        self._max = max_file_bytes
        # What is read from the working tree needs no git; so it is started for the first object.
        self._git = ExitStack()
        self._pipes: tuple[BinaryIO, BinaryIO] | None = None
        self._over = False
        self._lock = threading.Lock()
        self._tracked: dict[str, TrackedFile] | None = None

    def read(self, change: FileChange) -> bytes | SkippedFile:
        """The bytes that `change.added` are lines of; or why there are none: too large, binary, gone."""
        return self._read(change.path, change.mode, change.blob if change.origin != "worktree" else "")

    def read_old(self, change: FileChange) -> bytes | None:
        """What the file was before the change; None where there was none, or it cannot be read."""
        if not change.old_blob:
            return None
        content = self._read(change.path, change.mode, change.old_blob)
        return None if isinstance(content, SkippedFile) else content

    def read_path(self, path: str) -> bytes | SkippedFile:
        """A tracked file in the state that the change was read in."""
        file = self._files().get(path)
        if file is None:
            return SkippedFile(path, "not tracked by git")
        return self._read(path, file.mode, file.blob if self._comparison.origin != "worktree" else "")

    def close(self) -> None:
        # Without the lock: a reader that waits for git is to be let go.
        self._over = True
        self._git.close()

    def paths(self) -> tuple[str, ...]:
        """Every tracked regular file, in git's order."""
        return tuple(self._files())

    def _files(self) -> dict[str, TrackedFile]:
        with self._lock:
            if self._tracked is None:
                files = tracked_files(self._repository, self._comparison)
                self._tracked = {file.path: file for file in files if unreadable(file.path, file.mode) is None}
            return self._tracked

    def _read(self, path: str, mode: int, blob: str) -> bytes | SkippedFile:
        if skipped := unreadable(path, mode):
            return skipped
        content = self._object(blob) if blob else _file(self._repository.root, path, self._max)
        if isinstance(content, str):
            return SkippedFile(path, content)
        if len(content) > self._max:
            return SkippedFile(path, too_large(self._max))
        if b"\0" in content[:_BINARY_HEAD]:
            return SkippedFile(path, "binary")
        return content

    def _object(self, blob: str) -> bytes | str:
        with self._lock:
            if self._over:
                raise GitError("git cat-file stopped")
            if self._pipes is None:
                self._pipes = self._git.enter_context(self._repository.conversation("cat-file", "--batch"))
            requests, answers = self._pipes
            try:
                requests.write(blob.encode("ascii") + b"\n")
                requests.flush()
                # "<name> blob <size>", or "<name> missing"
                name, _, size = answers.readline().decode("ascii").rpartition(" ")
            except (OSError, ValueError) as error:
                raise GitError(f"git cat-file stopped: {error}") from error
            if not name:
                raise GitError("git cat-file stopped")
            if not size.strip().isdigit():
                return f"git has no such object ({blob[:12]} is {size.strip()})"
            left = int(size)
            content = answers.read(left) if left <= self._max else self._drain(answers, left)
            answers.read(1)
            return content

    def _drain(self, answers: BinaryIO, left: int) -> str:
        while left and (piece := answers.read(min(left, 1 << 20))):
            left -= len(piece)
        return too_large(self._max)


@contextmanager
def open_blobs(repository: Repository, selection: Selection, *, max_file_bytes: int) -> Iterator[Blobs]:
    """One `git cat-file` for all objects, which ends with the block."""
    blobs = Blobs(repository, resolve(repository, selection), max_file_bytes)
    try:
        yield blobs
    finally:
        blobs.close()


def list_paths(repository: Repository, selection: Selection) -> Iterator[str]:
    """Tracked regular files in the state that `selection` reads, in git's order; `selection.paths` narrow it."""
    for file in tracked_files(repository, resolve(repository, selection), selection.paths):
        if unreadable(file.path, file.mode) is None:
            yield file.path


def generated_paths(repository: Repository, paths: Iterable[str], commit: str | None = None) -> frozenset[str]:
    """Those that .gitattributes call `linguist-generated`: those of a commit, or of the working tree."""
    request = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    if not request:
        return frozenset()
    if commit is None:
        answer = repository.run("check-attr", "-z", "--stdin", "linguist-generated", input=request)
    else:
        answer = _attributes_of(repository, commit, request)
    fields = answer.split(b"\0")
    return frozenset(
        text(path) for path, value in zip(fields[::3], fields[2::3], strict=False) if value in (b"set", b"true")
    )


def _attributes_of(repository: Repository, commit: str, request: bytes) -> bytes:
    """By way of an index of its own, since `check-attr --source` came with git 2.40 (Debian 12 has 2.39)."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="fimbot-index-") as directory:
        environ = {"GIT_INDEX_FILE": os.path.join(directory, "index")}  # noqa: PTH118 - a text for git
        # A sparse checkout would leave out directories, and what their .gitattributes say.
        whole = ("core.sparseCheckout=false", "index.sparse=false")
        repository.run("read-tree", commit, config=whole, environ=environ)
        attributes = ("check-attr", "--cached", "-z", "--stdin", "linguist-generated")
        return repository.run(*attributes, input=request, config=whole, environ=environ)


def too_large(max_file_bytes: int) -> str:
    return f"larger than {max_file_bytes:,} bytes"


def _file(root: Path, path: str, max_file_bytes: int) -> bytes | str:
    """The file on disk, never through a symbolic link: it could lead anywhere."""
    try:
        file = os.fspath(root)
        # By hand: `Path.resolve` took as long as reading the file took, four times over.
        for part in on_disk_name(path).split("/"):
            file = f"{file}{os.sep}{part}"
            if _is_link(os.lstat(file)):
                return "symbolic link"
        with os.fdopen(os.open(file, _READ), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return "not a regular file any more"
            return stream.read(max_file_bytes + 1)
    except FileNotFoundError:
        return "gone from the working tree"
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _is_link(status: os.stat_result) -> bool:
    """Or one of Windows' junctions, which lead as far and are no links to `S_ISLNK`."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION
