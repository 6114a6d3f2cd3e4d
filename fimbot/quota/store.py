"""Where an account is kept."""

from __future__ import annotations

from typing import Protocol

from fimbot.quota.values import Reply, Step


class StoreDown(Exception):
    """The account cannot be read or written. One line for people, without a password."""


class Store(Protocol):
    """One account. Safe from many threads."""

    def do(self, step: Step) -> Reply:
        """The whole step or nothing of it, whoever else is at it. Raises `StoreDown`."""

    def close(self) -> None: ...
