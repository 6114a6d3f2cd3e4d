"""The stand-in GitHub itself: a double that takes anything would prove nothing. Who asks, and in what form."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from github import Auth, Github

from tests.doubles.github import READ_ONLY, GitHubServer
from tests.doubles.github.git_store import GitFailed
from tests.doubles.github.openapi import operations
from tests.github.strict_asking import Desk, on, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all tests of this module: what is refused leaves no trace, and what is only read neither."""
    with open_desk(tmp_path_factory.mktemp("github")) as opened:
        yield opened
        assert opened.pull.reviews == []


def message(answer: httpx.Response) -> str:
    found = answer.json()
    assert found["status"] == str(answer.status_code) and found["documentation_url"].startswith("https://docs.github")
    return str(found["message"])


def test_a_route_that_is_none(desk: Desk) -> None:
    answer = desk.ask("GET", "/repos/acme/shop/nothing")
    assert (answer.status_code, message(answer)) == (404, "Not Found")


@pytest.mark.parametrize("path", ["/repos/acme/none", "/repos/acme/shop/pulls/2", "/repos/acme/shop/pulls/x"])
def test_what_is_not_there(desk: Desk, path: str) -> None:
    assert desk.ask("GET", path).status_code == 404


def test_names_have_no_case(desk: Desk) -> None:
    assert desk.ask("GET", "/repos/ACME/Shop").json()["full_name"] == "acme/shop"


@pytest.mark.parametrize("scheme", ["Bearer", "token"])
def test_both_schemes_of_a_token_are_taken(desk: Desk, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {desk.token}"}
    assert desk.ask("GET", "/repos/acme/shop", headers=headers, token="").status_code == 200


def test_an_unknown_token(desk: Desk) -> None:
    answer = desk.of_pull("GET", token="ghs_other")
    assert (answer.status_code, message(answer)) == (401, "Bad credentials")


def test_without_a_token_what_is_public_can_be_read_and_not_written(desk: Desk) -> None:
    assert desk.of_pull("GET", token="").status_code == 200
    answer = desk.review(on(10), token="")
    assert (answer.status_code, message(answer)) == (401, "Requires authentication")


def test_a_client_that_does_not_say_who_it_is(desk: Desk) -> None:
    answer = desk.of_pull("GET", headers={"User-Agent": ""})
    assert answer.status_code == 403 and "User-Agent" in message(answer)


WRITES: list[tuple[str, str, dict[str, object]]] = [
    ("POST", "/repos/acme/shop/pulls/1/reviews", {"event": "COMMENT", "body": "x"}),
    ("POST", "/repos/acme/shop/pulls/1/comments", {"body": "x", "commit_id": "x", "path": "a.py"}),
    ("POST", "/repos/acme/shop/issues/1/comments", {"body": "x"}),
    ("POST", "/repos/acme/shop/check-runs", {"name": "x", "head_sha": "x"}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=lambda value: str(value)[:40])
def test_a_read_only_token_reads_and_does_not_write(
    desk: Desk, method: str, path: str, body: dict[str, object]
) -> None:
    token = desk.github.add_token("github-actions[bot]", permissions=READ_ONLY)
    assert desk.of_pull("GET", "/comments", token=token).status_code == 200
    answer = desk.ask(method, path, body, token=token)
    assert (answer.status_code, message(answer)) == (403, "Resource not accessible by integration")
    assert answer.headers["X-Accepted-GitHub-Permissions"].endswith("=write")


def test_a_person_is_told_of_the_personal_token(desk: Desk) -> None:
    token = desk.github.add_token("bea", permissions=READ_ONLY, installation=False)
    assert message(desk.review(on(10), token=token)) == "Resource not accessible by personal access token"


def test_a_private_repository_is_not_there_for_whom_it_does_not_concern(desk: Desk) -> None:
    desk.github.create_repository("acme/secret", private=True)
    scoped = desk.github.add_token("x[bot]", repositories=["acme/shop"])
    none = desk.github.add_token("x[bot]", permissions={"contents": "read"}, repositories=["acme/secret"])
    assert desk.ask("GET", "/repos/acme/secret", token="").status_code == 404
    assert desk.ask("GET", "/repos/acme/secret", token=scoped).status_code == 404
    assert desk.ask("GET", "/repos/acme/secret/pulls", token=none).status_code == 403
    assert desk.ask("GET", "/repos/acme/secret/contents/README.md", token=none).status_code == 200


def test_for_the_conversation_of_a_pull_request_either_permission_will_do(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.shop.private = True
        for permission in ("issues", "pull_requests"):
            token = desk.github.add_token("x[bot]", permissions={permission: "write"})
            assert desk.ask("POST", "/repos/acme/shop/issues/1/comments", {"body": "x"}, token=token).status_code == 201
            assert desk.ask("GET", "/repos/acme/shop/issues/1/comments", token=token).status_code == 200
        neither = desk.github.add_token("x[bot]", permissions={"contents": "write"})
        assert desk.ask("GET", "/repos/acme/shop/issues/1/comments", token=neither).status_code == 403


def test_an_installation_is_nobody_and_a_person_has_a_login(desk: Desk) -> None:
    answer = desk.ask("GET", "/user")
    assert (answer.status_code, message(answer)) == (403, "Resource not accessible by integration")
    assert desk.ask("GET", "/user", token="").status_code == 401
    person = desk.github.add_token("bea", installation=False)
    assert desk.ask("GET", "/user", token=person).json()["login"] == "bea"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"evnt": "COMMENT"}, '"evnt" is not a permitted key.'),
        ({"event": "SHOUT"}, "For 'properties/event', \"SHOUT\" is not a member of"),
        ({"body": 1}, "For 'properties/body', 1 is not a string."),
        ({"comments": {}}, "For 'properties/comments', {} is not an array."),
        ({"comments": [{"body": "x"}]}, '"path" wasn\'t supplied.'),
        ({"comments": [{}]}, '"path", "body" weren\'t supplied.'),
        ({"comments": [on("10")]}, "For 'properties/comments/0/line', \"10\" is not an integer."),
        (
            {"comments": [{**on(10), "start_line": None}]},
            "For 'properties/comments/0/start_line', nil is not an integer.",
        ),
        ({"comments": [on(True)]}, "is not an integer."),
        ({"comments": [on(10, subject_type="file")]}, '"subject_type" is not a permitted key.'),
    ],
    ids=str,
)
def test_a_review_that_github_does_not_describe(desk: Desk, changed: dict[str, Any], told: str) -> None:
    answer = desk.review(**changed)
    assert answer.status_code == 422
    assert message(answer).startswith("Invalid request.\n\n") and told in message(answer)


