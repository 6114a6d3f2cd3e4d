"""The files of a change, with the line ranges that it added."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from fimbot.changes.blobs import too_large
from fimbot.changes.diff import OPTIONS, DiffOutput, Record, Section
from fimbot.changes.modes import UNMERGED, unreadable
from fimbot.changes.paths import on_disk
from fimbot.changes.repository import Repository
from fimbot.changes.selection import Comparison, Selection, resolve
from fimbot.changes.tracked import tracked_files, unmerged_paths
from fimbot.git_options import DIFF
from fimbot.values import WHOLE_FILE, FileChange, LineRange, SkippedFile


def read_changes(
    repository: Repository, selection: Selection, *, max_file_bytes: int
) -> Iterator[FileChange | SkippedFile]:
    """In git's order of paths; what git takes for binary comes last. Memory does not grow with the lines.

    A file that only changed its name or mode is not part of it, nor is one that is gone. Files that git does not track
    are not either, as in `git diff`.
    With `--all`, content is not looked at here: what is binary or too large shows when it is read.
    """
    comparison = resolve(repository, selection)
    if comparison.old is None:
        changes = _whole_files(repository, comparison, selection.paths)
    else:
        changes = _changed_files(repository, comparison, comparison.old, selection.paths, max_file_bytes)
    for tree in comparison.merged:
        others = _changed_files(repository, comparison, tree, selection.paths, max_file_bytes)
        changes = _in_both(changes, {other.path: other for other in others})
    for change in changes:
        if selection.files is None or change.path in selection.files:
            yield change


def _in_both(
    changes: Iterator[FileChange | SkippedFile], others: Mapping[str, FileChange | SkippedFile]
) -> Iterator[FileChange | SkippedFile]:
    """What differs from both parents of a merge, as in a combined diff: what its author did in it."""
    for change in changes:
        other = others.get(change.path)
        if isinstance(change, SkippedFile) or isinstance(other, SkippedFile):
            yield from [change] if other else []
        elif other:
            added = _common(change.added, other.added)
            deleted = tuple(line for line in change.deleted if line in set(other.deleted))
            if added or deleted:
                yield change._replace(added=added, deleted=deleted)


def _common(one: tuple[LineRange, ...], other: tuple[LineRange, ...]) -> tuple[LineRange, ...]:
    """The lines that are in both. Each is in order and without overlaps."""
    common, right = [], 0
    for left in one:
        while right < len(other) and other[right].end < left.start:
            right += 1
        for each in other[right:]:
            if each.start > left.end:
                break
            common.append(LineRange(max(left.start, each.start), min(left.end, each.end)))
    return tuple(common)


def _whole_files(
    repository: Repository, comparison: Comparison, paths: tuple[str, ...]
) -> Iterator[FileChange | SkippedFile]:
    in_worktree = comparison.origin == "worktree"
    for file in tracked_files(repository, comparison, paths):
        # As in a diff, what was deleted is not part of it; nor what a sparse checkout leaves out.
        if in_worktree and not os.path.lexists(on_disk(repository.root, file.path)):
            continue
        yield unreadable(file.path, file.mode) or FileChange(
            file.path, (WHOLE_FILE,), "" if in_worktree else file.blob, comparison.origin, file.mode
        )


def _changed_files(
    repository: Repository, comparison: Comparison, old: str, paths: tuple[str, ...], max_file_bytes: int
) -> Iterator[FileChange | SkippedFile]:
    # What is larger is "binary" to git then: it neither compares nor writes out what nobody will read.
    limit = (f"core.bigFileThreshold={max_file_bytes}",)
    # Pathspecs are relative to where the user stands, hence `at`; the paths that come out are not.
    command = _diff(comparison, old, OPTIONS)
    with repository.stream(*command, "--", *paths, at=repository.cwd, config=limit) as stream:
        # Against the working tree git calls a file with conflict markers just modified. Asked while it compares.
        conflicts = unmerged_paths(repository) if comparison.origin == "worktree" else frozenset[str]()
        output = DiffOutput(stream)
        records: dict[str, Record] = {}
        for record in output.records():
            if skipped := unreadable(record.path, UNMERGED if record.path in conflicts else record.mode):
                yield skipped
            else:
                records[record.path] = record
        binaries = []
        for section in output.sections():
            found = records.get(section.path)
            if found and (section.added or section.deleted):
                yield _file_change(comparison, found, section)
            elif found and section.binary:
                binaries.append(found)
    yield from _binaries(repository, comparison, binaries, max_file_bytes)


def changed_lines(repository: Repository, selection: Selection) -> Iterator[bytes]:
    """Every line that the change deleted or added, with its `-` or `+`; those of deleted files, too. `selection.paths`
    do not narrow it."""
    comparison = resolve(repository, selection)
    if comparison.old is None:
        return
    with repository.stream(*_diff(comparison, comparison.old, (*DIFF, "-U0"))) as stream:
        for line in stream:
            if line.startswith((b"-", b"+")) and not line.startswith((b"--- ", b"+++ ")):
                yield line


def _diff(comparison: Comparison, old: str, options: tuple[str, ...]) -> tuple[str, ...]:
    return {
        "commit": ("diff-tree", *options, old, comparison.new),
        "index": ("diff-index", "--cached", *options, old),
        "worktree": ("diff-index", *options, old),
    }[comparison.origin]


def _file_change(comparison: Comparison, record: Record, section: Section) -> FileChange:
    return FileChange(
        record.path,
        section.added,
        "" if comparison.origin == "worktree" else record.blob,
        comparison.origin,
        record.mode,
        record.old_path,
        section.deleted,
        # A link that became a file was no text before.
        "" if record.status in "AT" else record.old_blob,
    )


def _binaries(
    repository: Repository, comparison: Comparison, records: list[Record], max_file_bytes: int
) -> Iterator[SkippedFile]:
    sizes = _disk_sizes if comparison.origin == "worktree" else _object_sizes
    for record, size in zip(records, sizes(repository, records), strict=True):
        yield SkippedFile(record.path, too_large(max_file_bytes) if size > max_file_bytes else "binary")


def _disk_sizes(repository: Repository, records: list[Record]) -> list[int]:
    sizes = []
    for record in records:
        file = on_disk(repository.root, record.path)
        sizes.append(file.lstat().st_size if os.path.lexists(file) else 0)
    return sizes


def _object_sizes(repository: Repository, records: list[Record]) -> list[int]:
    if not records:
        return []
    names = "".join(f"{record.blob}\n" for record in records).encode("ascii")
    answers = repository.run("cat-file", "--batch-check=%(objectsize)", input=names).split(b"\n")
    # "<name> missing", for instance in a partial clone
    return [int(answer) if answer.isdigit() else 0 for answer in answers[: len(records)]]
