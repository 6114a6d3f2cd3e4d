"""The server's own keys: made here, shown once, kept as a hash, compared in constant time.

A key is 256 random bits, so its plain SHA-256 is as hard to turn back as the key is to guess. What slows a guesser of
passwords down (salt, scrypt) would add nothing but milliseconds to each request.
https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html is about secrets that people choose.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fimbot.errors import StoreError, UsageError

# Tells people and scanners of repositories what it is.
PREFIX = "fimbot_"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
# What is shown as a date must be one.
_YEAR_5138 = 1e11
# How soon a key that was added or removed counts.
_REFRESH_SECONDS = 2.0
# How long the last known keys hold while the store is down.
_LAST_KNOWN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class StoredKey:
    name: str
    digest: str
    created: float
    """Seconds since the epoch."""


def read_key(name: object, digest: object, created: object) -> StoredKey:
    """Out of a store that takes anything. Raises ValueError for what fimbot has not written."""
    if not (isinstance(name, str) and isinstance(digest, str) and _DIGEST.fullmatch(digest)):
        raise ValueError
    if not (isinstance(created, int | float) and 0 <= created < _YEAR_5138):
        raise ValueError
    return StoredKey(name, digest, created)


class KeyStore(Protocol):
    """Raises StoreError where it cannot be read or written."""

    def all(self) -> tuple[StoredKey, ...]: ...

    def add(self, key: StoredKey) -> bool:
        """False where there is one of that name."""

    def remove(self, name: str) -> bool:
        """False where there is none."""


def new_key(store: KeyStore, name: str) -> str:
    """The key itself, which nobody can be told again. Raises UsageError for a name that cannot be or is taken."""
    if not _NAME.fullmatch(name):
        raise UsageError("the name of a key is made of letters, digits and . _ @ -, 64 at most")
    key = PREFIX + secrets.token_urlsafe(32)
    if not store.add(StoredKey(name, digest(key), time.time())):
        raise UsageError(f"there is a key {name} already: `fimbot serve key remove {name}` first")
    return key


def digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


class KeyRing:
    """Whose key it is, for the server; what the store says is read again every few seconds."""

    def __init__(self, store: KeyStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._digests: Mapping[str, str] = {}
        self._had_one = False
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._reading = asyncio.Lock()

    async def owner(self, key: str) -> str | None:
        """The name of a valid key. Raises StoreError where the keys are not known."""
        return _owner(await self._known(), digest(key))

    async def had_none_yet(self) -> bool:
        """Whoever removes the last key means to shut a door, not to open it."""
        await self._known()
        return not self._had_one

    async def _known(self) -> Mapping[str, str]:
        now = self._clock()
        if self._tried_at is None or now - self._tried_at >= _REFRESH_SECONDS:
            self._tried_at = now
            async with self._reading:
                await self._read(now)
            self._tried_at = self._clock()  # one that is slow to fail is not asked by each who comes
        elif self._read_at is None:
            async with self._reading:  # the first to come is at it
                pass
        if self._read_at is None or now - self._read_at > _LAST_KNOWN_SECONDS:
            raise StoreError("the keys cannot be read")
        return self._digests

    async def _read(self, now: float) -> None:
        try:
            self._digests = {key.name: key.digest for key in await asyncio.to_thread(self._store.all)}
            self._read_at, self._had_one = now, self._had_one or bool(self._digests)
        except StoreError:
            pass  # the last known ones hold for a while; who comes meanwhile does not wait for a store that is down


def _owner(digests: Mapping[str, str], wanted: str) -> str | None:
    found = None
    for name, known in digests.items():  # all of them, whichever it is
        if hmac.compare_digest(known, wanted):
            found = name
    return found
