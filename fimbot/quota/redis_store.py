"""An account in Redis, for all machines of a team: a script does a step at once, by Redis' own clock.

One key per account, so that a cluster takes it too. Redis 5 or Valkey, or later. Where its wall clock is set forward by
hand, a minute is shorter once; where a failover loses the account, a minute's quota is used twice once.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fimbot.quota.store import StoreDown
from fimbot.quota.values import Limits, Reply, Step

# A store in the same network answers within a millisecond; a hook does not wait for one that is gone.
SECONDS = 1.0
_PREFIX = "fimbot:quota:1:"
# Longer is a minute by Redis' wall clock, which NTP or a virtual machine's host may let run ahead for hours: at 0.5 %,
# as was seen, a minute of 60.1 s was over 0.2 s too early, and 1 request of 80 or more was refused.
CLOCK_SECONDS = 0.4


def connect(url: str, *, decode_responses: bool = False) -> Any:
    """Sends nothing yet. Raises ValueError, whose text quotes the URL, password and all."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        url,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        # Once, for a connection that was closed while idle: a step that was done already is not done twice. What did
        # not answer in time is not waited for again.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        decode_responses=decode_responses,
    )


class RedisStore:
    """`url` may hold a password: no message of this class does, nor of the library's that is passed on."""

    def __init__(self, url: str, key: str, limits: Limits) -> None:
        self._url, self._limits = url, limits
        self._key = _PREFIX + key
        self._script: Any = None
        self._client: Any = None

    def do(self, step: Step) -> Reply:
        try:
            import redis
        except ImportError:
            raise StoreDown(
                "quota-store is Redis, whose client is not installed: pip install 'fimbot[redis]'"
            ) from None
        limits = self._limits
        try:
            script = self._script or self._open()
            arguments = [
                json.dumps({"op": step.op, **asdict(step)}),
                limits.requests,
                limits.tokens,
                limits.seconds + CLOCK_SECONDS,
                int(limits.fixed),
            ]
            return Reply(**json.loads(script(keys=[self._key], args=arguments)))
        except (redis.RedisError, OSError, ValueError, TypeError) as error:
            where = f"{place(self._client)}: " if self._client else ""
            raise StoreDown(f"quota-store: {where}{why(error)}") from None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _open(self) -> Any:
        from importlib.resources import files

        client = connect(self._url)
        self._client = client
        self._script = client.register_script(files("fimbot.quota").joinpath("account.lua").read_bytes())
        return self._script


def place(client: Any) -> str:
    """Host and port, or the socket, and nothing else of the URL."""
    at = client.connection_pool.connection_kwargs
    return str(at.get("path") or f"{at.get('host', 'localhost')}:{at.get('port', 6379)}")


def why(error: Exception) -> str:
    """What a Redis, or its library, has against what it was asked. In our words: theirs may quote the password."""
    known = {
        "AuthenticationError": "it does not take the password",
        "ConnectionError": "cannot be reached",
        "TimeoutError": "does not answer",
        "NoPermissionError": "the user may not do this",
        "ReadOnlyError": "it is a replica, which takes no writes",
        "ValueError": "it is no URL of a Redis",
    }
    return known.get(type(error).__name__, f"refuses this ({type(error).__name__})")
