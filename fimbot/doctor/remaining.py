"""What is left of a minute's quota, as an answer's headers tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fimbot.doctor.values import Remaining

# The first that is there counts: Mistral's names, those of OpenAI and its likes, Anthropic's.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "requests": (
        "x-ratelimit-remaining-req-minute",
        "x-ratelimit-remaining-requests",
        "anthropic-ratelimit-requests-remaining",
        "ratelimit-remaining",
    ),
    "of_requests": (
        "x-ratelimit-limit-req-minute",
        "x-ratelimit-limit-requests",
        "anthropic-ratelimit-requests-limit",
        "ratelimit-limit",
    ),
    "tokens": (
        "x-ratelimit-remaining-tokens-minute",
        "x-ratelimit-remaining-tokens",
        "anthropic-ratelimit-tokens-remaining",
    ),
    "of_tokens": (
        "x-ratelimit-limit-tokens-minute",
        "x-ratelimit-limit-tokens",
        "anthropic-ratelimit-tokens-limit",
    ),
}


def remaining(headers: Mapping[str, str]) -> Remaining | None:
    """`headers` by lower-case names; None where they say nothing."""
    found = {field: _count(headers, names) for field, names in _NAMES.items()}
    if found["requests"] is None and found["tokens"] is None:
        return None
    return Remaining(**found)


def _count(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    values = (re.match(r"\s*([0-9]{1,15})", headers[name]) for name in names if name in headers)
    return next((int(value[1]) for value in values if value), None)