def test_a_comment_that_lacks_what_it_needs(desk: Desk) -> None:
    told = message(desk.of_pull("POST", "/comments", {"line": 10}))
    assert told == 'Invalid request.\n\n"body", "commit_id", "path" weren\'t supplied.'


@pytest.mark.parametrize("query", ["?per_page=x", "?page=-1", "?perpage=100"])
def test_a_query_that_github_does_not_describe(desk: Desk, query: str) -> None:
    assert desk.of_pull("GET", f"/comments{query}").status_code == 422
    assert desk.of_pull("GET", "/comments?per_page=100&page=1&sort=updated&direction=desc").status_code == 200


@pytest.mark.parametrize(
    ("content", "told"), [(b"{", "Problems parsing JSON"), (b"[]", "Body should be a JSON object")], ids=str
)
def test_a_body_that_is_no_object(desk: Desk, content: bytes, told: str) -> None:
    answer = desk.ask("POST", "/repos/acme/shop/pulls/1/reviews", content=content)
    assert (answer.status_code, message(answer)) == (400, told)


def test_a_check_run_takes_50_annotations_a_request(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        token = desk.github.add_token("github-actions[bot]", permissions={"checks": "write"})
        note = {"path": "a.py", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "x"}

        def run(count: int, **changed: object) -> dict[str, object]:
            output = {"title": "t", "summary": "s", "annotations": [note] * count}
            return {"name": "fimbot", "head_sha": desk.pull.head_sha, "output": output, **changed}

        path = "/repos/acme/shop/check-runs"
        made = desk.ask("POST", path, run(50), token=token).json()
        assert (made["status"], made["output"]["annotations_count"]) == ("queued", 50)
        more = {"conclusion": "neutral", "output": {"summary": "s", "annotations": [note]}}
        done = desk.ask("PATCH", f"{path}/{made['id']}", more, token=token).json()
        assert (done["status"], done["output"]["annotations_count"]) == ("completed", 51)
        assert desk.ask("POST", path, run(51), token=token).status_code == 422
        assert desk.ask("POST", path, run(1, head_sha="0" * 40), token=token).status_code == 422
        assert desk.ask("PATCH", f"{path}/1", more, token=token).status_code == 404
        person = desk.github.add_token("bea", permissions={"checks": "write"}, installation=False)
        assert message(desk.ask("POST", path, run(1), token=person)) == "You must authenticate via a GitHub App."
        assert len(desk.shop.check_runs) == 1


def test_an_answer_that_github_does_not_describe_is_found_out(desk: Desk) -> None:
    operation = operations()["GET", "/repos/{owner}/{repo}/pulls/{pull_number}"]
    good = desk.of_pull("GET").json()
    assert operation.fault_of_answer(200, good) is None
    assert "number" in (operation.fault_of_answer(200, {**good, "number": "1"}) or "")
    assert "draft" in (operation.fault_of_answer(200, {**good, "draft": None}) or "")


def test_a_fault_of_the_server_itself_ends_the_test(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match="not a git repository"), open_desk(tmp_path) as desk:
        shutil.rmtree(desk.shop.git_dir / "refs")
        assert desk.of_pull("GET").status_code == 500


def test_pages_are_of_30_and_of_100_at_most(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        for number in range(130):
            desk.github.people.say(desk.pull, str(number))
        path = "/repos/acme/shop/issues/1/comments"
        assert len(desk.ask("GET", path).json()) == 30
        first = desk.ask("GET", f"{path}?per_page=300")
        assert [comment["body"] for comment in first.json()] == [str(number) for number in range(100)]
        assert set(first.links) == {"next", "last"}
        second = desk.ask("GET", first.links["next"]["url"])
        assert [comment["body"] for comment in second.json()] == [str(number) for number in range(100, 130)]
        assert set(second.links) == {"prev", "first"}
        assert desk.ask("GET", f"{path}?page=9").json() == []


def test_everything_is_recorded(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.of_pull("GET", "/files?per_page=100")
        desk.review(on(10))
        desk.review(on(30))
        read, good, bad = desk.github.requests
        assert (read.method, read.path, read.query) == ("GET", "/repos/acme/shop/pulls/1/files", {"per_page": "100"})
        assert (read.login, read.status) == ("github-actions[bot]", 200)
        assert desk.github.writes == [good, bad]
        assert (good.body["body"], good.status, good.acted) == ("A body.", 200, True)
        assert (bad.status, bad.acted) == (422, False)


@pytest.mark.parametrize("enterprise", [False, True], ids=["github.com", "enterprise"])
def test_the_real_pygithub_finds_its_way(tmp_path: Path, enterprise: bool) -> None:
    with open_desk(tmp_path, enterprise=enterprise) as desk:
        token = Auth.Token(desk.token)
        client = Github(
            base_url=desk.github.api_url, auth=token, retry=None, seconds_between_requests=0, seconds_between_writes=0
        )
        repository = client.get_repo("acme/shop")
        pull = repository.get_pull(1)
        commit = repository.get_commit(pull.head.sha)
        review = pull.create_review(commit=commit, body="A body.", event="COMMENT", comments=[on(10)])  # type: ignore[list-item]
        (comment,) = pull.get_single_review_comments(review.id)
        assert (comment.line, comment.user.type, comment.commit_id) == (10, "Bot", pull.head.sha)
        assert [found.id for found in pull.get_review_comments()] == [comment.id]
        assert [found.user.login for found in pull.get_reviews()] == ["github-actions[bot]"]
        assert [file.filename for file in pull.get_files()] == ["a.py", "gone.py", "image", "moved.py", "new.py"]
        assert repository.compare("main", "work").merge_base_commit.sha == pull.base.sha
        assert repository.get_contents("new.py", ref=pull.head.sha).decoded_content == b"1\n2\n3\n"  # type: ignore[union-attr]
        minimized = client.requester.graphql_named_mutation(
            "minimizeComment",
            {"subjectId": comment.raw_data["node_id"], "classifier": "OUTDATED"},
            "minimizedComment { isMinimized }",
        )
        assert minimized[1] == {"minimizedComment": {"isMinimized": True}}
        client.close()


def test_the_two_hosts_have_their_own_paths(tmp_path: Path) -> None:
    with GitHubServer(tmp_path / "a", enterprise=True) as github:
        github.create_repository("acme/shop")
        for path, status in {
            "/api/v3/rate_limit": 200,
            "/rate_limit": 404,
            "/graphql": 404,
            "/api/v3/graphql": 404,
        }.items():
            assert httpx.get(github.url + path, trust_env=False).status_code == status, path
        assert httpx.post(f"{github.url}/api/graphql", json={}, trust_env=False).status_code == 401
