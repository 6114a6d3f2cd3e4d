"""What a push does to a pull request: its refs, its diff, and where its comments hang now."""

from __future__ import annotations

from functools import lru_cache

from tests.doubles.github.diffs import FileDiff, LineMap, diff, line_map
from tests.doubles.github.git_store import GitFailed, GitStore
from tests.doubles.github.state import Anchor, PullRequest, Thread, World


def refresh(world: World) -> None:
    """Looks at every open pull request's branches, as GitHub does after each push."""
    pulls = [pull for pull in world.pulls if pull.state == "open"]
    concerned = {side.name: side for pull in pulls for side in (pull.repository, pull.head_repository) if side}
    branches = {name: repository.store.branches() for name, repository in concerned.items()}
    for pull in pulls:
        source = pull.head_repository
        tip = branches[source.name].get(pull.head_ref) if source is not None else None
        base = branches[pull.repository.name].get(pull.base_ref, pull.base_sha)
        moved = tip is not None and tip != pull.head_sha
        if tip is not None and moved:
            take_head(pull, tip, base)
        if pull.merged_sides != (base, pull.head_sha):
            _test_merge(pull, base)
        if moved:
            for thread in pull.threads:
                follow(pull, thread)


def merge_base(pull: PullRequest, commit: str | None = None) -> str:
    base = _merge_base(pull.repository.store, pull.base_sha, commit or pull.head_sha)
    assert base is not None, f"{pull.base_ref} and {pull.head_ref} have no common ancestor"
    return base


def diff_of(pull: PullRequest, commit: str | None = None) -> tuple[FileDiff, ...]:
    """Between the merge base and the head, or another commit of the pull request."""
    return _diff(pull.repository.store, merge_base(pull, commit), commit or pull.head_sha)


def commits_of(pull: PullRequest) -> tuple[str, ...]:
    """Oldest first. A commit that a force push left behind is none of them."""
    return _commits(pull.repository.store, merge_base(pull), pull.head_sha)


def take_head(pull: PullRequest, tip: str, base: str) -> None:
    """Keeps the commits of the head branch as refs/pull/N/head."""
    source, store, ref = pull.head_repository, pull.repository.store, f"refs/pull/{pull.number}/head"
    if source is not None and source is not pull.repository:
        store.git("fetch", "-q", "--no-tags", str(source.git_dir), f"+refs/heads/{pull.head_ref}:{ref}")
    else:
        store.set_ref(ref, tip)
    pull.head_sha, pull.base_sha = tip, base


def _test_merge(pull: PullRequest, base: str) -> None:
    """refs/pull/N/merge: what a merge into the base branch would give, if there is no conflict."""
    store, ref = pull.repository.store, f"refs/pull/{pull.number}/merge"
    pull.merged_sides, pull.merge_sha = (base, pull.head_sha), None
    try:
        tree = store.text("merge-tree", "--write-tree", base, pull.head_sha).splitlines()[0]
    except GitFailed:
        store.set_ref(ref, None)
        return
    message = f"Merge {pull.head_sha} into {base}"
    pull.merge_sha = store.text("commit-tree", tree, "-p", base, "-p", pull.head_sha, input=message.encode())
    store.set_ref(ref, pull.merge_sha)


def follow(pull: PullRequest, thread: Thread) -> None:
    """A thread is outdated once one of its lines was changed, is gone, or is no longer part of the diff.

    GitHub's own rule is not documented; this one is simple, and it is never kinder about a changed line. A range from
    one side of the diff to the other does not survive any push.
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
    if anchor.start_side not in (None, anchor.side):
        return None
    first = anchor.line if anchor.start_line is None else anchor.start_line
    lines = [known.moved(line) for line in range(first, anchor.line + 1)]
    start, end = lines[0], lines[-1]
    if start is None or end is None or lines != list(range(start, end + 1)):
        return None
    found = file.find(end, anchor.side)
    if found is None:
        return None
    hunk, index = found
    start_line = None if anchor.start_line is None else start
    return Anchor(file.path, anchor.side, end, start_line, anchor.start_side, hunk.position + index)


# Commits never change, so what git says of two of them does not either.


@lru_cache(maxsize=256)
def _merge_base(store: GitStore, one: str, other: str) -> str | None:
    return store.merge_base(one, other)


@lru_cache(maxsize=256)
def _commits(store: GitStore, base: str, head: str) -> tuple[str, ...]:
    return tuple(store.commits_between(base, head))


@lru_cache(maxsize=64)
def _diff(store: GitStore, old: str, new: str) -> tuple[FileDiff, ...]:
    return tuple(diff(store, old, new))


@lru_cache(maxsize=512)
def _line_map(store: GitStore, old: str, new: str, path: str) -> LineMap | None:
    return line_map(store, old, new, path)
