"""The store of a team is gone, wrong or locked: one line without its password, and the machine's own is used."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from fimbot.apps.serve.shared import SharedKeys, connect
from fimbot.errors import StoreError
from fimbot.quota.embedded import IN_MEMORY, EmbeddedStore
from fimbot.quota.fallback import Fallback
from fimbot.quota.redis_store import RedisStore
from fimbot.quota.store import Store, StoreDown
from fimbot.quota.values import RUN, Limits, Look, Settle, Take
from tests.quota.servers import PASSWORD, PROGRAM, RedisServer, free_port, redis_server

LIMITS = Limits(8, 1000)


def problem_of(url: str) -> str:
    store = RedisStore(url, "key", LIMITS)
    with pytest.raises(StoreDown) as caught:
        store.do(Look(1, 1, RUN))
    store.close()
    message = str(caught.value)
    assert PASSWORD not in message + repr(store) + repr(caught.value)
    assert message.isprintable()
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    return message


def test_nobody_listens() -> None:
    port = free_port()
    assert problem_of(f"redis://:{PASSWORD}@127.0.0.1:{port}/0") == f"quota-store: 127.0.0.1:{port}: cannot be reached"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://127.0.0.2", "127.0.0.2:6379"),
        (f"unix://:{PASSWORD}@/nowhere/redis.sock", "/nowhere/redis.sock"),
    ],
)
def test_where_it_was_looked_for_is_told(url: str, place: str) -> None:
    assert problem_of(url).startswith(f"quota-store: {place}: ")
    with pytest.raises(StoreError, match=f"^Redis at {place}: "):
        SharedKeys(connect(url)).all()


def test_a_wrong_password(redis: RedisServer) -> None:
    message = problem_of(f"redis://:{PASSWORD}x@127.0.0.1:{redis.port}/0")
    assert message == f"quota-store: 127.0.0.1:{redis.port}: it does not take the password"


def test_no_password(redis: RedisServer) -> None:
    assert "quota-store: 127.0.0.1" in problem_of(f"redis://127.0.0.1:{redis.port}/0")


def test_something_else_than_redis(langdock_server: Any) -> None:
    assert langdock_server.host in problem_of(f"redis://:{PASSWORD}@{langdock_server.host}/0")


@pytest.mark.parametrize("url", [f"redis://:{PASSWORD}@127.0.0.1:port/0", f"http://:{PASSWORD}@127.0.0.1", PASSWORD])
def test_what_is_no_url(url: str) -> None:
    assert problem_of(url).startswith("quota-store: ")


def test_the_client_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "redis":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert "pip install 'fimbot[redis]'" in problem_of(f"redis://:{PASSWORD}@127.0.0.1/0")


@pytest.mark.skipif(PROGRAM is None, reason="no redis-server on PATH")
def test_it_goes_down_in_the_middle_and_the_machine_counts_on(tmp_path: Path) -> None:
    with redis_server() as server:
        stores: list[Store] = [
            RedisStore(server.url, "key", LIMITS),
            EmbeddedStore(tmp_path / "quota.sqlite", "key", LIMITS),
            EmbeddedStore(IN_MEMORY, "key", LIMITS),
        ]
        both = Fallback(stores)
        assert both.do(Take("a", 1000, RUN)).taken
        assert both.problem is None
        server.stop()
        assert both.do(Take("b", 1000, RUN)).taken
        assert not both.do(Take("c", 1, RUN)).taken
        assert both.problem is not None
        assert both.problem.startswith("the quota is counted for this machine only: quota-store: 127.0.0.1:")
        assert PASSWORD not in both.problem
        both.close()


def test_what_is_kept_holds_no_name_and_goes_away_by_itself(redis: RedisServer) -> None:
    import redis as library

    from fimbot.quota.open import account_key

    store = RedisStore(redis.url, account_key("api.langdock.com", "codestral-2501"), LIMITS)
    store.do(Take("a", 10, RUN))
    with library.Redis.from_url(redis.url) as client:
        keys = [key for key in client.scan_iter() if b"key" not in key]
        assert all(b"langdock" not in key and b"codestral" not in key for key in keys)
        assert all(0 < client.ttl(key) <= 7200 for key in client.scan_iter())
    store.close()


def test_a_minute_is_longer_by_its_clock_which_may_run_ahead(redis: RedisServer) -> None:
    store = RedisStore(redis.url, "a minute", Limits(8, 1000))
    store.do(Take("a", 1000, RUN))
    store.do(Settle("a", 1000, 1000, True))
    assert 60.3 < store.do(Look(1000, 1, RUN)).wait <= 60.5
