"""What the mode of a tree's entry says about it."""

from __future__ import annotations

from fimbot.changes.paths import leaves_repository
from fimbot.values import SkippedFile

REGULAR = (0o100644, 0o100755)
UNMERGED = 0
_REASONS = {0o120000: "symbolic link", 0o160000: "submodule", UNMERGED: "unresolved merge conflict"}


def unreadable(path: str, mode: int) -> SkippedFile | None:
    """Why an entry is no file to look into; None for a regular file."""
    if leaves_repository(path):
        return SkippedFile(path, "its path leads out of the repository")
    if mode in REGULAR:
        return None
    return SkippedFile(path, _REASONS.get(mode, f"not a regular file (mode {mode:o})"))
