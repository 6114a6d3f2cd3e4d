"""What GitHub knows of a pull request, as frozen values. All of its texts are other people's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GRAPHQL = "/graphql"
"""The one URL that is not below the API's root."""

LISTED_FILES = 3000
"""The API lists no more files of a pull request."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    number: int
    url: str
    is_open: bool
    draft: bool
    locked: bool
    by_bot: bool
    body: str
    labels: frozenset[str]
    head_sha: str
    base_sha: str


@dataclass(frozen=True, slots=True)
class PullFile:
    """A file of the pull request's own diff."""

    path: str
    status: str
    """added, removed, modified, renamed, copied, changed, unchanged"""
    blob: str
    """The object id of its content at the head."""
    patch: str | None
    """Its hunks, with three lines of context; None for a binary file, one that was only renamed, or a large one."""
    additions: int
    previous: str | None = None
    """Its path before, where it was renamed."""


@dataclass(frozen=True, slots=True)
class Reply:
    body: str
    by_bot: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread that the token's own user began."""

    comment: str
    """The node id of its first comment."""
    path: str
    line: int | None
    """Its last one at the head, wherever it stood when it was posted; None where that is outdated."""
    body: str
    resolved: bool
    hidden: bool
    """Its first comment is minimised."""
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class OwnReview:
    """A review by the token's own user."""

    id: int
    body: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    head_sha: str
    """The pull request's, at the moment of this reading."""
    viewer_is_bot: bool
    """Whether the token belongs to an App (as GITHUB_TOKEN does) and not to a person."""
    threads: tuple[Thread, ...]
    reviews: tuple[OwnReview, ...]
    base_files: Mapping[str, bytes | None]
    """Those of the base commit that were asked for; None for one that is not there."""


@dataclass(frozen=True, slots=True)
class Write:
    """A request that changes something, exactly as it is sent."""

    method: str
    url: str
    """Relative to the API's root."""
    body: dict[str, Any] | None = None
