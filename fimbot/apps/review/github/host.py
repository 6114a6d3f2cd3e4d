"""One repository on GitHub, read and written through PyGithub."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import github
from github import Auth, Github

from fimbot import __version__
from fimbot.apps.review.github.pace import Pace
from fimbot.apps.review.github.queries import (
    batches,
    contents_query,
    conversation_query,
    expressions,
    next_page,
    own_reviews,
    own_threads,
)
from fimbot.apps.review.github.values import GRAPHQL, Conversation, OwnReview, PullFile, PullRequest, Thread, Write
from fimbot.errors import UsageError

if TYPE_CHECKING:
    from fimbot.settings.keys import Key

T = TypeVar("T")

TIMEOUT_SECONDS = 30
# Of some 10 KB each; GitHub ends a query after ten seconds.
FILES_A_QUERY = 50


@dataclass(frozen=True, slots=True)
class Address:
    """`api_url`: https://api.github.com, or https://HOST/api/v3 on GitHub Enterprise Server."""

    api_url: str
    owner: str
    name: str

    @classmethod
    def of(cls, api_url: str, repository: str) -> Address:
        """Raises UsageError for what is no OWNER/NAME or no URL."""
        owner, slash, name = repository.partition("/")
        good = slash and all(part and part not in (".", "..") and _is_name(part) for part in (owner, name))
        if not good:
            raise UsageError(f"no repository {repository!r}: --repo OWNER/NAME, or GITHUB_REPOSITORY")
        if not api_url.startswith(("https://", "http://")) or not api_url.isprintable() or " " in api_url:
            raise UsageError(f"no URL {api_url!r}: GITHUB_API_URL is https://HOST/api/v3 on GitHub Enterprise Server")
        return cls(api_url.rstrip("/"), owner, name)

    @property
    def path(self) -> str:
        return f"/repos/{self.owner}/{self.name}"


def _is_name(part: str) -> bool:
    return part.isascii() and part.replace("-", "").replace("_", "").replace(".", "").isalnum()


