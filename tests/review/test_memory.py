"""What was said before is not said again, whatever happened to the pull request or to the run in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fimbot.review.identity import comment_line, mark_in
from tests.doubles.github import faults
from tests.doubles.github.server import GitHubServer
from tests.doubles.github.state import Comment, PullRequest
from tests.review.conftest import ADD, BASE, FAR, STUBBED, Desk, stubs


def reviewed(desk: Desk) -> tuple[PullRequest, Comment]:
    """A pull request with one suggestion on it."""
    pull = desk.open()
    assert desk.review(pull).status == 0
    (comment,) = pull.comments
    return pull, comment


def again(desk: Desk, pull: PullRequest) -> str:
    """Runs it again: nothing may be posted and no engine asked; the summary."""
    posts, asked = len(desk.posts), len(desk.engine.requests)
    result = desk.review(pull, "--no-cache")
    assert result.status == 0, result.told
    assert (len(desk.posts), len(desk.engine.requests)) == (posts, asked)
    return result.summary


def test_mistake_4_a_push_elsewhere_moves_lines_and_says_nothing_twice(desk: Desk) -> None:
    pull, _ = reviewed(desk)
    desk.push({"a.py": "# a line\n# and one more\n" + STUBBED})
    again(desk, pull)


def test_mistake_4_a_rebase_and_a_forced_push_say_nothing_twice(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.shop.commit("main", {"a.py": "# main went on\n" + BASE, "other.py": "x = 1\n"})
    desk.push({"a.py": "# main went on\n" + STUBBED}, onto="main")
    again(desk, pull)
    assert comment.minimized is None


def test_a_renamed_file_is_known_again(desk: Desk) -> None:
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    desk.review(pull)
    desk.push({"new.py": None, "renamed.py": ADD.lstrip("\n")})
    again(desk, pull)
    assert [comment.minimized for comment in pull.comments] == [None]


def test_a_copy_of_the_stub_in_another_file_is_another_stub(desk: Desk) -> None:
    pull, _ = reviewed(desk)
    desk.push({"b.py": STUBBED})
    desk.review(pull)
    assert [comment.thread.original.path for comment in pull.comments] == ["a.py", "b.py"]


def test_a_stub_that_is_gone_has_its_comment_minimised(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED.replace("raise NotImplementedError", "return b + a")})
    again(desk, pull)
    assert comment.minimized == "outdated"
    writes = len(desk.github.writes)
    again(desk, pull)
    assert len(desk.github.writes) == writes


def test_a_file_that_is_gone_has_its_comments_minimised(desk: Desk) -> None:
    pull = desk.open({"new.py": ADD.lstrip("\n"), "other.py": "x = 1\n"})
    desk.review(pull)
    desk.push({"new.py": None})
    again(desk, pull)
    assert [comment.minimized for comment in pull.comments] == ["outdated"]


def test_a_suggestion_that_was_committed_makes_room_for_the_next(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + stubs(2)})
    desk.review(pull, "--max-suggestions", "1")
    desk.github.people.apply_suggestion(pull.comments[0].id)
    desk.review(pull, "--max-suggestions", "1")
    assert len(pull.comments) == 2


def test_a_stub_that_has_changed_is_suggested_anew(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED.replace("The sum.", "The sum of both.")})
    desk.review(pull)
    assert len(pull.comments) == 2
    assert comment.minimized == "outdated"
    assert pull.comments[1].minimized is None


def test_resolved_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.resolve(comment.id)
    assert "resolved" in again(desk, pull)


def test_deleted_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.delete(comment.id)
    assert pull.comments == []
    assert "deleted" in again(desk, pull)


def test_hidden_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.minimise(comment.id, "off-topic")
    assert "hidden" in again(desk, pull)


def test_the_answer_ignore_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.reply(comment.id, "Thanks, but:\n\nfimbot: ignore\n")
    assert "somebody answered `fimbot: ignore`" in again(desk, pull)


@pytest.mark.parametrize(("text", "login"), [("do not write fimbot: ignore here", "bea"), ("fimbot: ignore", "x[bot]")])
def test_talk_about_it_and_bots_are_no_answer(desk: Desk, text: str, login: str) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.reply(comment.id, text, login=login)
    assert "somebody answered" not in again(desk, pull)


def test_a_no_lasts_until_the_stub_changes(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.resolve(comment.id)
    desk.push({"a.py": STUBBED.replace("a: int", "a: float")})
    desk.review(pull)
    assert len(pull.comments) == 2


def test_mistake_15_a_mark_that_somebody_else_wrote_is_not_believed(desk: Desk) -> None:
    _, comment = reviewed(desk)
    mark = mark_in(comment.body)
    assert mark is not None
    other = desk.open(branch="other")
    desk.github.people.comment(other, "a.py", 8, f"Mine.\n\n{comment_line(mark)}", login="mallory")
    desk.review(other)
    assert len(other.comments) == 2


def test_mistake_16_an_empty_answer_closes_nothing(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.engine.text = ""
    desk.push({"b.py": STUBBED})
    desk.review(pull, "--no-cache")
    assert comment.minimized is None
    assert len(pull.comments) == 1


def test_mistake_16_a_file_that_cannot_be_read_closes_nothing(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED + "# long\n" * 2000})
    desk.review(pull, FIMBOT_MAX_FILE_BYTES="1000")
    assert comment.minimized is None


def test_mistake_17_everything_is_read_to_the_last_page(desk: Desk) -> None:
    text = "x = 1\n" * 130
    pull = desk.open({f"m{n:03}.py": "x = 1\n" for n in range(120)} | {"a.txt": text, "z.py": STUBBED})
    for line in range(1, 121):
        desk.github.people.comment(pull, "a.txt", line, "nit", login="bea")
    desk.review(pull)
    assert len(pull.comments) == 121
    again(desk, pull)
    pages = [request.query.get("page") for request in desk.github.requests if request.path.endswith("/files")]
    assert "2" in pages


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


def test_an_import_is_not_minimised_when_the_body_that_needs_it_was_committed(desk: Desk) -> None:
    desk.engine.text = "    return json.dumps(a + b)\n"
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    desk.review(pull)
    import_, body = sorted(pull.comments, key=lambda comment: comment.thread.original.line or 0)
    desk.github.people.apply_suggestions([body.id])
    desk.github.refresh()
    assert desk.review(pull).status == 0
    assert import_.minimized is None


def test_the_suggestion_for_an_identical_stub_stays_when_the_first_is_filled(desk: Desk) -> None:
    twin = "def add(a, b):\n        # TODO: the sum\n        pass\n"
    pull = desk.open({"a.py": BASE + f"\nif old():\n    {twin}else:\n    {twin}"})
    desk.review(pull)
    first, second = sorted(pull.comments, key=lambda comment: comment.thread.original.line or 0)
    desk.github.people.apply_suggestions([first.id])
    desk.github.refresh()
    assert desk.review(pull).status == 0
    assert second.minimized is None


def test_an_import_that_was_suggested_before_is_not_suggested_again(desk: Desk) -> None:
    desk.engine.text = "    return json.dumps(a + b)\n"
    new = ADD.lstrip("\n")
    pull = desk.open({"new.py": new})
    desk.review(pull)
    desk.push({"new.py": new + stubs(1)})
    desk.review(pull)
    assert len(pull.comments) == 3


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
