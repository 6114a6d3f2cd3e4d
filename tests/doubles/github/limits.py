"""GitHub's limits: how much fits, and how often one may ask."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.doubles.github.answers import Answer, Refused
from tests.doubles.github.diffs import FileDiff
from tests.doubles.github.state import Clock, Grant


@dataclass
class HardLimits:
    """Documented unless said otherwise; a test lowers what it wants to meet with little data."""

    per_page: int = 100
    files: int = 3000
    diff_files: int = 300
    diff_lines: int = 20_000
    patch_lines: int = 20_000
    patch_bytes: int = 500_000
    body: int = 65_536
    """Characters, as the refusal says."""
    review_comments: int = 50
    """Not documented; other bots send 25 to 100 a review."""
    contents_bytes: int = 1_000_000
    blob_bytes: int = 100_000_000
    tree_entries: int = 100_000
    compare_files: int = 300

    def shows_patch(self, file: FileDiff) -> bool:
        """Whether `patch` is there; a comment can hang on nothing else."""
        patch = file.patch
        return bool(patch) and len(patch) <= self.patch_bytes and patch.count(b"\n") < self.patch_lines


PRIMARY = (
    "API rate limit exceeded for {who}. If you reach out to GitHub Support for help, please include the request ID."
)
SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later. If you reach out to GitHub Support for help, please include the request ID."
)
SECONDARY_OLDER = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID."
)


@dataclass
class RateLimits:
    clock: Clock
    minute: float = 60.0
    """Seconds of GitHub's minute: a test makes it short."""
    hour: float = 3600.0
    per_hour: int = 5000
    installation_per_hour: int = 1000
    anonymous_per_hour: int = 60
    content_per_minute: int = 80
    content_per_hour: int = 500
    status: int = 403
    """Of a refusal; GitHub also uses 429."""
    tell_when: bool = True
    """Whether a secondary refusal has a `retry-after`."""
    _used: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _content: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, grant: Grant | None) -> None:
        """Counts a request. Raises Refused when none is left."""
        if not self._spend(grant, "core"):
            raise Refused(self.status, _exceeded(grant))

    def spend_graphql(self, grant: Grant | None) -> Answer | None:
        """Counts a query, which has a budget of its own; the answer for none left is a 200, as GraphQL has it."""
        if self._spend(grant, "graphql"):
            return None
        return Answer(200, {"errors": [{"type": "RATE_LIMITED", "message": _exceeded(grant)}]})

    def create(self, grant: Grant | None) -> None:
        """Counts a request that makes content. Raises Refused for too many of them; such a request does not count."""
        now, made = self.clock.now(), self._content[_who(grant)]
        while made and made[0] <= now - self.hour:
            made.popleft()
        recent = [at for at in made if at > now - self.minute]
        spans = ((self.minute, recent, self.content_per_minute), (self.hour, list(made), self.content_per_hour))
        for span, times, allowed in spans:
            if len(times) >= allowed:
                wait = span - (now - times[-allowed]) if allowed else span
                raise self.secondary(max(1, math.ceil(wait)) if self.tell_when else None)
        made.append(now)

    def secondary(self, retry_after: int | None, status: int | None = None) -> Refused:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return Refused(status or self.status, SECONDARY, headers=headers)

    def headers(self, grant: Grant | None, resource: str = "core") -> dict[str, str]:
        window, limit = self._window(_who(grant), resource), self._limit(grant)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Used": str(window.used),
            "X-RateLimit-Reset": str(math.ceil(window.start + self.hour)),
            "X-RateLimit-Resource": resource,
        }

    def exhaust(self, login: str, *, installation: bool = True, reset_in: float = 1.0, resource: str = "core") -> None:
        """The hour's requests of this user are spent; the next hour begins in `reset_in` seconds."""
        limit = self.installation_per_hour if installation else self.per_hour
        self._used[login, resource] = _Window(self.clock.now() - self.hour + reset_in, limit)

    def _spend(self, grant: Grant | None, resource: str) -> bool:
        window = self._window(_who(grant), resource)
        if window.used >= self._limit(grant):
            return False
        window.used += 1
        return True

    def _window(self, who: str, resource: str) -> _Window:
        now = self.clock.now()
        window = self._used.get((who, resource))
        if window is None or now >= window.start + self.hour:
            window = self._used[who, resource] = _Window(now)
        return window

    def _limit(self, grant: Grant | None) -> int:
        if grant is None:
            return self.anonymous_per_hour
        return self.installation_per_hour if grant.installation else self.per_hour


@dataclass
class _Window:
    start: float
    used: int = 0


def _exceeded(grant: Grant | None) -> str:
    return PRIMARY.format(who="installation" if grant and grant.installation else "user" if grant else "127.0.0.1")


def _who(grant: Grant | None) -> str:
    return grant.user.login if grant is not None else ""


def total_lines(files: Sequence[FileDiff]) -> int:
    return sum(file.text.count(b"\n") for file in files)
