"""Posting, whatever GitHub answers, and whoever else does something meanwhile: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doubles.github import faults
from tests.doubles.github.server import GitHubServer
from tests.doubles.github.state import PullRequest
from tests.review.conftest import BASE, FAR, STUBBED, Desk, stubs


def test_mistake_1_one_line_that_github_refuses_costs_only_itself(desk: Desk) -> None:
    """What the check against the diff cannot foresee: here a comment that is longer than GitHub takes today."""
    desk.engine.text = lambda body: f"    return a + b{'  # long' * 120 if 'def f3' in body['prompt'][-60:] else ''}\n"
    desk.github.hard_limits.body = 1200
    pull = desk.open({"a.py": BASE + stubs(8)})
    result = desk.review(pull)
    assert result.status == 0, result.told
    assert len(pull.comments) == 7
    assert "`f3`" in result.summary and "GitHub did not take it" in result.summary
    assert result.summary.count("# long") > 100


def test_mistake_6_what_was_paid_for_is_kept_when_posting_fails(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + stubs(3)})
    desk.github.plan(*[faults.status(502)] * 3, method="POST", path="/reviews$")
    result = desk.review(pull)
    assert result.status == 3
    assert "502" in result.err
    asked = len(desk.engine.requests)
    assert asked == 3
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 3
    assert len(desk.engine.requests) == asked


@pytest.mark.parametrize("fault", [faults.cut_after, faults.cut_within, faults.status_after(502), faults.cut_before])
def test_an_answer_that_never_came_is_looked_for(desk: Desk, fault: faults.Fault) -> None:
    pull = desk.open({"a.py": BASE + stubs(3)})
    desk.github.plan(fault, method="POST", path="/reviews$")
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 3
    assert len(pull.reviews) == 1


def test_two_runs_at_once_say_it_once(desk: Desk) -> None:
    """The second begins and ends while the first waits for its engine."""
    pull = desk.open({"a.py": BASE + stubs(2)})
    arguments = [sys.executable, "-m", "fimbot", "review", "--repo", "acme/shop", "--pr", str(pull.number)]
    begun: list[int] = []

    def answer(body: object) -> str:
        begun.append(1)
        if len(begun) == 1:
            subprocess.run([*arguments, "--no-cache"], cwd=desk.home, env=desk.environ, check=True, capture_output=True)
        return "    return a + b\n"

    desk.engine.text = answer
    assert desk.review(pull, FIMBOT_CONCURRENCY="1").status == 0
    assert len(pull.comments) == 2
    assert len(pull.reviews) == 1


def test_a_head_that_is_gone_meanwhile_is_left_to_its_own_run(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + stubs(4)})
    push = faults.calling(before=lambda: (desk.push({"b.py": STUBBED}, onto="main"), None)[1])
    desk.github.plan(push, method="POST", path="/reviews$")
    result = desk.review(pull)
    assert result.status == 0
    assert "commit_id" in result.err
    assert pull.comments == []
    assert len(desk.posts) == 1


def test_a_push_while_the_engine_is_asked_is_left_to_its_own_run(desk: Desk) -> None:
    """GitHub would take a review of the older commit, outdated as it is, and its mark would silence the next run."""
    pull = desk.open()

    def answer(body: object) -> str:
        if len(desk.engine.requests) == 1:
            desk.push({"a.py": STUBBED.replace("    raise", "        raise")})
        return "    return a + b\n"

    desk.engine.text = answer
    result = desk.review(pull)
    assert (result.status, desk.posts) == (0, [])
    assert "moved on" in result.err
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 1


def test_a_patch_in_a_review_whose_answer_never_came_is_looked_for(desk: Desk) -> None:
    desk.shop.commit("main", {"b.py": FAR})
    pull = desk.open({"b.py": FAR.replace("def add(a)", "def add(a, b)")})
    desk.github.plan(faults.cut_after, method="POST", path="/reviews$")
    assert desk.review(pull).outputs["suggestions"] == "1"
    assert len(pull.reviews) == 1


def test_mistake_7_a_throttle_is_waited_for(desk: Desk) -> None:
    pull = desk.open()
    desk.github.plan(faults.secondary_limit(1), method="POST", path="/reviews$")
    result = desk.review(pull)
    assert result.status == 0
    assert "secondary rate limit" in result.err and "waiting 1 s" in result.err
    assert len(pull.comments) == 1


def test_mistake_7_a_throttle_that_lasts_is_told_as_one(desk: Desk) -> None:
    pull = desk.open()
    desk.github.plan(faults.secondary_limit(3600), method="POST", path="/reviews$")
    result = desk.review(pull)
    assert result.status == 3
    assert "403" in result.err and "secondary rate limit" in result.err
    assert "not part of the diff" not in result.summary
    assert "+    return a + b" in result.summary


def test_mistake_8_a_review_left_pending_is_removed(desk: Desk) -> None:
    pull = desk.open()
    left_pending(desk.github, pull, desk.token)
    assert desk.review(pull).status == 0
    assert [review.state for review in pull.reviews] == ["COMMENTED"]


def test_mistake_8_a_review_that_another_run_leaves_pending_meanwhile_is_no_bad_line(desk: Desk) -> None:
    """It comes between the look and the post. Nothing is tried line by line; the next run removes it and posts all."""
    pull = desk.open({"a.py": BASE + stubs(4)})
    meanwhile = faults.calling(before=lambda: left_pending(desk.github, pull, desk.token))
    desk.github.plan(meanwhile, method="POST", path="/reviews$")
    result = desk.review(pull)
    assert result.status == 3
    assert "422" in result.err and "pending review" in result.err
    assert "GitHub did not take it" not in result.summary
    assert len([post for post in desk.posts if post.body.get("comments")]) == 1
    asked = len(desk.engine.requests)
    assert desk.review(pull).status == 0
    assert len(pull.comments) == 4 and [review.state for review in pull.reviews] == ["COMMENTED"]
    assert len(desk.engine.requests) == asked


def test_a_persons_own_draft_is_never_removed(desk: Desk) -> None:
    token = desk.github.add_token("bea", installation=False)
    pull = desk.open()
    left_pending(desk.github, pull, token)
    result = desk.review(pull, GITHUB_TOKEN=token)
    assert result.status == 0
    assert "submit or discard it first" in result.err
    assert [review.state for review in pull.reviews] == ["PENDING"]


def left_pending(github: GitHubServer, pull: PullRequest, token: str) -> None:
    from github import Auth, Github

    client = Github(auth=Auth.Token(token), base_url=github.api_url, retry=None, lazy=True)
    repository = client.get_repo("acme/shop")
    repository.get_pull(pull.number).create_review(body="half done", comments=[])
    client.close()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("write", [1, 2])
def test_killed_and_run_again(desk: Desk, tmp_path: Path, moment: str, write: int) -> None:
    """45 suggestions are two requests; the process dies right before or after GitHub has done one of them."""
    pull = desk.open({"a.py": BASE + stubs(45)})
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        os.kill(running[0].pid, signal.SIGKILL)

    fault = faults.calling(before=kill) if moment == "before" else faults.calling(after=kill)
    desk.github.plan(fault, method="POST", path="/reviews$", skip=write - 1)
    arguments = ["review", "--repo", "acme/shop", "--pr", str(pull.number), "--max-suggestions", "45"]
    running.append(
        subprocess.Popen(
            [sys.executable, "-m", "fimbot", *arguments],
            cwd=tmp_path,
            env=desk.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    assert running[0].wait(60) == -signal.SIGKILL
    asked = len(desk.engine.requests)
    assert desk.fimbot(*arguments).status == 0
    names = [comment.body.split("`")[1] for comment in pull.comments]
    assert sorted(names) == sorted(f"f{n}" for n in range(45))
    assert len(desk.engine.requests) == asked == 45
