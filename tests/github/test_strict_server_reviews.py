"""The stand-in GitHub's rules of reviews: where a comment may hang, what it says if not, and that all is lost then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.github.strict_asking import Desk, on, open_desk

NO_LINE = (
    "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank"
)
NO_RANGE = (
    "Pull request review thread line must be part of the diff, Pull request review thread start line must be part of "
    "the same hunk as the line., and Pull request review thread diff hunk can't be blank"
)
OTHER_HUNK = "Pull request review thread start line must be part of the same hunk as the line."
ORDER = "Pull request review thread start line must precede the end line."
PATH = "Pull request review thread path is invalid and Pull request review thread diff hunk can't be blank"


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all that is refused: nothing may be left behind."""
    with open_desk(tmp_path_factory.mktemp("github")) as opened:
        yield opened
        assert not opened.pull.reviews and not opened.pull.threads


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def errors(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 422, answer.text
    found = answer.json()
    assert found["message"] in ("Unprocessable Entity", "Validation Failed")
    assert isinstance(found["errors"], list)
    return found["errors"]


SOMEWHERE: dict[str, Any] = {"start_line": 8, "start_side": "RIGHT"}


@pytest.mark.parametrize(
    "comment",
    [
        on(10),
        on(7),
        on(13),
        on(51),
        on(10, side=None),
        on(10, side="LEFT"),
        on(1, "new.py"),
        on(2, "gone.py", side="LEFT"),
        on(12, **SOMEWHERE),
        on(10, start_line=10, start_side="LEFT"),
        on(55, start_line=48, start_side="RIGHT"),
    ],
    ids=str,
)
def test_a_comment_hangs_on_any_line_of_a_hunk(desk: Desk, comment: dict[str, object]) -> None:
    assert desk.review(comment).status_code == 200
    (found,) = desk.of_pull("GET", "/comments").json()
    expected = {"side": "RIGHT", "start_line": None, "start_side": None} | comment
    assert {name: found[name] for name in expected} == expected
    assert found["original_line"] == comment["line"] and found["subject_type"] == "line"
    assert found["diff_hunk"].startswith("@@ -")


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        (on(6), NO_LINE),
        (on(14), NO_LINE),
        (on(47), NO_LINE),
        (on(56), NO_LINE),
        (on(0), NO_LINE),
        (on(4, "new.py"), NO_LINE),
        (on(1, "new.py", side="LEFT"), NO_LINE),
        (on(1, "gone.py"), NO_LINE),
        (on(55, side="LEFT", start_line=50, start_side="LEFT"), NO_RANGE),
        (on(14, **SOMEWHERE), NO_RANGE),
        (on(51, **SOMEWHERE), OTHER_HUNK),
        (on(12, start_line=6, start_side="RIGHT"), OTHER_HUNK),
        (on(12, start_line=12, start_side="RIGHT"), ORDER),
        (on(12, start_line=13, start_side="RIGHT"), ORDER),
        (on(10, start_line=51, start_side="RIGHT"), ORDER),
        (on(12, start_line=10), ORDER),
        (on(10, side="LEFT", start_line=10, start_side="RIGHT"), ORDER),
        (on(1, "none.py"), PATH),
        (on(1, "README.md"), PATH),
        (on(1, "./a.py"), PATH),
        (on(5, "old.py"), PATH),
        (on(5, "moved.py"), NO_LINE),
        (on(1, "image"), NO_LINE),
        (on(10, side="MIDDLE"), "Pull request review thread side is not included in the list"),
        (on(12, start_line=10, start_side="side"), "Pull request review thread side is not included in the list"),
        (on(None), "Pull request review thread line can't be blank and Pull request review thread diff hunk"),
        (on(None, position=1), "Pull request review thread position is closing down"),
        (on(10, body=""), "Body can't be blank"),
        (on(10, body=" \n"), "Body can't be blank"),
        (on(10, body="x" * 65_537), "Body is too long (maximum is 65536 characters)"),
    ],
    ids=lambda value: str(value)[:120],
)
def test_one_bad_comment_and_the_whole_review_is_lost(refusing: Desk, comment: dict[str, object], told: str) -> None:
    (error,) = errors(refusing.review(on(10), comment, on(51)))
    assert error.startswith(told)


