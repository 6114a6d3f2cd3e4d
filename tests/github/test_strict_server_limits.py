"""The stand-in GitHub when it has had enough, and when it breaks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.doubles.github.faults import (
    calling,
    cut_after,
    cut_before,
    cut_within,
    html,
    secondary_limit,
    slow,
    status,
    status_after,
)
from tests.github.strict_asking import Desk, on, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def test_each_answer_tells_what_is_left(desk: Desk) -> None:
    told = [desk.of_pull("GET").headers for _ in range(2)]
    assert [int(headers["X-RateLimit-Remaining"]) for headers in told] == [999, 998]
    assert told[0]["X-RateLimit-Limit"] == "1000" and told[0]["X-RateLimit-Resource"] == "core"
    person = desk.github.add_token("bea", installation=False)
    assert desk.of_pull("GET", token=person).headers["X-RateLimit-Limit"] == "5000"
    assert desk.of_pull("GET", token="").headers["X-RateLimit-Limit"] == "60"


def test_to_ask_for_the_limit_costs_nothing(desk: Desk) -> None:
    desk.of_pull("GET")
    for _ in range(2):
        rate = desk.ask("GET", "/rate_limit").json()["resources"]["core"]
        assert (rate["limit"], rate["remaining"], rate["used"]) == (1000, 999, 1)


@pytest.mark.parametrize("code", [403, 429])
def test_nothing_is_left_until_the_reset(desk: Desk, code: int) -> None:
    desk.github.limits.status = code
    desk.github.limits.exhaust("github-actions[bot]", reset_in=1.2)
    answer = desk.review(on(10))
    assert answer.status_code == code and answer.json()["message"].startswith("API rate limit exceeded for")
    assert answer.headers["X-RateLimit-Remaining"] == "0" and "Retry-After" not in answer.headers
    reset = int(answer.headers["X-RateLimit-Reset"])
    assert 0 < reset - time.time() < 2.3
    assert desk.graphql("{ viewer { login } }")["data"] is not None, "GraphQL has a budget of its own"
    assert desk.pull.reviews == []
    time.sleep(max(0.0, reset - time.time()))
    assert desk.review(on(10)).status_code == 200


def test_graphql_says_it_in_its_own_way(desk: Desk) -> None:
    desk.github.limits.exhaust("github-actions[bot]", resource="graphql")
    answer = desk.ask("POST", desk.github.graphql_url, {"query": "{ viewer { login } }"})
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert answer.headers["X-RateLimit-Remaining"] == "0" and answer.headers["X-RateLimit-Resource"] == "graphql"
    assert desk.of_pull("GET").status_code == 200


def test_content_faster_than_allowed_is_blocked_for_a_while(desk: Desk) -> None:
    limits = desk.github.limits
    limits.minute, limits.content_per_minute = 1.0, 2
    assert [desk.review(on(10)).status_code for _ in range(3)] == [200, 200, 403]
    answer = desk.review(on(10))
    assert "secondary rate limit" in answer.json()["message"]
    assert answer.headers["Retry-After"] == "1" and int(answer.headers["X-RateLimit-Remaining"]) > 900
    assert desk.of_pull("GET").status_code == 200, "reading goes on"
    assert desk.review(on(10), token=desk.github.add_token("bea", installation=False)).status_code == 200
    limits.tell_when, limits.status = False, 429
    answer = desk.review(on(10))
    assert answer.status_code == 429 and "Retry-After" not in answer.headers
    time.sleep(1)
    assert desk.review(on(10)).status_code == 200


def test_an_hour_has_its_own_limit(desk: Desk) -> None:
    limits = desk.github.limits
    limits.minute, limits.content_per_hour = 0.1, 1
    assert desk.review(on(10)).status_code == 200
    time.sleep(0.1)
    assert desk.review(on(10)).status_code == 403
    assert int(desk.review(on(10)).headers["Retry-After"]) > 3500


def test_a_planned_secondary_limit(desk: Desk) -> None:
    desk.github.plan(secondary_limit(7), secondary_limit(code=429), method="POST")
    assert desk.of_pull("GET").status_code == 200
    first, second, third = (desk.review(on(10)) for _ in range(3))
    assert (first.status_code, first.headers["Retry-After"]) == (403, "7")
    assert (second.status_code, "Retry-After" in second.headers) == (429, False)
    assert third.status_code == 200 and len(desk.pull.reviews) == 1


def test_cut_before_nothing_has_happened(desk: Desk) -> None:
    desk.github.plan(cut_before, method="POST")
    with pytest.raises(httpx.TransportError):
        desk.review(on(10))
    (request,) = desk.github.writes
    assert (request.acted, request.status, desk.pull.reviews) == (False, None, [])


@pytest.mark.parametrize("fault", [cut_after, cut_within], ids=["before a word", "in the middle"])
def test_cut_after_it_has_happened_and_nobody_was_told(desk: Desk, fault: object) -> None:
    desk.github.plan(fault, method="POST", path=r"/reviews$")  # type: ignore[arg-type]
    with pytest.raises(httpx.TransportError):
        desk.review(on(10))
    (request,) = desk.github.writes
    assert (request.acted, request.status, len(desk.pull.reviews)) == (True, None, 1)
    assert desk.review(on(10)).status_code == 200 and len(desk.pull.reviews) == 2


def test_a_gateway_that_gives_up_while_github_goes_on(desk: Desk) -> None:
    desk.github.plan(status_after(504))
    assert desk.review(on(10)).status_code == 504
    assert len(desk.pull.reviews) == 1


def test_errors_in_place_of_answers(desk: Desk) -> None:
    desk.github.plan(status(500), html(502), status(403, "Slow down.", retry_after="1"), skip=1, path="/files")
    answers = [desk.of_pull("GET", "/files") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 500, 502, 403, 200]
    assert answers[2].headers["Content-Type"].startswith("text/html") and "Unicorn" in answers[2].text
    assert answers[3].json()["message"] == "Slow down." and answers[3].headers["Retry-After"] == "1"


def test_a_slow_answer_holds_up_nobody_else(desk: Desk) -> None:
    desk.github.plan(slow(0.5), path="/files")
    with pytest.raises(httpx.ReadTimeout):
        desk.of_pull("GET", "/files", timeout=0.1)
    started = time.monotonic()
    assert desk.of_pull("GET").status_code == 200 and time.monotonic() - started < 0.4


def test_something_happens_in_between(desk: Desk) -> None:
    old = desk.pull.head_sha
    desk.github.plan(calling(before=lambda: desk.github.people.lock(desk.pull)), method="POST")
    assert desk.review(on(10)).status_code == 403
    desk.github.people.lock(desk.pull, locked=False)
    desk.github.plan(calling(after=lambda: _push(desk)))
    assert desk.of_pull("GET").json()["head"]["sha"] == old
    assert desk.of_pull("GET").json()["head"]["sha"] != old


def _push(desk: Desk) -> None:
    desk.shop.commit("work", {"more.py": "1\n"})
