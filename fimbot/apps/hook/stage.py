"""Which change the hook is asked about: what is about to be committed, merged or pushed."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fimbot.changes import Repository, Selection
from fimbot.changes.repository import text
from fimbot.changes.selection import empty_tree, merge_base, object_name
from fimbot.errors import UsageError

_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Stage:
    selection: Selection
    settings_at: str
    """What `git cat-file` puts before a file's name: "" is the index, else a commit."""
    pushing: bool = False


def stage_of(repository: Repository, environ: Mapping[str, str], files: Sequence[str], *, whole: bool) -> Stage:
    """The staged change, or what pre-commit says is pushed; narrowed to `files` where there are any.

    `whole`: whole files of the index instead of what is staged of them.
    """
    only = frozenset(_from_root(repository, file) for file in files) or None
    start, end = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    if start and end:
        pushed = _range(repository, start, end)
        return replace(pushed, selection=replace(pushed.selection, files=only, all_files=whole))
    # Where the first of all commits is pushed, they have nothing to start from.
    branch = environ.get("PRE_COMMIT_LOCAL_BRANCH")
    if branch:
        everything = Selection(f"{empty_tree(repository)}..{branch}", files=only, all_files=whole)
        return Stage(everything, branch, pushing=True)
    if whole:
        return Stage(Selection(staged=True, all_files=True, files=only), "")
    return Stage(Selection(staged=True, files=only, merged=_merged(repository, environ)), "")


def ranged_by_hand(environ: Mapping[str, str]) -> bool:
    """`pre-commit run --from-ref A --to-ref B`. At a push, pre-commit and prek name the remote as well (its URL, where
    it has no name)."""
    names = ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF")
    return all(environ.get(name) for name in names) and not environ.get("PRE_COMMIT_REMOTE_NAME")


def pushed_stage(repository: Repository, lines: Iterable[str]) -> Stage | None:
    """What git's pre-push hook is told on standard input; None where nothing new is pushed.

    Like pre-commit, it looks at the first branch of a push that brings commits.
    https://git-scm.com/docs/githooks#_pre_push
    """
    for line in lines:
        words = line.split(" ")
        if len(words) != 4 or not _OBJECT.fullmatch(words[1]) or not _OBJECT.fullmatch(words[3].strip()):
            raise UsageError(
                "--pre-push reads what git tells a pre-push hook on standard input "
                f"(LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID), not {line.strip()!r}"
            )
        local, theirs = words[1], words[3].strip()
        if not local.strip("0"):
            continue  # a branch is deleted
        if theirs.strip("0") and _exists(repository, theirs):
            return _range(repository, theirs, local)
        # A new branch, or one whose end nobody fetched: from where it leaves what any remote has.
        listed = text(repository.run("rev-list", "--topo-order", "--reverse", local, "--not", "--remotes"))
        if listed:
            first = listed.split("\n", 1)[0]
            return Stage(Selection(f"{_before(repository, first)}..{local}"), local, pushing=True)
    return None


def _range(repository: Repository, start: str, end: str) -> Stage:
    """As pre-commit does it: from the merge base, or where there is none (unrelated histories) from the other end."""
    dots = ".." if merge_base(repository, start, end) is None else "..."
    return Stage(Selection(f"{start}{dots}{end}"), end, pushing=True)


def _before(repository: Repository, commit: str) -> str:
    """Its first parent; nothing comes before the first of all commits."""
    return f"{commit}^" if _exists(repository, f"{commit}^") else empty_tree(repository)


def _exists(repository: Repository, commit: str) -> bool:
    return object_name(repository, f"{commit}^{{commit}}") is not None


def _merged(repository: Repository, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The other parents of the commit that is being made.

    MERGE_HEAD is written only when a merge has stopped; in pre-merge-commit they are the names of variables.
    """
    try:
        heads = repository.git_path("MERGE_HEAD").read_text("ascii").split()
    except (OSError, ValueError):
        heads = [name.removeprefix("GITHEAD_") for name in environ if name.startswith("GITHEAD_")]
    return tuple(head for head in heads if _OBJECT.fullmatch(head) and _exists(repository, head))


def _from_root(repository: Repository, file: str) -> str:
    """A file's path as git has it. Runners give it from the root, from where they stand (husky), or absolute
    (lint-staged)."""
    directory, name = os.path.split(repository.cwd / file)
    try:
        below = os.path.relpath(os.path.realpath(directory), os.path.realpath(repository.root))
    except ValueError:  # another drive
        return file
    path = os.fsencode(os.path.join(below, name)).decode("utf-8", "surrogateescape")  # noqa: PTH118
    return posixpath.normpath(path.replace(os.sep, "/"))
