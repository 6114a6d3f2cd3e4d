"""What a push does to a pull request: its refs, its diff, and where its comments hang now."""

from __future__ import annotations

from functools import lru_cache

from tests.doubles.github.diffs import FileDiff, LineMap, diff, line_map
from tests.doubles.github.git_store import GitFailed, GitStore
from tests.doubles.github.state import Anchor, PullRequest, Thread, World


def refresh(world: World) -> None:
    """Looks at every open pull request's branches, as GitHub does after each push."""
    for pull in world.pulls:
        if pull.state == "open":
            _refresh(pull)


def merge_base(pull: PullRequest, commit: str | None = None) -> str:
    base = _merge_base(pull.repository.store, pull.base_sha, commit or pull.head_sha)
    assert base is not None, f"{pull.base_ref} and {pull.head_ref} have no common ancestor"
    return base


def diff_of(pull: PullRequest, commit: str | None = None) -> tuple[FileDiff, ...]:
    """Between the merge base and the head, or another commit of the pull request."""
    return _diff(pull.repository.store, merge_base(pull, commit), commit or pull.head_sha)


def commits_of(pull: PullRequest) -> list[str]:
    """Oldest first. A commit that a force push left behind is none of them."""
    return pull.repository.store.commits_between(merge_base(pull), pull.head_sha)


def take_head(pull: PullRequest) -> bool:
    """Reads the head branch and keeps its commits as refs/pull/N/head; False if nothing has moved."""
    source, store = pull.head_repository, pull.repository.store
    tip = source.store.branch(pull.head_ref) if source is not None else None
    ref = f"refs/pull/{pull.number}/head"
    if source is None or tip is None or tip == pull.head_sha:
        return False
    if source.store.path != store.path:
        store.git("fetch", "-q", "--no-tags", str(source.store.path), f"+refs/heads/{pull.head_ref}:{ref}")
    else:
        store.set_ref(ref, tip)
    pull.head_sha = tip
    pull.base_sha = store.branch(pull.base_ref) or pull.base_sha
    return True


def _refresh(pull: PullRequest) -> None:
    moved = take_head(pull)
    _test_merge(pull)
    if moved:
        for thread in pull.threads:
            follow(pull, thread)


def _test_merge(pull: PullRequest) -> None:
    """refs/pull/N/merge: what a merge into the base branch would give, if there is no conflict."""
    store, ref = pull.repository.store, f"refs/pull/{pull.number}/merge"
    base = store.branch(pull.base_ref)
    if base is None:
        return
    try:
        if pull.merge_sha is not None and store.commit(pull.merge_sha).parents == (base, pull.head_sha):
            return
        tree = store.text("merge-tree", "--write-tree", base, pull.head_sha).splitlines()[0]
    except GitFailed:
        pull.merge_sha = None
        store.set_ref(ref, None)
        return
    message = f"Merge {pull.head_sha} into {base}"
    pull.merge_sha = store.text("commit-tree", tree, "-p", base, "-p", pull.head_sha, input=message.encode())
    store.set_ref(ref, pull.merge_sha)


def follow(pull: PullRequest, thread: Thread) -> None:
    """A thread is outdated once one of its lines was changed, is gone, or is no longer part of the diff.

    GitHub's own rule is not documented; this one is simple, and it is never kinder than GitHub about a changed line.
    """
    thread.current = _moved(pull, thread)
    if thread.current is not None:
        thread.commit = pull.head_sha


def _moved(pull: PullRequest, thread: Thread) -> Anchor | None:
    store, anchor = pull.repository.store, thread.original
    if anchor.side == "LEFT":
        old, new = thread.original_base, merge_base(pull)
    else:
        old, new = thread.original_commit, pull.head_sha
    try:
        known = _line_map(store, old, new, anchor.path)
    except GitFailed:
        return None
    if known is None:
        return None
    file = next((f for f in diff_of(pull) if known.path in (f.path, f.old_path)), None)
    if file is None:
        return None
    if anchor.line is None:
        return Anchor(file.path, anchor.side, None)
    first = anchor.line if anchor.start_line is None else anchor.start_line
    if anchor.start_side in (None, anchor.side):
        lines = [known.moved(line) for line in range(first, anchor.line + 1)]
    else:
        lines = [known.moved(anchor.line)]
    if None in lines or lines != list(range(lines[0] or 0, (lines[0] or 0) + len(lines))):
        return None
    found = file.find(lines[-1] or 0, anchor.side)
    if found is None:
        return None
    start = None if anchor.start_line is None else lines[0]
    hunk, index = found
    return Anchor(file.path, anchor.side, lines[-1], start, anchor.start_side, hunk.position + index)


# Commits never change, so what git says of two of them does not either.


@lru_cache(maxsize=256)
def _merge_base(store: GitStore, one: str, other: str) -> str | None:
    return store.merge_base(one, other)


@lru_cache(maxsize=64)
def _diff(store: GitStore, old: str, new: str) -> tuple[FileDiff, ...]:
    return tuple(diff(store, old, new))


@lru_cache(maxsize=512)
def _line_map(store: GitStore, old: str, new: str, path: str) -> LineMap | None:
    return line_map(store, old, new, path)
