"""What GraphQL shows: nested mappings whose functions are called for the fields that were asked for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.doubles.github.limits import RateLimits
from tests.doubles.github.payloads import node_id
from tests.doubles.github.state import (
    Clock,
    Comment,
    Grant,
    IssueComment,
    Permission,
    PullRequest,
    Repository,
    Review,
    Thread,
    User,
    World,
)

T = TypeVar("T")
Node = dict[str, Any]

REASONS = {
    "ABUSE": "abuse",
    "DUPLICATE": "duplicate",
    "OFF_TOPIC": "off-topic",
    "OUTDATED": "outdated",
    "RESOLVED": "resolved",
    "SPAM": "spam",
}


class Told(Exception):
    """An error with GitHub's own `type`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Graph:
    world: World
    rates: RateLimits
    grant: Grant | None
    html: str
    longest_body: int

    def root(self) -> Node:
        return {
            "id": "Query",
            "repository": lambda info, owner, name, followRenames: self._repository(f"{owner}/{name}"),
            "node": lambda info, id: self._node(id),
            "viewer": lambda info: self._viewer(),
            "rateLimit": lambda info, dryRun: self._rate_limit(),
            "minimizeComment": lambda info, input: self._minimize(input, REASONS[input["classifier"]]),
            "unminimizeComment": lambda info, input: self._minimize(input, None),
            "resolveReviewThread": lambda info, input: self._resolve(input, True),
            "unresolveReviewThread": lambda info, input: self._resolve(input, False),
            "updatePullRequestReviewComment": lambda info, input: self._update(input),
        }

    # Reading.

    def _repository(self, name: str) -> Node:
        found = self.world.repository(name)
        if found is None or (found.private and not (self.grant and self.grant.covers(found.name))):
            raise Told("NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'.")
        return {
            "__typename": "Repository",
            "id": node_id("R", found.id),
            "name": found.name.partition("/")[2],
            "nameWithOwner": found.name,
            "isPrivate": found.private,
            "object": lambda info, expression=None, oid=None: self._object(found, expression or oid),
            "pullRequest": lambda info, number: self._pull_numbered(found, number),
        }

    def _object(self, repository: Repository, expression: str) -> Node | None:
        """COMMIT:PATH, or a commit's or blob's name."""
        if repository.private:
            self._require(repository, "contents", "read")
        revision, _, path = expression.partition(":")
        commit = repository.store.commit_of(revision)
        entry = repository.store.entry(commit, path) if commit and path else None
        if entry is None:
            return None
        named: Node = {"oid": entry.sha, "id": f"O_{entry.sha}"}
        if entry.kind != "blob":
            return named | {"__typename": "Tree"}
        content = repository.store.blob(entry.sha) or b""
        binary = b"\0" in content[:8000]
        return named | {
            "__typename": "Blob",
            "byteSize": len(content),
            "isBinary": binary,
            "isTruncated": False,
            "text": None if binary else content.decode("utf-8", "replace"),
        }

    def _pull_numbered(self, repository: Repository, number: int) -> Node:
        if repository.private:
            self._require(repository, "pull_requests", "read")
        if number not in repository.pulls:
            raise Told("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        return self._pull(repository.pulls[number])

    def _pull(self, pull: PullRequest) -> Node:
        return {
            "__typename": "PullRequest",
            "id": node_id("PR", pull.id),
            "number": pull.number,
            "databaseId": pull.id,
            "fullDatabaseId": str(pull.id),
            "state": "MERGED" if pull.merged else pull.state.upper(),
            "isDraft": pull.draft,
            "locked": pull.locked,
            "title": pull.title,
            "url": self._url(pull),
            "headRefName": pull.head_ref,
            "headRefOid": pull.head_sha,
            "baseRefName": pull.base_ref,
            "baseRefOid": pull.base_sha,
            "author": self._actor(pull.author),
            "reviewThreads": lambda info, **given: _connection(
                "reviewThreads", self._threads(pull), lambda thread: self._thread(pull, thread), **given
            ),
            "reviews": lambda info, states=None, author=None, **given: _connection(
                "reviews", self._reviews(pull, states), lambda review: self._review(pull, review), **given
            ),
            "comments": lambda info, orderBy=None, **given: _connection(
                "comments", pull.issue_comments, lambda comment: self._issue_comment(pull, comment), **given
            ),
        }

    def _reviews(self, pull: PullRequest, states: list[str] | None) -> list[Review]:
        viewer = self.grant.user if self.grant else None
        seen = [review for review in pull.reviews if review.state != "PENDING" or review.author == viewer]
        return [review for review in seen if states is None or review.state in states]

    def _threads(self, pull: PullRequest) -> list[Thread]:
        return [thread for thread in pull.threads if any(self._sees(comment) for comment in thread.comments)]

    def _sees(self, comment: Comment) -> bool:
        viewer = self.grant.user if self.grant is not None else None
        return comment.review is None or comment.review.state != "PENDING" or comment.review.author == viewer

    def _thread(self, pull: PullRequest, thread: Thread) -> Node:
        first, now = thread.original, thread.current
        seen = [comment for comment in thread.comments if self._sees(comment)]
        may = self._may(pull.repository, "contents", "write")
        # `resolvedBy` is a User: an App that resolved a thread is not shown.
        resolver = thread.resolved_by if thread.resolved_by and not thread.resolved_by.is_bot else None
        return {
            "__typename": "PullRequestReviewThread",
            "id": node_id("PRRT", thread.id),
            "isResolved": thread.resolved,
            "isCollapsed": thread.resolved or now is None,
            "isOutdated": now is None,
            "path": (now or first).path,
            "line": now.line if now else None,
            "startLine": now.start_line if now else None,
            "originalLine": first.line,
            "originalStartLine": first.start_line,
            "diffSide": first.side,
            "startDiffSide": first.start_side,
            "subjectType": "FILE" if first.line is None else "LINE",
            "resolvedBy": self._actor(resolver) if resolver else None,
            "viewerCanReply": not pull.locked,
            "viewerCanResolve": may and not thread.resolved,
            "viewerCanUnresolve": may and thread.resolved,
            "pullRequest": lambda info: self._pull(pull),
            "comments": lambda info, skip=None, **given: _connection(
                "comments", seen, lambda comment: self._comment(pull, comment), **given
            ),
        }

    def _comment(self, pull: PullRequest, comment: Comment) -> Node:
        first, now = comment.thread.original, comment.thread.current
        answered = pull.comment(comment.in_reply_to) if comment.in_reply_to is not None else None
        pending = comment.review is not None and comment.review.state == "PENDING"
        return {
            "__typename": "PullRequestReviewComment",
            **self._said(pull, comment, "PRRC", f"discussion_r{comment.id}"),
            "diffHunk": comment.thread.diff_hunk,
            "path": (now or first).path,
            "line": now.line if now else None,
            "startLine": now.start_line if now else None,
            "originalLine": first.line,
            "originalStartLine": first.start_line,
            "outdated": now is None,
            "subjectType": "FILE" if first.line is None else "LINE",
            "state": "PENDING" if pending else "SUBMITTED",
            "pullRequest": lambda info: self._pull(pull),
            "pullRequestReview": lambda info: self._review(pull, comment.review) if comment.review else None,
            "replyTo": lambda info: self._comment(pull, answered) if answered else None,
        }

    def _issue_comment(self, pull: PullRequest, comment: IssueComment) -> Node:
        return {"__typename": "IssueComment", **self._said(pull, comment, "IC", f"issuecomment-{comment.id}")}

    def _said(self, pull: PullRequest, comment: Comment | IssueComment, prefix: str, anchor: str) -> Node:
        may = self._may(pull.repository, "pull_requests", "write")
        own = self.grant is not None and comment.author == self.grant.user
        return {
            "id": node_id(prefix, comment.id),
            "databaseId": comment.id,
            "fullDatabaseId": str(comment.id),
            "author": self._actor(comment.author),
            "authorAssociation": comment.association,
            "body": comment.body,
            "createdAt": Clock.text(comment.created_at),
            "updatedAt": Clock.text(comment.updated_at),
            "isMinimized": comment.minimized is not None,
            "minimizedReason": comment.minimized,
            "url": f"{self._url(pull)}#{anchor}",
            "viewerCanDelete": may,
            "viewerCanMinimize": may,
            "viewerCanUpdate": may,
            "viewerDidAuthor": own,
        }

    def _review(self, pull: PullRequest, review: Review) -> Node:
        return {
            "__typename": "PullRequestReview",
            "id": node_id("PRR", review.id),
            "databaseId": review.id,
            "fullDatabaseId": str(review.id),
            "author": self._actor(review.author),
            "body": review.body,
            "viewerDidAuthor": self.grant is not None and review.author == self.grant.user,
            "state": review.state,
            "isMinimized": False,
            "minimizedReason": None,
            "viewerCanMinimize": self._may(pull.repository, "pull_requests", "write"),
            "url": f"{self._url(pull)}#pullrequestreview-{review.id}",
        }

    def _actor(self, user: User) -> Node:
        """A Bot's login has no "[bot]" here, unlike in the REST API."""
        login = user.login.removesuffix("[bot]")
        return {
            "__typename": "Bot" if user.is_bot else "User",
            "id": node_id("BOT" if user.is_bot else "U", user.id),
            "login": login,
            "databaseId": user.id,
            "url": f"{self.html}/{login}",
        }

    def _viewer(self) -> Node:
        """An installation is a User here, and keeps its "[bot]" (Renovate finds its own name this way)."""
        assert self.grant is not None
        return self._actor(self.grant.user) | {"__typename": "User", "login": self.grant.user.login}

    def _rate_limit(self) -> Node:
        told = self.rates.headers(self.grant, "graphql")
        numbers = {name: int(told[f"X-RateLimit-{name.capitalize()}"]) for name in ("limit", "remaining", "used")}
        return {**numbers, "cost": 1, "nodeCount": 0, "resetAt": Clock.text(int(told["X-RateLimit-Reset"]))}

    def _url(self, pull: PullRequest) -> str:
        return f"{self.html}/{pull.repository.name}/pull/{pull.number}"

    def _node(self, name: str) -> Node:
        pull, thing = self._find(name)
        match thing:
            case Comment():
                return self._comment(pull, thing)
            case IssueComment():
                return self._issue_comment(pull, thing)
            case Review():
                return self._review(pull, thing)
            case Thread():
                return self._thread(pull, thing)
            case _:
                return self._pull(pull)

    def _find(self, name: str) -> tuple[PullRequest, PullRequest | Comment | IssueComment | Review | Thread]:
        for pull in self.world.pulls:
            if pull.repository.private and not (self.grant and self.grant.covers(pull.repository.name)):
                continue
            for prefix, things in self._named(pull):
                for thing in things:
                    if node_id(prefix, thing.id) == name:
                        return pull, thing
        raise Told("NOT_FOUND", f"Could not resolve to a node with the global id of '{name}'")

    def _named(
        self, pull: PullRequest
    ) -> list[tuple[str, Sequence[PullRequest | Comment | IssueComment | Review | Thread]]]:
        viewer = self.grant.user if self.grant else None
        comments = [comment for thread in pull.threads for comment in thread.comments if self._sees(comment)]
        reviews = [review for review in pull.reviews if review.state != "PENDING" or review.author == viewer]
        return [
            ("PR", [pull]),
            ("PRRC", comments),
            ("IC", pull.issue_comments),
            ("PRR", reviews),
            ("PRRT", self._threads(pull)),
        ]

    # Writing.

    def _minimize(self, given: Node, reason: str | None) -> Node:
        pull, thing = self._find(given["subjectId"])
        if not isinstance(thing, Comment | IssueComment):
            raise Told("UNPROCESSABLE", "The comment could not be minimized.")
        self._require(pull.repository, "pull_requests", "write")
        thing.minimized = reason
        shown = self._comment(pull, thing) if isinstance(thing, Comment) else self._issue_comment(pull, thing)
        name = "unminimizedComment" if reason is None else "minimizedComment"
        return {"clientMutationId": given.get("clientMutationId"), name: shown}

    def _resolve(self, given: Node, resolved: bool) -> Node:
        pull, thing = self._find(given["threadId"])
        if not isinstance(thing, Thread):
            raise Told("NOT_FOUND", f"Could not resolve to a thread with the global id of '{given['threadId']}'.")
        # Pull-request permission alone is not enough for these two mutations.
        self._require(pull.repository, "contents", "write")
        assert self.grant is not None
        thing.resolved_by = self.grant.user if resolved else None
        return {"clientMutationId": given.get("clientMutationId"), "thread": self._thread(pull, thing)}

    def _update(self, given: Node) -> Node:
        pull, thing = self._find(given["pullRequestReviewCommentId"])
        if not isinstance(thing, Comment):
            name = given["pullRequestReviewCommentId"]
            raise Told(
                "NOT_FOUND", f"Could not resolve to PullRequestReviewComment node with the global id of '{name}'."
            )
        self._require(pull.repository, "pull_requests", "write")
        if not given["body"].strip():
            raise Told("UNPROCESSABLE", "Body can't be blank")
        if len(given["body"]) > self.longest_body:
            raise Told("UNPROCESSABLE", f"Body is too long (maximum is {self.longest_body} characters)")
        thing.body, thing.updated_at = given["body"], self.world.clock.now()
        shown = self._comment(pull, thing)
        return {"clientMutationId": given.get("clientMutationId"), "pullRequestReviewComment": shown}

    def _may(self, repository: Repository, permission: str, access: Permission) -> bool:
        return self.grant is not None and self.grant.covers(repository.name) and self.grant.may(permission, access)

    def _require(self, repository: Repository, permission: str, access: Permission) -> None:
        if not self._may(repository, permission, access):
            kind = "integration" if self.grant is None or self.grant.installation else "personal access token"
            raise Told("FORBIDDEN", f"Resource not accessible by {kind}")


def _connection(
    name: str,
    items: Sequence[T],
    show: Callable[[T], Node],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Node:
    """A page of a list; 100 at most, and one has to say how many."""
    if first is None and last is None:
        text = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise Told("MISSING_PAGINATION_BOUNDARIES", text)
    for word, count in (("first", first), ("last", last)):
        if count is not None and not 0 <= count <= 100:
            text = f"Requesting {count} records on the `{name}` connection exceeds the `{word}` limit of 100 records."
            raise Told("EXCESSIVE_PAGINATION", text)
    start, end = _offset(after, 0), _offset(before, len(items) + 1) - 1 if before else len(items)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    shown = items[start:end]
    return {
        "nodes": [show(item) for item in shown],
        "totalCount": len(items),
        "pageInfo": {
            "startCursor": _cursor(start + 1) if shown else None,
            "endCursor": _cursor(end) if shown else None,
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
        },
    }


def _cursor(number: int) -> str:
    return base64.b64encode(f"cursor:v2:{number}".encode()).decode()


def _offset(cursor: str | None, default: int) -> int:
    if cursor is None:
        return default
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("cursor:v2:"))
    except ValueError:
        raise Told("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.") from None
