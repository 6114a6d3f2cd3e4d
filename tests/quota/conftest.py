from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.quota.servers import PROGRAM, RedisServer, redis_server


@pytest.fixture(scope="session")
def _redis() -> Iterator[RedisServer]:
    if PROGRAM is None:
        pytest.skip("no redis-server on PATH")
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(_redis: RedisServer) -> RedisServer:
    return _redis
