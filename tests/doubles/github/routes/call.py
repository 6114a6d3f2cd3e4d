"""One call of the API: what was asked, by whom, and what the routes need to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.doubles.github.answers import Answer, Refused, not_found
from tests.doubles.github.git_payloads import GitPayloads
from tests.doubles.github.limits import HardLimits, RateLimits
from tests.doubles.github.payloads import Payloads
from tests.doubles.github.reviews import Reviews
from tests.doubles.github.state import Comment, Grant, Permission, PullRequest, Repository, Review, World

T = TypeVar("T")
Route = Callable[["Call"], Answer]


@dataclass(frozen=True)
class Call:
    world: World
    payloads: Payloads
    contents: GitPayloads
    hard: HardLimits
    rates: RateLimits
    reviews: Reviews
    grant: Grant | None
    """None: without a token."""
    url: str
    """Without the query."""
    arguments: Mapping[str, str]
    """What stands in the path."""
    query: Mapping[str, str]
    body: Mapping[str, Any]
    accept: str

    @property
    def repository(self) -> Repository:
        """404 for one that is not there, and for one that the token may not know of."""
        found = self.world.repository(f"{self.arguments['owner']}/{self.arguments['repo']}")
        if found is None or (found.private and (self.grant is None or not self.grant.covers(found.name))):
            raise not_found()
        return found

    def readable(self, permission: str) -> Repository:
        """What is public can be read by anyone; a token that lacks the permission is told so for a private one."""
        found = self.repository
        if found.private:
            self._require(permission, "read")
        return found

    def readable_by_any(self, *permissions: str) -> Repository:
        """One of them will do: a pull request is an issue too."""
        return self.readable(self._held("read", permissions))

    def writable_by_any(self, *permissions: str) -> Repository:
        return self.writable(self._held("write", permissions))

    def writable(self, permission: str) -> Repository:
        if self.grant is None:
            raise Refused(401, "Requires authentication")
        found = self.repository
        self._require(permission, "write")
        return found

    @property
    def writer(self) -> Grant:
        assert self.grant is not None, "ask `writable` first"
        return self.grant

    def _held(self, access: Permission, permissions: Sequence[str]) -> str:
        return next((name for name in permissions if self.grant and self.grant.may(name, access)), permissions[0])

    def _require(self, permission: str, access: Permission) -> None:
        grant = self.grant
        if grant is not None and grant.covers(self.repository.name) and grant.may(permission, access):
            return
        kind = "integration" if grant is None or grant.installation else "personal access token"
        needed = {"X-Accepted-GitHub-Permissions": f"{permission}={access}"}
        raise Refused(403, f"Resource not accessible by {kind}", headers=needed)

    def pull(self, repository: Repository, name: str = "pull_number") -> PullRequest:
        found = repository.pulls.get(self.number(name))
        if found is None:
            raise not_found()
        return found

    def review(self, pull: PullRequest) -> Review:
        """A pending review is there for its author alone."""
        found = pull.review(self.number("review_id"))
        if found is None or (found.state == "PENDING" and (self.grant is None or found.author != self.grant.user)):
            raise not_found()
        return found

    def comment(self, repository: Repository) -> tuple[PullRequest, Comment]:
        found = self.world.find_comment(self.number("comment_id"))
        if found is None or found[0].repository is not repository:
            raise not_found()
        return found

    def number(self, name: str) -> int:
        if not self.arguments[name].isascii() or not self.arguments[name].isdigit():
            raise not_found()
        return int(self.arguments[name])

    def page(self, items: Sequence[T], show: Callable[[T], object]) -> Answer:
        size = min(max(int(self.query.get("per_page", 30)), 1), self.hard.per_page)
        number = max(int(self.query.get("page", 1)), 1)
        last = max(1, -(-len(items) // size))
        shown = [show(item) for item in items[(number - 1) * size : number * size]]
        return Answer(200, shown, self._links(number, last))

    def _links(self, number: int, last: int) -> dict[str, str]:
        pages: dict[str, int] = {}
        if number > 1:
            pages |= {"prev": min(number - 1, last), "first": 1}
        if number < last:
            pages |= {"next": number + 1, "last": last}
        links = (
            f'<{self.url}?{urlencode({**self.query, "page": page})}>; rel="{name}"' for name, page in pages.items()
        )
        return {"Link": ", ".join(links)} if pages else {}
