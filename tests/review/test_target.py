from __future__ import annotations

from typing import Any

import pytest

from fimbot.apps.review.target import Branch, Target, find_target
from fimbot.errors import UsageError

SHA = "a" * 40
PULL = {"pull_request": {"number": 7, "head": {"sha": SHA}}}


def run(**more: Any) -> dict[str, Any]:
    told = {
        "event": "pull_request",
        "head_sha": SHA,
        "head_branch": "work",
        "head_repository": {"owner": {"login": "m"}},
    }
    return {"workflow_run": told | more}


def test_the_options_count_more_than_the_event() -> None:
    assert find_target("a/b", 3, PULL, "c/d") == Target("a/b", 3)


def test_the_event_names_pull_request_and_head() -> None:
    assert find_target(None, None, PULL, "c/d") == Target("c/d", 7, SHA)


def test_a_comment_on_a_pull_request_names_it() -> None:
    assert find_target(None, None, {"issue": {"number": 7, "pull_request": {}}}, "c/d") == Target("c/d", 7)


def test_a_merge_queue_has_nothing_to_review() -> None:
    assert "merge queue" in str(find_target(None, None, {"merge_group": {}}, "c/d"))


def test_after_another_workflow_the_branch_names_the_pull_request() -> None:
    """Whatever `pull_requests` or an artifact says, which is the fork's word."""
    event = run(pull_requests=[{"number": 666}])
    assert find_target(None, None, event, "c/d") == Target("c/d", Branch("m", "work"), SHA)


@pytest.mark.parametrize("more", [{"event": "push"}, {"head_repository": None}, {"head_sha": "--upload-pack=x"}])
def test_a_workflow_run_without_a_pull_request_is_left_alone(more: dict[str, Any]) -> None:
    assert isinstance(find_target(None, None, run(**more), "c/d"), str)


@pytest.mark.parametrize(
    "event",
    [{}, {"issue": {"number": 7}}, {"pull_request": {"number": "7; rm"}}, {"pull_request": {"number": True}},
     {"pull_request": []}],
    ids=["none", "issue", "text", "true", "list"],
)  # fmt: skip
def test_an_event_without_a_pull_request_is_wrong_usage(event: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="--pr NUMBER"):
        find_target(None, None, event, "c/d")


def test_no_repository_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="--repo"):
        find_target(None, 3, {}, None)
