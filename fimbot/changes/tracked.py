"""The files that git tracks, in the index or in a commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from fimbot.changes.diff import DiffOutput
from fimbot.changes.modes import UNMERGED
from fimbot.changes.repository import Repository, text
from fimbot.changes.selection import Comparison, empty_tree


class TrackedFile(NamedTuple):
    path: str
    mode: int
    blob: str


def tracked_files(repository: Repository, comparison: Comparison, paths: tuple[str, ...] = ()) -> Iterator[TrackedFile]:
    """Submodules and symbolic links included; a file with an unresolved merge conflict once, with mode 0."""
    # Without a path git would list what is below the user's directory only.
    at = repository.cwd if paths else repository.root
    if comparison.origin == "commit":
        # Not ls-tree, which knows no pathspecs.
        base = empty_tree(repository)
        command = ("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", base, comparison.new)
        with repository.stream(*command, "--", *paths, at=at) as stream:
            for record in DiffOutput(stream).records():
                yield TrackedFile(record.path, record.mode, record.blob)
        return
    with repository.stream("ls-files", "-z", "--stage", "--full-name", "--", *paths, at=at) as stream:
        yield from _staged_files(stream)


def unmerged_paths(repository: Repository) -> frozenset[str]:
    with repository.stream("ls-files", "-z", "--unmerged", "--full-name") as stream:
        return frozenset(file.path for file in _staged_files(stream))


def untracked_files(repository: Repository, paths: tuple[str, ...] = ()) -> list[str]:
    """Without those that are ignored."""
    at = repository.cwd if paths else repository.root
    command = ("ls-files", "-z", "--others", "--exclude-standard", "--full-name")
    with repository.stream(*command, "--", *paths, at=at) as stream:
        return [text(name) for name in _fields(stream)]


def _staged_files(stream: BinaryIO) -> Iterator[TrackedFile]:
    last = ""
    for entry in _fields(stream):
        head, _, path = text(entry).partition("\t")
        mode, blob, stage = head.split(" ")
        if path != last:
            yield TrackedFile(path, UNMERGED if stage != "0" else int(mode, 8), blob)
        last = path


def _fields(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while piece := stream.read(65536):
        *fields, rest = (rest + piece).split(b"\0")
        yield from fields