@dataclass
class Host:
    """Raises the errors of `fimbot.errors` that begin with GitHub; none of them holds the token."""

    address: Address
    key: Key
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        # Retries and pauses are the pace's: PyGithub's would sleep unseen, and repeat writes.
        self._github = Github(
            auth=Auth.Token(self.key.reveal()),
            base_url=self.address.api_url,
            timeout=TIMEOUT_SECONDS,
            user_agent=f"fimbot/{__version__}",
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        )

    def close(self) -> None:
        self._github.close()

    # Reading.

    def pull(self, number: int) -> PullRequest:
        return self._read(f"reading pull request #{number}", lambda: _pull(self._repository().get_pull(number)))

    def pulls_from(self, owner: str, branch: str) -> tuple[PullRequest, ...]:
        """The open pull requests from a branch of a fork, or of this repository."""

        def read() -> tuple[PullRequest, ...]:
            return tuple(_pull(each) for each in self._repository().get_pulls(state="open", head=f"{owner}:{branch}"))

        return self._read("looking for the pull request of a branch", read)

    def files(self, number: int) -> tuple[PullFile, ...]:
        """The first 3,000 of them; GitHub tells no more."""

        def read() -> tuple[PullFile, ...]:
            url = f"{self.address.path}/pulls/{number}/files"
            pages = github.PaginatedList.PaginatedList(github.File.File, self._github.requester, url, None)
            return tuple(
                PullFile(f.filename, f.status, f.sha or "", f.patch, f.additions, f.previous_filename) for f in pages
            )

        return self._read(f"listing the files of #{number}", read)

    def conversation(self, pull: PullRequest, base_files: Sequence[str]) -> Conversation:
        """What the token's own user has said on the pull request; and files of its base, in the same request."""

        def read() -> Conversation:
            threads: list[Thread] = []
            reviews: list[OwnReview] = []
            found: dict[str, bytes | None] = {}
            # Both lists in one query for as long as both have more pages.
            cursors: dict[str, str | None] = {"threads": None, "reviews": None}
            more = {"withThreads": True, "withReviews": True}
            files = base_files
            while True:
                variables = {"number": pull.number, **cursors, **more, **expressions(pull.base_sha, files)}
                data = self._query(conversation_query(len(files)), variables)
                found |= self._files(data["repository"], files)
                told, files = data["repository"]["pullRequest"], ()
                if more["withThreads"]:
                    threads += own_threads(told["reviewThreads"]["nodes"])
                    cursors["threads"], more["withThreads"] = next_page(told["reviewThreads"])
                if more["withReviews"]:
                    reviews += own_reviews(told["reviews"]["nodes"])
                    cursors["reviews"], more["withReviews"] = next_page(told["reviews"])
                if not any(more.values()):
                    is_bot = data["viewer"]["login"].endswith("[bot]")
                    return Conversation(told["headRefOid"], is_bot, tuple(threads), tuple(reviews), found)

        return self._read("reading what was said before", read)

    def contents(self, commit: str, paths: Iterable[str]) -> dict[str, bytes | None]:
        """Files of a commit; None where there is none (or no file). Each is exact: held against its object id."""
        found: dict[str, bytes | None] = {}
        for batch in batches(list(dict.fromkeys(paths)), FILES_A_QUERY):
            found |= self._read("reading files", partial(self._contents, commit, batch))
        return found

    def _contents(self, commit: str, paths: Sequence[str]) -> dict[str, bytes | None]:
        data = self._query(contents_query(len(paths)), expressions(commit, paths))
        return self._files(data["repository"], paths)

    def _files(self, told: Mapping[str, Any], paths: Sequence[str]) -> dict[str, bytes | None]:
        return {path: self._content(told[f"f{n}"]) for n, path in enumerate(paths)}

    def _content(self, told: Mapping[str, Any] | None) -> bytes | None:
        if told is None or told["__typename"] != "Blob":
            return None
        content = (told["text"] or "").encode("utf-8", "surrogatepass")
        if object_id(content) == told["oid"]:
            return content
        # `text` is UTF-8, cut where it is long, and null for what GitHub calls binary.
        return base64.b64decode(self._repository().get_git_blob(told["oid"]).content)

    def merge_base(self, base: str, head: str) -> str:
        def read() -> str:
            url = f"{self.address.path}/compare/{base}...{head}"
            _, data = self._github.requester.requestJsonAndCheck("GET", url, parameters={"per_page": 1})
            return str(data["merge_base_commit"]["sha"])

        return self._read("looking for the merge base", read)

    # Writing.

    def write(self, what: str, request: Write) -> dict[str, Any]:
        """Sends it once; repeated only where GitHub has said that it did nothing."""

        def act() -> dict[str, Any]:
            requester = self._github.requester
            if request.url == GRAPHQL:
                requester.graphql_query(**(request.body or {}))
                return {}
            _, data = requester.requestJsonAndCheck(request.method, request.url, input=request.body)
            return data if isinstance(data, dict) else {}

        return self.pace.call(what, act, write=True)

    # The rest.

    def _repository(self) -> github.Repository.Repository:
        return self._github.get_repo(f"{self.address.owner}/{self.address.name}")

    def _read(self, what: str, read: Callable[[], T]) -> T:
        return self.pace.call(what, read)

    def _query(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        given = {"owner": self.address.owner, "name": self.address.name, **variables}
        _, answer = self._github.requester.graphql_query(query, given)
        return dict(answer["data"])


def object_id(content: bytes) -> str:
    """The name that git gives a blob; GitHub's repositories are SHA-1's."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _pull(found: github.PullRequest.PullRequest) -> PullRequest:
    return PullRequest(
        number=found.number,
        url=found.html_url,
        is_open=found.state == "open",
        draft=bool(found.draft),
        locked=bool(found.locked),
        by_bot=found.user is not None and found.user.type == "Bot",
        body=found.body or "",
        labels=frozenset(label.name for label in found.labels),
        head_sha=found.head.sha,
        base_sha=found.base.sha,
    )
