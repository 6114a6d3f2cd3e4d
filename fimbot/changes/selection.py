"""Which change the user means: what REVISION may be, and what two contents are compared."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fimbot.changes.repository import Repository, text
from fimbot.errors import GitError, UsageError
from fimbot.values import Origin

_DEEPEN = ": this is a shallow clone; run `git fetch --unshallow` (or `--deepen=50`) and try again"


class Comparison(NamedTuple):
    """`old` against the content that is read: `new` where that is a commit's tree.

    Both are object names of trees. `old` is None where whole files are meant.
    """

    origin: Origin
    old: str | None
    new: str = ""
    merged: tuple[str, ...] = ()
    """More trees: what equals one of them was not changed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the command line says. `paths` are git's pathspecs, relative to where the user stands."""

    revision: str | None = None
    staged: bool = False
    all_files: bool = False
    paths: tuple[str, ...] = ()
    files: frozenset[str] | None = None
    """Only these files, by their paths from the root. None: all of them."""
    merged: tuple[str, ...] = ()
    """Further parents of the commit that is being made: its change is what differs from each of them too."""
    resolved: Comparison | None = None
    """What is compared, where git has been asked already."""


def resolve(repository: Repository, selection: Selection) -> Comparison:
    """Raises GitError for a revision that git does not know, UsageError for what makes no sense together."""
    if selection.resolved is not None:
        return selection.resolved
    revision = selection.revision
    if revision is None:
        return _resolve_nothing(repository, selection)
    ends = _ends(repository, revision)
    if selection.staged and (ends or selection.all_files):
        raise UsageError(f"--staged reads the index, so it takes no {'--all' if selection.all_files else 'range'}")
    if ends:
        return Comparison("commit", None if selection.all_files else ends[0], ends[1])
    tree = _tree(repository, revision)
    if selection.all_files:
        return Comparison("commit", None, tree)
    return Comparison("index" if selection.staged else "worktree", tree)


def _resolve_nothing(repository: Repository, selection: Selection) -> Comparison:
    if selection.all_files:
        return Comparison("index" if selection.staged else "worktree", None)
    head = object_name(repository, "HEAD^{tree}")
    base = head or empty_tree(repository)
    if selection.staged or _anything_staged(repository, base):
        return Comparison("index", base, merged=tuple(_tree(repository, parent) for parent in selection.merged))
    if head is None:
        raise GitError("there are no commits yet and nothing is staged: `git add` what fimbot should look at")
    return Comparison("worktree", base)


def _anything_staged(repository: Repository, base: str) -> bool:
    status, _, _ = repository.status_of("diff-index", "--cached", "--quiet", "--ita-invisible-in-index", base, "--")
    return status == 1


def empty_tree(repository: Repository) -> str:
    """Its name depends on the repository's hash function. git knows this tree without its being written."""
    return text(repository.run("hash-object", "-t", "tree", "--stdin")).strip()


def _ends(repository: Repository, revision: str) -> tuple[str, str] | None:
    """The trees of `A..B`, `A...B` (from their merge base) and `A^!`; None for a single revision."""
    if revision.endswith("^!"):
        commit = revision.removesuffix("^!")
        new = _tree(repository, commit)
        return object_name(repository, f"{commit}^1^{{tree}}") or empty_tree(repository), new
    # As git splits it: at the first two dots, a missing end is HEAD.
    start, dots, end = revision.partition("..")
    if not dots:
        return None
    symmetric = end.startswith(".")
    start, end = start or "HEAD", end.removeprefix("." if symmetric else "") or "HEAD"
    old, new = _tree(repository, start), _tree(repository, end)
    if symmetric:
        base = merge_base(repository, start, end)
        if base is None:
            raise GitError(f"{start} and {end} have no merge base{_DEEPEN if _is_shallow(repository) else ''}")
        old = _tree(repository, base)
    return old, new


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    return repository.answer("merge-base", "--end-of-options", one, other)


def object_name(repository: Repository, name: str) -> str | None:
    # --end-of-options: a revision that begins with `-` must never become an option.
    return repository.answer("rev-parse", "--verify", "--quiet", "--end-of-options", name)


def _tree(repository: Repository, revision: str) -> str:
    tree = object_name(repository, f"{revision}^{{tree}}")
    if tree is None:
        raise GitError(_unknown(repository, revision))
    return tree


def _unknown(repository: Repository, revision: str) -> str:
    shown = repr(revision)
    if object_name(repository, "HEAD") is None:
        return f"unknown revision {shown}: there are no commits yet"
    if _is_shallow(repository):
        return f"unknown revision {shown}{_DEEPEN}"
    ancestor = re.fullmatch(r"(.+?)(?:[~^]\d*)+", revision)
    if ancestor and object_name(repository, f"{ancestor[1]}^{{commit}}"):
        return (
            f"unknown revision {shown}: the history of {ancestor[1]} does not go back that far "
            f"({ancestor[1]}^! is what {ancestor[1]} itself brought, `--all` looks at whole files)"
        )
    if object_name(repository, revision):
        return f"{shown} is neither a commit nor a tree"
    return f"unknown revision {shown}"


def _is_shallow(repository: Repository) -> bool:
    return text(repository.run("rev-parse", "--is-shallow-repository")).strip() == "true"


def split_revision(repository: Repository, words: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """`[REVISION] [--] [PATH ...]` apart, as git tells them apart.

    Raises UsageError where a word is both or, without `--`, neither.
    """
    if "--" in words:
        cut = list(words).index("--")
        before, after = tuple(words[:cut]), tuple(words[cut + 1 :])
        if len(before) > 1:
            raise UsageError(_one_revision(before))
        return (before[0] if before else None), after
    revisions = 0
    while revisions < len(words) and _is_revision(repository, words[revisions]):
        if _is_file(repository, words[revisions]):
            raise UsageError(
                f"{words[revisions]!r} is both a revision and a path: put `--` after a revision, before a path"
            )
        revisions += 1
    if revisions > 1:
        raise UsageError(_one_revision(words[:revisions]))
    paths = tuple(words[revisions:])
    for path in paths:
        if not _is_pathspec(repository, path):
            # The first word may have been meant as a revision; say what is wrong with it as one.
            why = _unknown(repository, path) if path == words[0] else f"unknown path {path!r}"
            raise GitError(f"{why}, nor is it a path here" if path == words[0] else why)
    return (words[0] if revisions else None), paths


def _one_revision(words: Sequence[str]) -> str:
    return f"one revision at a time: write `{words[0]}..{words[1]}` for what changed between the two"


def _is_revision(repository: Repository, word: str) -> bool:
    if word in ("", ".."):
        return False
    try:
        return _ends(repository, word) is not None or object_name(repository, f"{word}^{{tree}}") is not None
    except GitError:
        return False


def _is_file(repository: Repository, word: str) -> bool:
    # A NUL or a name that is too long cannot be a file.
    try:
        return word != "" and os.path.lexists(repository.cwd / word)
    except ValueError:
        return False


def _is_pathspec(repository: Repository, word: str) -> bool:
    return _is_file(repository, word) or word.startswith(":") or any(letter in word for letter in "*?[")