def test_the_longest_body_is_taken(desk: Desk) -> None:
    assert desk.review(on(10, body="é" * 65_536), body="é" * 65_536).status_code == 200


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"body": None}, "Body can't be blank"),
        ({"body": "x" * 65_537}, "Body is too long (maximum is 65536 characters)"),
        ({"body": None, "event": "REQUEST_CHANGES"}, "Body can't be blank"),
        ({"event": "APPROVE"}, "GitHub Actions is not permitted to approve pull requests."),
        ({"commit_id": "0" * 40}, "commit_id is not part of the pull request"),
        ({"commit_id": "work"}, "commit_id is not part of the pull request"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_review_is_refused_as_a_whole(refusing: Desk, changed: dict[str, Any], told: str) -> None:
    assert errors(refusing.review(**changed)) == [told]


def test_commits_of_the_base_or_the_test_merge_are_not_of_the_pull_request(refusing: Desk) -> None:
    for commit in (refusing.pull.base_sha, refusing.pull.merge_sha):
        assert errors(refusing.review(on(10), commit_id=commit)) == ["commit_id is not part of the pull request"]


def test_too_many_comments(refusing: Desk) -> None:
    assert "is too long (maximum is 50)" in errors(refusing.review(*[on(10)] * 51))[0]


def test_as_many_comments_as_fit(desk: Desk) -> None:
    assert desk.review(*[on(10)] * 50).status_code == 200
    assert len(desk.pull.comments) == 50


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("APPROVE", "Can not approve your own pull request"),
        ("REQUEST_CHANGES", "Can not request changes on your own pull request"),
    ],
)
def test_nobody_judges_their_own_pull_request(refusing: Desk, event: str, told: str) -> None:
    own = refusing.github.add_token("ann", installation=False)
    assert errors(refusing.review(event=event, token=own)) == [told]


def test_others_may_judge_and_the_author_may_comment(desk: Desk) -> None:
    own, other = (desk.github.add_token(login, installation=False) for login in ("ann", "bea"))
    states = {
        desk.review(token=own).json()["state"],
        desk.review(event="APPROVE", token=other).json()["state"],
        desk.review(event="REQUEST_CHANGES").json()["state"],
    }
    assert states == {"COMMENTED", "APPROVED", "CHANGES_REQUESTED"}


def test_a_pending_review_is_its_authors_alone(desk: Desk) -> None:
    review = desk.review(on(10), event=None).json()
    assert review["state"] == "PENDING" and "submitted_at" not in review
    other = desk.github.add_token("bea", installation=False)
    assert [found["id"] for found in desk.of_pull("GET", "/reviews").json()] == [review["id"]]
    assert desk.of_pull("GET", "/reviews", token=other).json() == []
    assert desk.of_pull("GET", f"/reviews/{review['id']}", token=other).status_code == 404
    assert len(desk.of_pull("GET", f"/reviews/{review['id']}/comments").json()) == 1
    assert desk.of_pull("GET", "/comments").json() == []
    threads = 'query($n: Int!) { repository(owner: "acme", name: "shop") { pullRequest(number: $n) { '
    threads += "reviewThreads(first: 9) { totalCount } } } }"
    for token, count in ((None, 1), (other, 0)):
        found = desk.graphql(threads, token, n=1)["data"]["repository"]["pullRequest"]
        assert found["reviewThreads"]["totalCount"] == count


def test_one_pending_review_blocks_all_that_its_author_would_write(desk: Desk) -> None:
    review = desk.review(on(10), event=None).json()["id"]
    told = "User can only have one pending review per pull request"
    assert errors(desk.review(on(10), event=None)) == [told]
    assert errors(desk.review(on(10))) == [told]
    single = {"body": "x", "commit_id": desk.pull.head_sha, "path": "a.py", "line": 10}
    (error,) = errors(desk.of_pull("POST", "/comments", single))
    assert (error["resource"], error["field"]) == ("PullRequestReview", "user_id")
    assert desk.review(token=desk.github.add_token("bea", installation=False)).status_code == 200
    assert desk.of_pull("DELETE", f"/reviews/{review}").json()["state"] == "PENDING"
    assert desk.pull.threads == []
    assert desk.review(on(10)).status_code == 200


