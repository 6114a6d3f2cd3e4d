"""The stand-in GitHub's GraphQL: threads and comments, what may be changed with which permission, and its errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.github import READ_ONLY
from tests.github.strict_asking import AFTER, Desk, on, open_desk

THREADS = """
query($first: Int = 50, $after: String, $comments: Int = 20) {
  repository(owner: "acme", name: "shop") {
    pullRequest(number: 1) {
      reviewThreads(first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved isOutdated path line originalLine resolvedBy { login }
          comments(first: $comments) {
            nodes { id fullDatabaseId body isMinimized minimizedReason author { __typename login } }
          }
        }
      }
    }
  }
}
"""
MINIMIZE = """
mutation($id: ID!, $why: ReportedContentClassifiers!) {
  minimizeComment(input: {subjectId: $id, classifier: $why}) { minimizedComment { isMinimized minimizedReason } }
}
"""
RESOLVE = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def threads(desk: Desk, **variables: object) -> dict[str, Any]:
    answer = desk.graphql(THREADS, **variables)  # type: ignore[arg-type]
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["repository"]["pullRequest"]["reviewThreads"]
    return found


def error(answer: dict[str, Any]) -> tuple[str | None, str]:
    (found,) = answer["errors"]
    return found.get("type"), found["message"]


def test_no_threads(desk: Desk) -> None:
    nothing = {"hasNextPage": False, "endCursor": None}
    assert threads(desk) == {"totalCount": 0, "pageInfo": nothing, "nodes": []}


def test_a_thread_and_its_comments(desk: Desk) -> None:
    desk.review(on(51), on(10, path="a.py"))
    first, second = (comment.id for comment in desk.pull.comments)
    desk.github.people.reply(first, "No.")
    one, other = threads(desk)["nodes"]
    (bot, person) = one["comments"]["nodes"]
    assert (one["path"], one["line"], one["isResolved"], one["isOutdated"]) == ("a.py", 51, False, False)
    assert (bot["fullDatabaseId"], bot["body"]) == (str(first), "A comment.")
    assert bot["author"] == {"__typename": "Bot", "login": "github-actions"}, "REST says github-actions[bot]"
    assert person["author"] == {"__typename": "User", "login": "bea"}
    assert other["comments"]["nodes"][0]["fullDatabaseId"] == str(second)


def test_a_resolved_and_an_outdated_thread(desk: Desk) -> None:
    desk.review(on(51), on(10))
    desk.github.people.resolve(desk.pull.comments[0].id)
    desk.shop.commit("work", {"a.py": AFTER.replace("changed 10", "changed again")})
    resolved, outdated = threads(desk)["nodes"]
    assert (resolved["isResolved"], resolved["resolvedBy"], resolved["line"]) == (True, {"login": "bea"}, 51)
    assert (outdated["isOutdated"], outdated["line"], outdated["originalLine"]) == (True, None, 10)
    desk.github.people.unresolve(desk.pull.comments[0].id)
    assert threads(desk)["nodes"][0]["resolvedBy"] is None


def test_pages_of_threads(desk: Desk) -> None:
    desk.review(*[on(10)] * 5)
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = threads(desk, first=2, after=after)
        assert page["totalCount"] == 5
        seen += [thread["id"] for thread in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert seen == [thread["id"] for thread in threads(desk)["nodes"]] and len(seen) == 5


def test_pages_backwards(desk: Desk) -> None:
    for number in range(5):
        desk.github.people.say(desk.pull, str(number))
    query = """query($last: Int, $before: String) { repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
        comments(last: $last, before: $before) { nodes { body } pageInfo { hasPreviousPage startCursor } } } } }"""

    def page(before: str | None) -> tuple[list[str], dict[str, Any]]:
        found = desk.graphql(query, last=3, before=before)["data"]["repository"]["pullRequest"]["comments"]
        return [comment["body"] for comment in found["nodes"]], found["pageInfo"]

    bodies, info = page(None)
    assert (bodies, info["hasPreviousPage"]) == (["2", "3", "4"], True)
    bodies, info = page(info["startCursor"])
    assert (bodies, info["hasPreviousPage"]) == (["0", "1"], False)


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({"first": None}, "MISSING_PAGINATION_BOUNDARIES"),
        ({"first": 101}, "EXCESSIVE_PAGINATION"),
        ({"comments": 101}, "EXCESSIVE_PAGINATION"),
        ({"after": "x"}, "INVALID_CURSOR_ARGUMENTS"),
    ],
    ids=str,
)
def test_a_page_that_github_would_not_give(desk: Desk, variables: dict[str, Any], kind: str) -> None:
    desk.review(on(10))
    answer = desk.graphql(THREADS, **variables)
    assert error(answer)[0] == kind


def test_the_number_that_does_not_fit(desk: Desk) -> None:
    desk.review(on(10))
    answer = desk.graphql(THREADS.replace("fullDatabaseId", "databaseId"))
    assert "32-bit" in error(answer)[1]


@pytest.mark.parametrize(("why", "reason"), [("OUTDATED", "outdated"), ("OFF_TOPIC", "off-topic")])
def test_a_comment_is_minimised_with_what_a_workflow_may(desk: Desk, why: str, reason: str) -> None:
    desk.review(on(10))
    comment = threads(desk)["nodes"][0]["comments"]["nodes"][0]
    answer = desk.graphql(MINIMIZE, id=comment["id"], why=why)
    assert answer["data"]["minimizeComment"]["minimizedComment"] == {"isMinimized": True, "minimizedReason": reason}
    assert threads(desk)["nodes"][0]["comments"]["nodes"][0]["minimizedReason"] == reason
    assert [request.acted for request in desk.github.writes] == [True, True]


UPDATE = """
mutation($id: ID!, $body: String!) {
  updatePullRequestReviewComment(input: {pullRequestReviewCommentId: $id, body: $body}) {
    pullRequestReviewComment { body }
  }
}
"""


def test_a_comment_gets_another_body_with_what_a_workflow_may(desk: Desk) -> None:
    desk.review(on(10))
    node = desk.of_pull("GET", "/comments").json()[0]["node_id"]
    shown = desk.graphql(UPDATE, id=node, body="Better.")["data"]["updatePullRequestReviewComment"]
    assert shown == {"pullRequestReviewComment": {"body": "Better."}}
    assert desk.pull.comments[0].body == "Better."
    reader = desk.github.add_token("github-actions[bot]", permissions=READ_ONLY)
    assert error(desk.graphql(UPDATE, reader, id=node, body="Worse.")) == (
        "FORBIDDEN",
        "Resource not accessible by integration",
    )
    assert error(desk.graphql(UPDATE, id=node, body=" "))[0] == "UNPROCESSABLE"
    assert error(desk.graphql(UPDATE, id=node, body="x" * 65_537))[0] == "UNPROCESSABLE"
    assert error(desk.graphql(UPDATE, id="PRRC_none", body="x"))[0] == "NOT_FOUND"
    assert desk.pull.comments[0].body == "Better."


def test_the_node_of_the_rest_api_is_the_same(desk: Desk) -> None:
    desk.review(on(10))
    said = desk.github.people.say(desk.pull, "Hello.")
    (comment,) = desk.of_pull("GET", "/comments").json()
    (issue_comment,) = desk.ask("GET", "/repos/acme/shop/issues/1/comments").json()
    for node in (comment["node_id"], issue_comment["node_id"]):
        assert "errors" not in desk.graphql(MINIMIZE, id=node, why="RESOLVED")
    assert said.minimized == desk.pull.comments[0].minimized == "resolved"
    (listed,) = desk.ask("GET", "/repos/acme/shop/issues/1/comments").json()
    assert (issue_comment["minimized"], listed["minimized"]) == (None, {"reason": "resolved"})
    node = issue_comment["node_id"]
    shown = desk.graphql("query($id: ID!) { node(id: $id) { id ... on IssueComment { body } } }", id=node)
    assert shown["data"]["node"] == {"id": issue_comment["node_id"], "body": "Hello."}


def test_a_read_only_token_minimises_nothing(desk: Desk) -> None:
    desk.review(on(10))
    token = desk.github.add_token("github-actions[bot]", permissions=READ_ONLY)
    node = desk.of_pull("GET", "/comments").json()[0]["node_id"]
    answer = desk.graphql(MINIMIZE, token, id=node, why="OUTDATED")
    assert error(answer) == ("FORBIDDEN", "Resource not accessible by integration")
    assert answer["data"] == {"minimizeComment": None} and desk.pull.comments[0].minimized is None
    assert [request.acted for request in desk.github.writes] == [True, False]


def test_to_resolve_a_thread_takes_write_access_to_the_contents(desk: Desk) -> None:
    desk.review(on(10))
    thread = threads(desk)["nodes"][0]["id"]
    assert error(desk.graphql(RESOLVE, id=thread))[0] == "FORBIDDEN"
    token = desk.github.add_token("x[bot]", permissions={"contents": "write", "pull_requests": "write"})
    assert desk.graphql(RESOLVE, token, id=thread)["data"]["resolveReviewThread"]["thread"] == {"isResolved": True}
    assert threads(desk)["nodes"][0]["resolvedBy"] is None, "an App is no User"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ('{ repository(owner: "acme", name: "none") { id } }', "NOT_FOUND"),
        ('{ repository(owner: "acme", name: "shop") { pullRequest(number: 9) { id } } }', "NOT_FOUND"),
        ('{ node(id: "x") { id } }', "NOT_FOUND"),
        ("{ nothing }", None),
        ("{ viewer { login(x: 1) } }", None),
        ("{ viewer }", None),
        ("{", None),
        ('mutation { minimizeComment(input: {subjectId: "x", classifier: "OUTDATED"}) { clientMutationId } }', None),
    ],
)
def test_an_error_is_told_with_status_200(desk: Desk, query: str, kind: str | None) -> None:
    assert error(desk.graphql(query))[0] == kind


def test_a_private_repository_is_not_there(desk: Desk) -> None:
    desk.shop.private = True
    token = desk.github.add_token("x[bot]", repositories=[])
    assert error(desk.graphql(THREADS, token))[0] == "NOT_FOUND"
    token = desk.github.add_token("x[bot]", permissions={"contents": "read"})
    assert error(desk.graphql(THREADS, token))[0] == "FORBIDDEN"


def test_who_is_asking(desk: Desk) -> None:
    assert desk.graphql("{ viewer { login } }")["data"] == {"viewer": {"login": "github-actions[bot]"}}
    person = desk.github.add_token("bea", installation=False)
    assert desk.graphql("{ viewer { login } }", person)["data"] == {"viewer": {"login": "bea"}}
    answer = desk.ask("POST", desk.github.graphql_url, {"query": "{ viewer { login } }"}, token="")
    assert answer.status_code == 401


def test_a_request_that_is_no_query(desk: Desk) -> None:
    assert desk.ask("POST", desk.github.graphql_url, {"query": 1}).status_code == 400
