"""What people do on the web pages: answer, resolve, delete, hide, close, and press the Apply button.

A person here may do everything; who may do what through the API is a matter of tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.doubles.github.diffs import Hunk
from tests.doubles.github.heads import diff_of, refresh
from tests.doubles.github.reviews import Reviews
from tests.doubles.github.routes.reviews import remove
from tests.doubles.github.state import (
    Anchor,
    Comment,
    Grant,
    IssueComment,
    Permission,
    PullRequest,
    World,
)
from tests.doubles.github.suggestion import SuggestionRefused, apply_suggestion

_ALL: dict[str, Permission] = dict.fromkeys(("contents", "pull_requests", "issues"), "write")

CLOSED = "Suggestions cannot be applied while the pull request is closed."
PENDING = "Suggestions cannot be applied from pending reviews."
DELETED = "Applying suggestions on deleted lines is not supported."
OUTDATED = "Outdated suggestions cannot be applied."
RESOLVED = "This suggestion has been applied or marked resolved."
ONE_A_LINE = "Only one suggestion per line can be applied in a batch."


class People:
    def __init__(self, world: World, reviews: Reviews, lock: Any) -> None:
        self._world = world
        self._reviews = reviews
        self._lock = lock

    def comment(
        self, pull: PullRequest, path: str, line: int, body: str, *, login: str = "bea", **more: Any
    ) -> Comment:
        """On a line of the diff; `more` is what the API takes: side, start_line, start_side."""
        with self._lock:
            refresh(self._world)
            given = {"commit_id": pull.head_sha, "path": path, "line": line, "body": body, **more}
            return self._reviews.comment(pull, self._grant(login), given)

    def reply(self, comment_id: int, body: str, *, login: str = "bea") -> Comment:
        with self._lock:
            pull, _ = self._find(comment_id)
            return self._reviews.reply(pull, self._grant(login), comment_id, body)

    def say(self, pull: PullRequest, body: str, *, login: str = "bea") -> IssueComment:
        """In the conversation."""
        with self._lock:
            return self._reviews.issue_comment(pull, self._grant(login), body)

    def edit(self, comment_id: int, body: str) -> None:
        with self._lock:
            _, comment = self._find(comment_id)
            comment.body, comment.updated_at = body, self._world.clock.now()

    def delete(self, comment_id: int) -> None:
        with self._lock:
            remove(*self._find(comment_id))

    def minimise(self, comment_id: int, reason: str = "outdated") -> None:
        with self._lock:
            _, comment = self._find(comment_id)
            comment.minimized = reason

    def resolve(self, comment_id: int, *, login: str = "bea") -> None:
        """The whole thread, as the button does."""
        with self._lock:
            _, comment = self._find(comment_id)
            comment.thread.resolved_by = self._world.user(login)

    def unresolve(self, comment_id: int) -> None:
        with self._lock:
            _, comment = self._find(comment_id)
            comment.thread.resolved_by = None

    def lock(self, pull: PullRequest, *, locked: bool = True) -> None:
        with self._lock:
            pull.locked = locked

    def close(self, pull: PullRequest) -> None:
        with self._lock:
            refresh(self._world)
            pull.state = "closed"

    def reopen(self, pull: PullRequest) -> None:
        with self._lock:
            pull.state = "open"
            refresh(self._world)

    def convert_to_draft(self, pull: PullRequest, *, draft: bool = True) -> None:
        with self._lock:
            pull.draft = draft

    def label(self, pull: PullRequest, *names: str) -> None:
        with self._lock:
            pull.labels[:] = names

    def delete_fork(self, pull: PullRequest) -> None:
        with self._lock:
            refresh(self._world)
            pull.head_repository = None

    def apply_suggestion(self, comment_id: int, *, login: str = "ann") -> bytes:
        """Presses the button under a suggestion and commits to the head branch; the file's new bytes.

        Raises SuggestionRefused where GitHub does not offer the button.
        """
        (content,) = self.apply_suggestions([comment_id], login=login).values()
        return content

    def apply_suggestions(self, comment_ids: Sequence[int], *, login: str = "ann") -> dict[str, bytes]:
        """A batch: one commit; path -> the file's new bytes."""
        with self._lock:
            refresh(self._world)
            found = [self._find(comment_id) for comment_id in comment_ids]
            pull = found[0][0]
            comments = [comment for _, comment in found]
            anchors = [_applicable(pull, comment) for comment in comments]
            files = _files(pull, comments, anchors)
            _commit(pull, files)
            for comment in comments:
                comment.thread.resolved_by = self._world.user(login)
            refresh(self._world)
            return files

    def _find(self, comment_id: int) -> tuple[PullRequest, Comment]:
        found = self._world.find_comment(comment_id)
        assert found is not None, f"there is no comment {comment_id}"
        return found

    def _grant(self, login: str) -> Grant:
        return Grant(self._world.user(login), False, _ALL, None)


