"""Which pull request is meant: by the options, or by the event that started the workflow.

An event's texts are other people's: branches may be named anything, and only numbers, names and hashes are taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fimbot.errors import UsageError

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HOW = "name it with --repo OWNER/NAME --pr NUMBER"


@dataclass(frozen=True, slots=True)
class Branch:
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Target:
    repository: str
    pull: int | Branch
    """Its number, or the branch that it is from."""
    head_sha: str | None = None
    """What the event was about; where the pull request has another head by now, another run is under way for it."""


def find_target(
    repository: str | None, number: int | None, event: Mapping[str, Any], event_repository: str | None
) -> Target | str:
    """Or why there is nothing to review. `event`: the payload, empty outside of a workflow.

    Raises UsageError where nothing names a pull request.
    """
    named = repository or event_repository
    if not named:
        raise UsageError(f"no repository: {_HOW}")
    if number is not None:
        return Target(named, number)
    if "merge_group" in event:
        return "a merge queue's group is no pull request: it was reviewed before it came in"
    if isinstance(run := event.get("workflow_run"), dict):
        return _of_workflow_run(named, run)
    if isinstance(pull := event.get("pull_request"), dict):
        return Target(named, _number(pull), head_sha=_sha(_under(pull, "head", "sha")))
    if isinstance(issue := event.get("issue"), dict) and "pull_request" in issue:
        return Target(named, _number(issue))
    raise UsageError(f"no pull request in this event: {_HOW}")


def _of_workflow_run(repository: str, run: Mapping[str, Any]) -> Target | str:
    """Its `pull_requests` is empty for forks, and a number in an artifact is the fork's word: the branch names it."""
    if run.get("event") not in ("pull_request", "pull_request_target"):
        return f"the workflow that ended ran for no pull request, but for {str(run.get('event'))[:40]!r}"
    owner, branch = _under(run, "head_repository", "owner", "login"), run.get("head_branch")
    head = _sha(run.get("head_sha"))
    if not (isinstance(owner, str) and isinstance(branch, str) and owner and branch and head):
        return "the workflow that ended names no branch: its fork may be gone"
    return Target(repository, Branch(owner, branch), head)


def _number(found: Mapping[str, Any]) -> int:
    number = found.get("number")
    if type(number) is not int or number < 1:
        raise UsageError(f"the event's pull request has no number: {_HOW}")
    return number


def _sha(value: Any) -> str | None:
    return value if isinstance(value, str) and _SHA.fullmatch(value) else None


def _under(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
