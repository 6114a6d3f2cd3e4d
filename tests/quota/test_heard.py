"""What the headers of answers say, as their servers send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.quota.heard import heard
from fimbot.quota.values import Hear


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/event-stream"},
        {"x-ratelimit-limit-tokens": "many"},
        {"x-ratelimit-limit-tokens-month": "4000000", "x-ratelimitbysize-remaining-month": "1"},
        {"x-ratelimit-reset-tokens": "6m0s"},
        {"ratelimit": "default", "ratelimit-policy": "default"},
        {"x-ratelimit-remaining-tokens": "-1"},
    ],
)
def test_nothing_is_said(headers: dict[str, str]) -> None:
    assert heard(headers) is None


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        pytest.param(
            {
                "X-RateLimit-Limit-Requests": "60",
                "X-RateLimit-Limit-Tokens": "150000",
                "X-RateLimit-Remaining-Requests": "59",
                "X-RateLimit-Remaining-Tokens": "149984",
                "X-RateLimit-Reset-Requests": "1s",
                "X-RateLimit-Reset-Tokens": "6m0s",
            },
            Hear(60, 150_000, 59, 149_984, 1.0, 360.0),
            id="OpenAI's",
        ),
        pytest.param(
            {
                "x-ratelimit-limit-req-minute": "60",
                "x-ratelimit-limit-tokens-minute": "50000",
                "x-ratelimit-limit-tokens-month": "4000000",
                "x-ratelimit-remaining-req-minute": "59",
                "x-ratelimit-remaining-tokens-minute": "47196",
                "x-ratelimit-remaining-tokens-month": "3950246",
                "x-ratelimit-tokens-query-cost": "2804",
            },
            Hear(60, 50_000, 59, 47_196),
            id="Mistral's",
        ),
        pytest.param(
            {
                "ratelimitbysize-limit": "500000",
                "ratelimitbysize-remaining": "499990",
                "ratelimitbysize-reset": "7",
                "ratelimitbysize-query-cost": "10",
                "x-ratelimitbysize-remaining-month": "5",
            },
            Hear(limit_tokens=500_000, left_tokens=499_990, reset_tokens=7.0),
            id="Mistral's of before",
        ),
        pytest.param(
            {
                "anthropic-ratelimit-tokens-limit": "40000",
                "anthropic-ratelimit-tokens-remaining": "39000",
                "anthropic-ratelimit-tokens-reset": "2026-11-25T17:00:00Z",
            },
            Hear(limit_tokens=40_000, left_tokens=39_000),
            id="Anthropic's",
        ),
        pytest.param(
            {"RateLimit-Policy": '"burst";q=100;w=60, "day";q=9000;w=86400', "RateLimit": '"burst";r=50;t=30'},
            Hear(limit_requests=100, left_requests=50, reset_requests=30.0),
            id="IETF's",
        ),
        pytest.param(
            {"RateLimit": '"burst";r=50;t=30,"day";r=3;t=4000'},
            Hear(left_requests=3, reset_requests=4000.0),
            id="IETF's, of two policies the one with the least left",
        ),
        pytest.param(
            {"RateLimit-Policy": '"data";q=65535;qu="content-bytes";w=60', "RateLimit": '"x";r=0'},
            Hear(left_requests=0),
            id="IETF's, of another unit",
        ),
        pytest.param(
            {"RateLimit-Policy": "100;w=60", "RateLimit": "limit=100, remaining=50, reset=5"},
            Hear(limit_requests=100, left_requests=50, reset_requests=5.0),
            id="IETF's seventh draft",
        ),
        pytest.param(
            {"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "99", "RateLimit-Reset": "12"},
            Hear(limit_requests=100, left_requests=99, reset_requests=12.0),
            id="IETF's earlier drafts",
        ),
        pytest.param(
            {"x-ratelimit-remaining-tokens": "7", "x-ratelimit-reset-tokens": "12ms"},
            Hear(left_tokens=7, reset_tokens=0.012),
            id="a short reset",
        ),
        pytest.param(
            {"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "1764093600"},
            Hear(left_requests=7),
            id="a reset in Unix time, which says nothing without the server's clock",
        ),
    ],
)
def test_what_servers_send(headers: dict[str, str], said: Hear) -> None:
    assert heard(headers) == said


@pytest.mark.parametrize("nonsense", ["1e18", "-5", "60k", "0x10", "1_000", "9" * 16, "unlimited", "1 000", ""])
def test_what_is_no_number_says_nothing_rather_than_its_beginning(nonsense: str) -> None:
    assert heard({"x-ratelimit-limit-tokens": nonsense, "x-ratelimit-remaining-tokens": nonsense}) is None


@pytest.mark.parametrize("number", ["60000", "60000.0", "60000, 60000;w=60", "60000;w=60"])
def test_a_number_may_have_a_fraction_or_its_policies_behind_it(number: str) -> None:
    assert heard({"x-ratelimit-limit-tokens": number}) == Hear(limit_tokens=60_000)


NAMES = ["ratelimit", "ratelimit-policy", "ratelimit-reset", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens"]


@given(st.dictionaries(st.sampled_from(NAMES), st.text(alphabet='0123456789 ;,="qwrtmsd.-é', max_size=40)))
def test_no_header_breaks_it(headers: dict[str, str]) -> None:
    heard(headers)
