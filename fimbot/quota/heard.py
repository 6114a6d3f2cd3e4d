"""What an answer's headers say of the limits. Liberal: what cannot be understood says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from fimbot.quota.values import Hear

Number = TypeVar("Number", int, float)

# The first that is there counts. Not those by the month, or of another unit.
_LIMIT_REQUESTS = (
    "x-ratelimit-limit-req-minute",  # Mistral
    "x-ratelimit-limit-requests",  # OpenAI, Azure, GitHub Models, Groq, vLLM's gateways
    "anthropic-ratelimit-requests-limit",
    "ratelimit-limit",  # IETF, up to its seventh draft
)
_LEFT_REQUESTS = (
    "x-ratelimit-remaining-req-minute",
    "x-ratelimit-remaining-requests",
    "anthropic-ratelimit-requests-remaining",
    "ratelimit-remaining",
)
_RESET_REQUESTS = ("x-ratelimit-reset-requests", "ratelimit-reset")
_LIMIT_TOKENS = (
    "x-ratelimit-limit-tokens-minute",  # Mistral
    "x-ratelimitbysize-limit-minute",  # Mistral, earlier
    "ratelimitbysize-limit",
    "x-ratelimit-limit-tokens",
    "anthropic-ratelimit-tokens-limit",
)
_LEFT_TOKENS = (
    "x-ratelimit-remaining-tokens-minute",
    "x-ratelimitbysize-remaining-minute",
    "ratelimitbysize-remaining",
    "x-ratelimit-remaining-tokens",
    "anthropic-ratelimit-tokens-remaining",
)
_RESET_TOKENS = ("ratelimitbysize-reset", "x-ratelimit-reset-tokens")

_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|[dhms])")
# Some append their policies: "100, 100;w=60".
_COUNT = re.compile(r"([0-9]{1,15})(?:\.[0-9]+)?\s*(?:[,;]|$)")
# Structured fields (RFC 9651): `"default";q=100;w=60`, and `limit=100, remaining=50, reset=5` of the seventh draft.
_PARAMETER = re.compile(r'([a-z]+)\s*=\s*"?([0-9a-z-]{1,32})')


def heard(headers: Mapping[str, str]) -> Hear | None:
    """`headers` by any case; None where they say nothing."""
    # All their names have this in common.
    named = {name.lower(): value.strip() for name, value in headers.items() if "ratelimit" in name.lower()}
    if not named:
        return None
    by_policy = _by_policy(named.get("ratelimit-policy", ""), named.get("ratelimit", ""))
    said = Hear(
        limit_requests=_first(named, _LIMIT_REQUESTS, _count, by_policy.limit_requests),
        limit_tokens=_first(named, _LIMIT_TOKENS, _count, -1),
        left_requests=_first(named, _LEFT_REQUESTS, _count, by_policy.left_requests),
        left_tokens=_first(named, _LEFT_TOKENS, _count, -1),
        reset_requests=_first(named, _RESET_REQUESTS, _seconds, by_policy.reset_requests),
        reset_tokens=_first(named, _RESET_TOKENS, _seconds, -1.0),
    )
    if max(said.limit_requests, said.limit_tokens, said.left_requests, said.left_tokens) < 0:
        return None
    return said


def _first(
    headers: Mapping[str, str], names: Iterable[str], read: Callable[[str], Number], otherwise: Number
) -> Number:
    values = (read(headers[name]) for name in names if name in headers)
    return next((value for value in values if value >= 0), otherwise)


def _count(value: str) -> int:
    """-1 for what is no number."""
    number = _COUNT.match(value)
    return int(number[1]) if number else -1


def _seconds(value: str) -> float:
    """ "6m0s", "12ms", "1.5s", or plain seconds; -1 for a date, and for a time since 1970."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,9})?", value):
        return float(value)
    if not value or _SPAN.sub("", value):
        return -1.0
    return sum(float(number) * _UNITS[unit] for number, unit in _SPAN.findall(value))


def _by_policy(policy: str, current: str) -> Hear:
    """https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: of several policies, the limit of the one
    by the minute, and what is left of the one that has the least left."""
    limit = -1
    for item in policy.split(","):
        parameters = _parameters(item)
        if parameters.get("w") == "60" and parameters.get("qu", "requests") == "requests":
            limit = _count(parameters.get("q", _bare(item)))
            break
    said = [Hear(limit_requests=limit)]
    for item in [current] if "remaining" in current else current.split(","):
        parameters = _parameters(item)
        left = _count(parameters.get("r", parameters.get("remaining", "")))
        reset = _seconds(parameters.get("t", parameters.get("reset", "")))
        said += [Hear(limit_requests=limit, left_requests=left, reset_requests=reset)] if left >= 0 else []
    return min(said[1:] or said, key=lambda each: each.left_requests)


def _parameters(item: str) -> dict[str, str]:
    return dict(_PARAMETER.findall(item))


def _bare(item: str) -> str:
    """The seventh draft's: `100;w=60`."""
    return item.partition(";")[0].strip()
