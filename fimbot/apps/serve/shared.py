"""Keys and answers in Redis, for several servers behind a balancer.

Answers are kept for a month; how much memory they may take is for Redis to say (`maxmemory`, `allkeys-lru` would evict
the keys too, `volatile-lru` does not).
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import redis

from fimbot.apps.serve.keys import StoredKey, read_key
from fimbot.engines.cache import packed, unpacked
from fimbot.errors import SettingsError, StoreError
from fimbot.quota import redis_store
from fimbot.values import Completion

_KEYS = "fimbot:serve:keys"
_ANSWERS = "fimbot:serve:answer:"
_ANSWER_SECONDS = 30 * 24 * 3600
# A Redis that is down is not asked for each question.
_AGAIN_SECONDS = 5.0
_MAX_ANSWER_BYTES = 1_000_000


def connect(url: str) -> redis.Redis:
    """Sends nothing yet. Raises SettingsError."""
    try:
        return cast(redis.Redis, redis_store.connect(url, decode_responses=True))
    except ValueError:  # its text quotes the URL, password and all
        raise SettingsError(
            "the store is no address of a Redis: redis://HOST:PORT/0 (in a password, / is written %2F)"
        ) from None


class SharedKeys:
    def __init__(self, server: redis.Redis) -> None:
        self._server = server

    def all(self) -> tuple[StoredKey, ...]:
        try:
            with self._translated():
                found = cast(dict[str, str], self._server.hgetall(_KEYS))
            return tuple(read_key(name, **json.loads(value)) for name, value in sorted(found.items()))
        except (ValueError, TypeError):
            raise StoreError(f"what Redis holds as {_KEYS} is not what fimbot has written") from None

    def add(self, key: StoredKey) -> bool:
        with self._translated():
            return bool(
                self._server.hsetnx(_KEYS, key.name, json.dumps({"digest": key.digest, "created": key.created}))
            )

    def remove(self, name: str) -> bool:
        with self._translated():
            return bool(self._server.hdel(_KEYS, name))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (redis.RedisError, OSError) as error:
            raise StoreError(_told(self._server, error)) from None


class SharedAnswers:
    """Like `CompletionCache`: where Redis cannot be reached, questions are asked again, and that is no error."""

    def __init__(self, server: redis.Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._server, self._clock = server, clock
        self._again_at = 0.0
        self.problem: str | None = None

    def get(self, key: str) -> Completion | None:
        found: Any = None
        with self._guarded() as up:
            if up:
                with contextlib.suppress(UnicodeDecodeError):
                    found = self._server.get(_ANSWERS + key)
        return unpacked(found) if isinstance(found, str) else None

    def put(self, key: str, completion: Completion) -> None:
        answer = packed(completion)
        if len(answer) > _MAX_ANSWER_BYTES:
            return
        with self._guarded() as up:
            if up:
                self._server.set(_ANSWERS + key, answer, ex=_ANSWER_SECONDS)

    def close(self) -> None:
        self._server.close()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[bool]:
        try:
            yield self._clock() >= self._again_at
        except (redis.RedisError, OSError) as error:
            self._again_at = self._clock() + _AGAIN_SECONDS
            self.problem = f"answers are not shared: {_told(self._server, error)}"


def _told(server: redis.Redis, error: Exception) -> str:
    return f"Redis at {redis_store.place(server)}: {redis_store.why(error)}"
