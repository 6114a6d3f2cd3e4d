"""What is left of a minute's quota, as an answer's headers tell it."""

from __future__ import annotations

from collections.abc import Mapping

from fimbot.apps.doctor.values import Remaining
from fimbot.quota.heard import heard


def remaining(headers: Mapping[str, str]) -> Remaining | None:
    """None where they say nothing of what is left."""
    said = heard(headers)
    if said is None or max(said.left_requests, said.left_tokens) < 0:
        return None
    return Remaining(
        requests=_told(said.left_requests),
        of_requests=_told(said.limit_requests),
        tokens=_told(said.left_tokens),
        of_tokens=_told(said.limit_tokens),
    )


def _told(number: int) -> int | None:
    return number if number >= 0 else None
