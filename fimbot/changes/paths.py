"""Paths that come out of a diff or a tree, which anybody may have made."""

from __future__ import annotations

import os
from pathlib import Path


def leaves_repository(path: str) -> bool:
    """Whether a path is absolute, climbs, or goes into a Git directory.

    git refuses to check such a path out, but a tree made by hand may hold one, and `diff-tree` prints it.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower().rstrip(". ") == ".git" for part in parts):
        return True
    return os.name == "nt" and any("\\" in part or ":" in part for part in parts)


def on_disk(root: Path, path: str) -> Path:
    """The file of a path of git's."""
    return root / on_disk_name(path)


def on_disk_name(path: str) -> str:
    """A path of git's (UTF-8 with surrogate escapes) as the locale has it, whatever its encoding."""
    return os.fsdecode(path.encode("utf-8", "surrogateescape"))
