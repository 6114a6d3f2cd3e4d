"""Messages leave in batches that the gateway takes."""

from __future__ import annotations

from collections.abc import Iterable


def size_of(message: str) -> int:
    return len(message.encode("utf-8"))


def pack(messages: Iterable[str], limit: int) -> list[list[str]]:
    """Groups the messages, in their order, into batches of at most `limit` bytes. A message that is larger than that
    by itself gets a batch of its own.
    """
    raise NotImplementedError("pack")
