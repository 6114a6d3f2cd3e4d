"""PyGithub's exceptions, and those of the HTTP library below it, as fimbot's own: throttle, permission, content apart.

A throttle that is reported as a bad line, or the other way round, sends people looking in the wrong place. Each message
holds the status and what GitHub said, and never a header of the request, where the token is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from github import BadCredentialsException, GithubException
from requests import RequestException

from fimbot.errors import (
    GitHubError,
    GitHubForbidden,
    GitHubGone,
    GitHubInvalid,
    GitHubThrottled,
    GitHubUnavailable,
)

# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
# The last is a 422 with which GitHub slows down whoever creates much content.
_SECONDARY = re.compile(
    r"secondary rate limit|abuse detection|temporarily blocked|submitted too quickly", re.IGNORECASE
)
_PRIMARY = re.compile(r"rate limit exceeded", re.IGNORECASE)
_GRAPHQL = {
    "FORBIDDEN": GitHubForbidden,
    "INSUFFICIENT_SCOPES": GitHubForbidden,
    "NOT_FOUND": GitHubGone,
    "RATE_LIMITED": GitHubThrottled,
    "UNPROCESSABLE": GitHubInvalid,
}
_LONGEST_TEXT = 300


class Throttled(Exception):
    """To be tried again. `wait`: seconds, or None where GitHub does not say."""

    def __init__(self, wait: float | None, error: GitHubThrottled) -> None:
        super().__init__(str(error))
        self.wait, self.error = wait, error


def explain(what: str, error: Exception, now: float) -> GitHubError | Throttled:
    """`what` was tried: "reading the pull request". `now`: seconds since the epoch."""
    if isinstance(error, GithubException):
        return _explain_answer(what, error, now)
    if isinstance(error, RequestException):
        kind = type(error).__name__
        return GitHubUnavailable(f"GitHub: {what}: no answer ({kind}); try again later, and look at GITHUB_API_URL")
    # A 200 that is cut off or is no JSON.
    return GitHubUnavailable(f"GitHub: {what}: an answer that cannot be read; try again later")


def _explain_answer(what: str, error: GithubException, now: float) -> GitHubError | Throttled:
    status, headers = error.status, {name.lower(): value for name, value in (error.headers or {}).items()}
    kind, said = _said(error)
    message = f"GitHub: {what}: {status} {said}"
    if kind is None and (status == 429 or _is_throttle(said) or (status == 403 and "retry-after" in headers)):
        # GraphQL tells a secondary limit with status 200, which PyGithub makes 400.
        kind = GitHubThrottled
    if kind is None and status == 403:
        kind = GitHubForbidden
    if kind is GitHubThrottled:
        return Throttled(_wait(said, headers, now), GitHubThrottled(f"{message}; run it again later"))
    if kind is not None:
        return kind(message)
    if status == 401 or isinstance(error, BadCredentialsException):
        return GitHubError(f"{message}: the token is wrong or has expired; set GITHUB_TOKEN")
    if status == 404:
        return GitHubGone(f"{message}: it is not there, or not for this token")
    if status == 422:
        return GitHubInvalid(message)
    return GitHubUnavailable(message) if status >= 500 or status == 400 else GitHubError(message)


def _said(error: GithubException) -> tuple[type[GitHubError] | None, str]:
    """The class of an error of GraphQL's, and one line of GitHub's words."""
    data: Any = error.data if isinstance(error.data, dict) else {}
    errors = data.get("errors")
    parts = [error.message or data.get("message") or ""]
    kinds: list[type[GitHubError]] = []
    for each in errors if isinstance(errors, list) else []:
        # REST: a text, or an object with resource, code, field, message. GraphQL: type and message.
        entry = each if isinstance(each, dict) else {"message": str(each)}
        kinds += [_GRAPHQL[entry["type"]]] if entry.get("type") in _GRAPHQL else []
        parts.append(str(entry.get("message") or " ".join(str(entry.get(k) or "") for k in ("field", "code"))))
    said = " · ".join(dict.fromkeys(part.strip() for part in parts if part.strip())).replace("\n", " ")
    return (kinds[0] if kinds else None), said[:_LONGEST_TEXT] or "without a word"


def _is_throttle(said: str) -> bool:
    return bool(_SECONDARY.search(said) or _PRIMARY.search(said))


def _wait(said: str, headers: Mapping[str, str], now: float) -> float | None:
    """As documented: `retry-after`; else, with nothing remaining, until the reset; else a minute, doubling."""
    after = headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        # A second more, since the reset is told in whole seconds.
        return max(0.0, float(reset) - now) + 1.0
    return None
