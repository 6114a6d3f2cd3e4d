"""The strict server itself: a double that takes anything would prove nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.scripts import fill

GOOD = {"model": "codestral-2501", "prompt": "def f():\n"}


def post(server: LangdockServer, body: object = GOOD, **changed: Any) -> httpx.Response:
    given = {"method": "POST", "url": server.url + server.route, "json": body, **changed}
    given.setdefault("headers", {"Authorization": f"Bearer {KEY}"})
    return httpx.request(**given, trust_env=False)


def test_the_shortest_documented_request_has_the_documented_answer(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("    return 1\n"))
    answer = post(langdock_server).json()
    assert answer["choices"][0]["message"] == {
        "content": "    return 1\n",
        "prefix": False,
        "role": "assistant",
    }
    assert set(answer["usage"]) == {"prompt_tokens", "completion_tokens", "total_tokens"}


def test_a_streamed_answer_ends_with_done(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("a b"))
    answer = post(langdock_server, {**GOOD, "stream": True})
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.text.count("data: {") == 2 and answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    "field",
    [
        {"temperature": 1.6},
        {"temperature": "0"},
        {"top_p": -0.1},
        {"max_tokens": -1},
        {"max_tokens": 1.5},
        {"max_tokens": True},
        {"min_tokens": -1},
        {"random_seed": -1},
        {"stream": 1},
        {"stop": [1]},
        {"suffix": None},
        {"prompt": 1},
        {"model": "codestral-1"},
        {"n": 2},
    ],
    ids=str,
)
def test_it_does_not_take(langdock_server: LangdockServer, field: dict[str, object]) -> None:
    answer = post(langdock_server, {**GOOD, **field})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", *field]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"headers": {}}, 401),
        ({"headers": {"Authorization": KEY}}, 401),
        ({"headers": {"Authorization": "Bearer other"}}, 401),
        ({"headers": {"Authorization": f"Bearer {KEY}", "Content-Type": "text/plain"}}, 415),
        ({"method": "PUT"}, 405),
        ({"json": ["a list"]}, 422),
        ({"json": {"prompt": "x"}}, 422),
        ({"json": {"model": "codestral-2501"}}, 422),
    ],
    ids=str,
)
def test_it_refuses(langdock_server: LangdockServer, changed: dict[str, Any], code: int) -> None:
    assert post(langdock_server, **{"body": GOOD, **changed}).status_code == code


def test_header_names_have_no_case(langdock_server: LangdockServer) -> None:
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json; charset=utf-8"}
    assert post(langdock_server, headers=headers).status_code == 200


def test_it_refuses_another_path(langdock_server: LangdockServer) -> None:
    assert post(langdock_server, url=f"{langdock_server.url}/v1/fim/completions").status_code == 404
