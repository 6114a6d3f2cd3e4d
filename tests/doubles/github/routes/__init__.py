"""The table of routes: GitHub's own templates; what stands in braces is an argument."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import unquote

from tests.doubles.github.routes import git, issues, other, pulls, reviews
from tests.doubles.github.routes.call import Call, Route

__all__ = ["CREATES_CONTENT", "Call", "find"]

_REPO = "/repos/{owner}/{repo}"
_PULL = f"{_REPO}/pulls/{{pull_number}}"
_REVIEW = f"{_PULL}/reviews/{{review_id}}"
_LINE_COMMENT = f"{_REPO}/pulls/comments/{{comment_id}}"
_ISSUE = f"{_REPO}/issues/{{issue_number}}"

_TABLE: Mapping[tuple[str, str], Route] = {
    ("GET", "/user"): other.user,
    ("GET", "/rate_limit"): other.rate_limit,
    ("GET", _REPO): pulls.get_repository,
    ("GET", f"{_REPO}/pulls"): pulls.list_pulls,
    ("GET", _PULL): pulls.get,
    ("GET", f"{_PULL}/files"): pulls.files,
    ("GET", f"{_PULL}/commits"): pulls.commits,
    ("GET", f"{_PULL}/reviews"): reviews.list_reviews,
    ("POST", f"{_PULL}/reviews"): reviews.create,
    ("GET", _REVIEW): reviews.get,
    ("PUT", _REVIEW): reviews.update,
    ("DELETE", _REVIEW): reviews.delete,
    ("GET", f"{_REVIEW}/comments"): reviews.comments_of_review,
    ("POST", f"{_REVIEW}/events"): reviews.submit,
    ("GET", f"{_PULL}/comments"): reviews.list_comments,
    ("POST", f"{_PULL}/comments"): reviews.create_comment,
    ("POST", f"{_PULL}/comments/{{comment_id}}/replies"): reviews.reply,
    ("GET", _LINE_COMMENT): reviews.get_comment,
    ("PATCH", _LINE_COMMENT): reviews.update_comment,
    ("DELETE", _LINE_COMMENT): reviews.delete_comment,
    ("GET", f"{_ISSUE}/comments"): issues.list_comments,
    ("POST", f"{_ISSUE}/comments"): issues.create_comment,
    ("GET", f"{_ISSUE}/labels"): issues.labels,
    ("PATCH", f"{_REPO}/issues/comments/{{comment_id}}"): issues.update_comment,
    ("DELETE", f"{_REPO}/issues/comments/{{comment_id}}"): issues.delete_comment,
    ("GET", f"{_REPO}/contents/{{path}}"): git.contents,
    ("GET", f"{_REPO}/git/blobs/{{file_sha}}"): git.blob,
    ("GET", f"{_REPO}/git/trees/{{tree_sha}}"): git.tree,
    ("GET", f"{_REPO}/commits/{{ref}}"): git.commit,
    ("GET", f"{_REPO}/commits/{{ref}}/pulls"): pulls.pulls_of_commit,
    ("GET", f"{_REPO}/compare/{{basehead}}"): git.compare,
    ("POST", f"{_REPO}/check-runs"): other.create_check_run,
    ("PATCH", f"{_REPO}/check-runs/{{check_run_id}}"): other.update_check_run,
}

CREATES_CONTENT = frozenset(
    (method, template) for method, template in _TABLE if method == "POST" and "check-runs" not in template
)
"""What counts against the secondary limit for content."""

# What a route holds that may span several segments.
_LONG = {"path": ".*", "basehead": ".+"}


def find(method: str, path: str) -> tuple[str, Route, Mapping[str, str]] | None:
    """Template, route and arguments for a path as it was sent, escapes included."""
    for pattern, known, template, route in _patterns():
        match = pattern.fullmatch(path) if known == method else None
        if match is not None:
            return template, route, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str, str, Route]]:
    return [
        (re.compile(re.sub(r"\{(\w+)\}", _group, template)), method, template, route)
        for (method, template), route in _TABLE.items()
    ]


def _group(match: re.Match[str]) -> str:
    return f"(?P<{match[1]}>{_LONG.get(match[1], '[^/]+')})"