def _applicable(pull: PullRequest, comment: Comment) -> Anchor:
    """Where the suggestion goes. Raises SuggestionRefused."""
    thread = comment.thread
    if pull.state == "closed":
        raise SuggestionRefused(CLOSED)
    if pull.head_repository is None:
        raise SuggestionRefused("The head repository is gone.")
    if comment.review is not None and comment.review.state == "PENDING":
        raise SuggestionRefused(PENDING)
    if thread.resolved:
        raise SuggestionRefused(RESOLVED)
    anchor = thread.current
    if anchor is None:
        raise SuggestionRefused(OUTDATED)
    if anchor.line is None:
        raise SuggestionRefused("The comment is on no line.")
    if anchor.side == "LEFT" or anchor.start_side == "LEFT":
        raise SuggestionRefused(DELETED)
    file = next(file for file in diff_of(pull) if file.path == anchor.path)
    found = file.find(anchor.line, "RIGHT")
    assert found is not None, "a comment that is not outdated hangs on the diff"
    hunk, end = found
    if _holds_deleted_line(hunk, _first(anchor), end):
        raise SuggestionRefused(DELETED)
    return anchor


def _holds_deleted_line(hunk: Hunk, first: int, end: int) -> bool:
    """Also where both ends are new lines: what lies between them in the diff was selected too (isaacs/github#1755)."""
    start = hunk.numbers("RIGHT")[first]
    return any(line[:1] == b"-" for line in hunk.lines[start : end + 1])


def _first(anchor: Anchor) -> int:
    assert anchor.line is not None
    return anchor.line if anchor.start_line is None else anchor.start_line


def _files(pull: PullRequest, comments: Sequence[Comment], anchors: Sequence[Anchor]) -> dict[str, bytes]:
    """From the bottom up, so that the lines above keep their numbers."""
    files: dict[str, bytes] = {}
    taken: dict[str, int] = {}
    for anchor, comment in sorted(zip(anchors, comments, strict=True), key=lambda each: -(each[0].line or 0)):
        assert anchor.line is not None
        if anchor.line >= taken.get(anchor.path, anchor.line + 1):
            raise SuggestionRefused(ONE_A_LINE)
        taken[anchor.path] = _first(anchor)
        before = files.get(anchor.path)
        if before is None:
            before = pull.repository.store.read(pull.head_sha, anchor.path)
        assert before is not None, f"{anchor.path} is in the diff"
        files[anchor.path] = apply_suggestion(before, _first(anchor), anchor.line, comment.body)
    return files


def _commit(pull: PullRequest, files: dict[str, bytes]) -> None:
    head, store = pull.head_repository, pull.repository.store
    assert head is not None
    entries = {path: store.entry(pull.head_sha, path) for path in files}
    modes = {path: entry.mode for path, entry in entries.items() if entry is not None}
    head.commit(pull.head_ref, dict(files), message="Apply suggestions from code review", modes=modes)
