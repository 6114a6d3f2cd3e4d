"""From a repository to the files that were changed: added line ranges, and the content they are lines of."""

from fimbot.changes.blobs import Blobs, generated_paths, list_paths, open_blobs
from fimbot.changes.read import changed_lines, read_changes
from fimbot.changes.repository import Repository, open_repository
from fimbot.changes.selection import Selection, split_revision
from fimbot.changes.tracked import untracked_files

__all__ = [
    "Blobs",
    "Repository",
    "Selection",
    "changed_lines",
    "generated_paths",
    "list_paths",
    "open_blobs",
    "open_repository",
    "read_changes",
    "split_revision",
    "untracked_files",
]
