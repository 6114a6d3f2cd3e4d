"""What GitHub knows: users, tokens, repositories, pull requests and what was said on them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tests.doubles.github.git_store import GitStore

Permission = Literal["read", "write"]
Association = Literal["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "FIRST_TIME_CONTRIBUTOR", "NONE"]

# A number of GitHub's today does not fit 32 bits any more; GraphQL's databaseId does not carry it.
FIRST_ID = 2_400_000_000
FIRST_USER_ID = 41_000_000


@dataclass(frozen=True, slots=True)
class User:
    login: str
    id: int
    type: Literal["User", "Bot"]

    @property
    def is_bot(self) -> bool:
        return self.type == "Bot"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token may do."""

    user: User
    installation: bool
    permissions: Mapping[str, Permission]
    repositories: frozenset[str] | None
    """Full names; None: all."""

    def covers(self, repository: str) -> bool:
        return self.repositories is None or repository in self.repositories

    def may(self, permission: str, access: Permission) -> bool:
        granted = "read" if permission == "metadata" else self.permissions.get(permission)
        return granted == "write" or granted == access


@dataclass
class Repository:
    name: str
    """owner/name"""
    id: int
    store: GitStore
    clock: Clock
    private: bool = False
    parent: Repository | None = None
    associations: dict[str, Association] = field(default_factory=dict)
    """Login -> what the user is to the repository; NONE for everybody else but the owner."""
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]

    @property
    def git_dir(self) -> Path:
        return self.store.path

    @property
    def git_url(self) -> str:
        return self.store.path.as_uri()

    def commit(
        self,
        branch: str,
        files: Mapping[str, bytes | str | None] | None = None,
        *,
        message: str = "a commit",
        modes: Mapping[str, str] | None = None,
        force_onto: str | None = None,
    ) -> str:
        """Commits to a branch, which is made if it is missing; None deletes a file.

        `force_onto`: a commit or branch to build on in place of the branch's tip, as a force push does.
        """
        tip = self.store.branch(branch) if force_onto is None else self.store.commit_of(force_onto)
        contents = {p: c.encode() if isinstance(c, str) else c for p, c in (files or {}).items()}
        return self.store.write_commit(branch, tip, contents, message, modes or {})

    def branch(self, name: str, *, at: str = "main") -> str:
        """Makes a branch, or moves it there."""
        sha = self.store.commit_of(at)
        assert sha is not None, f"{self.name} has no {at}"
        self.store.set_ref(f"refs/heads/{name}", sha)
        return sha


@dataclass
class PullRequest:
    number: int
    id: int
    repository: Repository
    author: User
    head_ref: str
    head_repository: Repository | None
    """None: the fork was deleted."""
    head_sha: str
    base_ref: str
    base_sha: str
    title: str
    body: str | None
    association: Association
    created_at: float
    draft: bool = False
    locked: bool = False
    state: Literal["open", "closed"] = "open"
    merged: bool = False
    merge_sha: str | None = None
    merged_sides: tuple[str, str] | None = None
    """Base and head that `merge_sha`, the test merge, is of."""
    maintainer_can_modify: bool = True
    labels: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    issue_comments: list[IssueComment] = field(default_factory=list)

    @property
    def comments(self) -> list[Comment]:
        """What everybody sees: nothing of a pending review."""
        found = [c for t in self.threads for c in t.comments if c.review is None or c.review.state != "PENDING"]
        return sorted(found, key=lambda comment: comment.id)

    def review(self, number: int) -> Review | None:
        return next((review for review in self.reviews if review.id == number), None)

    def comment(self, number: int) -> Comment | None:
        return next((c for t in self.threads for c in t.comments if c.id == number), None)


@dataclass
class Review:
    id: int
    author: User
    state: Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]
    body: str
    commit_id: str
    submitted_at: float | None
    association: Association
    app: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a comment hangs: lines of one side of a pull request's diff."""

    path: str
    side: Literal["LEFT", "RIGHT"]
    line: int | None
    """None: it is on the file as a whole."""
    start_line: int | None = None
    start_side: Literal["LEFT", "RIGHT"] | None = None
    position: int | None = None


@dataclass
class Thread:
    id: int
    original: Anchor
    current: Anchor | None
    """None: outdated."""
    original_commit: str
    commit: str
    """The last one on which its lines were seen."""
    diff_hunk: str
    original_base: str
    """The merge base of that diff: what LEFT lines are lines of."""
    resolved_by: User | None = None
    comments: list[Comment] = field(default_factory=list)

    @property
    def resolved(self) -> bool:
        return self.resolved_by is not None


@dataclass
class Comment:
    id: int
    author: User
    body: str
    thread: Thread
    review: Review | None
    association: Association
    created_at: float
    updated_at: float
    in_reply_to: int | None = None
    app: str | None = None
    minimized: str | None = None
    """The reason, as GraphQL tells it: outdated, resolved, off-topic …"""


@dataclass
class IssueComment:
    id: int
    author: User
    body: str
    association: Association
    created_at: float
    updated_at: float
    app: str | None = None
    minimized: str | None = None


@dataclass
class CheckRun:
    id: int
    given: dict[str, object]
    annotations: list[dict[str, object]]
    created_at: float


class Clock:
    """Seconds since the epoch; a test may pass another source."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self.now = source

    @staticmethod
    def text(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class World:
    root: Path
    clock: Clock
    repositories: dict[str, Repository] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_ID))
    _user_ids: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_USER_ID))

    def next_id(self) -> int:
        return next(self._ids)

    def user(self, login: str, type: Literal["User", "Bot"] | None = None) -> User:
        kind = type or ("Bot" if login.endswith("[bot]") else "User")
        if login not in self.users:
            self.users[login] = User(login, next(self._user_ids), kind)
        return self.users[login]

    def repository(self, name: str) -> Repository | None:
        """GitHub's names have no case."""
        return next((found for known, found in self.repositories.items() if known.lower() == name.lower()), None)

    @property
    def pulls(self) -> list[PullRequest]:
        return [pull for repository in self.repositories.values() for pull in repository.pulls.values()]

    def find_comment(self, number: int) -> tuple[PullRequest, Comment] | None:
        for pull in self.pulls:
            if (comment := pull.comment(number)) is not None:
                return pull, comment
        return None