def test_a_pending_review_is_submitted(desk: Desk) -> None:
    review = desk.review(on(10), event=None, body=None).json()["id"]
    assert errors(desk.of_pull("POST", f"/reviews/{review}/events", {"event": "COMMENT"})) == ["Body can't be blank"]
    answer = desk.of_pull("POST", f"/reviews/{review}/events", {"event": "COMMENT", "body": "Now."})
    assert (answer.json()["state"], answer.json()["body"]) == ("COMMENTED", "Now.")
    assert len(desk.of_pull("GET", "/comments").json()) == 1
    assert errors(desk.of_pull("POST", f"/reviews/{review}/events", {"event": "COMMENT", "body": "x"}))
    assert errors(desk.of_pull("DELETE", f"/reviews/{review}")) == ["Can not delete a non-pending pull request review"]


def test_the_body_of_a_review_is_its_authors_to_change(desk: Desk) -> None:
    review = desk.review().json()["id"]
    other = desk.github.add_token("bea", installation=False)
    assert errors(desk.of_pull("PUT", f"/reviews/{review}", {"body": "x"}, token=other))
    assert desk.of_pull("PUT", f"/reviews/{review}", {"body": "x"}).json()["body"] == "x"


def test_a_locked_pull_request_takes_nothing(refusing: Desk) -> None:
    refusing.github.people.lock(refusing.pull)
    single = {"body": "x", "commit_id": refusing.pull.head_sha, "path": "a.py", "line": 10}
    for answer in (
        refusing.review(on(10)),
        refusing.of_pull("POST", "/comments", single),
        refusing.ask("POST", "/repos/acme/shop/issues/1/comments", {"body": "x"}),
    ):
        assert answer.status_code == 403
        assert answer.json()["message"] == "Unable to create comment because issue is locked."
    refusing.github.people.lock(refusing.pull, locked=False)


def test_a_closed_pull_request_can_still_be_reviewed(desk: Desk) -> None:
    desk.github.people.close(desk.pull)
    assert desk.of_pull("GET").json()["state"] == "closed"
    assert desk.review(on(10)).status_code == 200


# Single comments.


def single(desk: Desk, comment: dict[str, object], **changed: object) -> httpx.Response:
    given = {"commit_id": desk.pull.head_sha, **comment, **changed}
    return desk.of_pull("POST", "/comments", given)


def test_a_single_comment_makes_a_review_of_its_own(desk: Desk) -> None:
    answer = single(desk, on(10))
    assert answer.status_code == 201 and answer.headers["Location"] == answer.json()["url"]
    (review,) = desk.of_pull("GET", "/reviews").json()
    assert (review["state"], review["body"]) == ("COMMENTED", "")
    assert answer.json()["pull_request_review_id"] == review["id"]


def test_a_comment_on_a_file_as_a_whole(desk: Desk) -> None:
    comment = single(desk, on(None, "moved.py", side=None, subject_type="file")).json()
    assert (comment["subject_type"], comment["line"], comment["path"]) == ("file", None, "moved.py")


@pytest.mark.parametrize(
    ("comment", "fields"),
    [
        (on(6), ["line", "diff_hunk"]),
        (on(14, **SOMEWHERE), ["line", "start_line", "diff_hunk"]),
        (on(51, **SOMEWHERE), ["start_line"]),
        (on(12, start_line=12, start_side="RIGHT"), ["start_line"]),
        (on(1, "none.py"), ["path", "diff_hunk"]),
        (on(10, commit_id="0" * 40), ["end_commit_oid", "diff_hunk"]),
    ],
    ids=lambda value: str(value)[:80],
)
def test_a_bad_single_comment_is_told_by_field(refusing: Desk, comment: dict[str, object], fields: list[str]) -> None:
    found = errors(single(refusing, comment))
    assert [error["field"] for error in found] == [f"pull_request_review_thread.{field}" for field in fields]
    assert {error["resource"] for error in found} == {"PullRequestReviewComment"}
    assert found[-1]["code"] == ("missing_field" if fields[-1] == "diff_hunk" else "custom")


def test_subject_type_line_is_refused_though_it_is_described(refusing: Desk) -> None:
    answer = single(refusing, on(10, subject_type="line"))
    assert answer.status_code == 422 and '"subject_type" is not a permitted key.' in answer.json()["message"]


def test_an_answer_joins_the_thread(desk: Desk) -> None:
    first = single(desk, on(10)).json()["id"]
    person = desk.github.people.reply(first, "No.")
    second = desk.of_pull("POST", f"/comments/{first}/replies", {"body": "Yes."}).json()
    third = single(desk, on(10, in_reply_to=first)).json()
    assert (second["in_reply_to_id"], third["in_reply_to_id"], second["line"]) == (first, first, 10)
    assert len(desk.pull.threads) == 1
    told = {c["id"]: (c["user"]["login"], c["user"]["type"]) for c in desk.of_pull("GET", "/comments").json()}
    assert told[person.id] == ("bea", "User") and told[second["id"]] == ("github-actions[bot]", "Bot")
    assert desk.of_pull("POST", "/comments/1/replies", {"body": "x"}).status_code == 404


def test_a_deleted_comment_is_gone_and_its_answers_stay(desk: Desk) -> None:
    first = single(desk, on(10)).json()["id"]
    desk.github.people.reply(first, "No.")
    path = f"/repos/acme/shop/pulls/comments/{first}"
    assert desk.ask("PATCH", path, {"body": "Edited."}).json()["body"] == "Edited."
    assert desk.ask("DELETE", path).status_code == 204
    assert desk.ask("DELETE", path).status_code == desk.ask("GET", path).status_code == 404
    (left,) = desk.of_pull("GET", "/comments").json()
    assert left["in_reply_to_id"] == first
    desk.github.people.delete(left["id"])
    assert desk.pull.threads == []


def test_a_person_comments_on_a_line(desk: Desk) -> None:
    desk.github.people.comment(desk.pull, "a.py", 12, "Why?", start_line=11, start_side="RIGHT")
    (found,) = desk.of_pull("GET", "/comments").json()
    assert (found["user"]["login"], found["start_line"], found["line"], found["body"]) == ("bea", 11, 12, "Why?")
    assert found["author_association"] == "NONE"


def test_a_number_does_not_fit_32_bits(desk: Desk) -> None:
    assert single(desk, on(10)).json()["id"] > 2**31


def test_comments_in_order_and_since(desk: Desk) -> None:
    numbers = [single(desk, on(line)).json()["id"] for line in (10, 11, 12)]
    desk.pull.comments[0].updated_at += 100
    listed = {
        query: [comment["id"] for comment in desk.of_pull("GET", f"/comments{query}").json()]
        for query in ("", "?direction=desc", "?sort=updated", "?since=2999-01-01T00:00:00Z")
    }
    assert list(listed.values()) == [numbers, numbers[::-1], [*numbers[1:], numbers[0]], []]


def test_the_conversation(desk: Desk) -> None:
    path = "/repos/acme/shop/issues/1/comments"
    comment = desk.ask("POST", path, {"body": "Hello."}).json()
    assert comment["performed_via_github_app"]["slug"] == "github-actions"
    desk.github.people.say(desk.pull, "Hello yourself.")
    one = f"/repos/acme/shop/issues/comments/{comment['id']}"
    assert desk.ask("PATCH", one, {"body": "Bye."}).status_code == 200
    assert [found["body"] for found in desk.ask("GET", path).json()] == ["Bye.", "Hello yourself."]
    assert desk.ask("DELETE", one).status_code == 204
    assert desk.ask("PATCH", one, {"body": "Again."}).status_code == 404
