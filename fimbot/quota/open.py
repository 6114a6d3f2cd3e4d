"""Which stores keep the account of an engine host and model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from fimbot.quota.embedded import IN_MEMORY, EmbeddedStore, user_database
from fimbot.quota.fallback import Fallback
from fimbot.quota.quota import Quota
from fimbot.quota.store import Store
from fimbot.quota.values import Limits


def open_quota(
    host: str,
    model: str,
    limits: Limits,
    store: str | None = None,
    sleep: Callable[[float], object] | None = None,
) -> Quota:
    """Touches nothing yet. `store` is the URL of a Redis."""
    key = account_key(host, model)
    stores: list[Store] = [EmbeddedStore(user_database(), key, limits), EmbeddedStore(IN_MEMORY, key, limits)]
    if store is not None:
        from fimbot.quota.redis_store import RedisStore

        stores.insert(0, RedisStore(store, key, limits))
    return Quota(Fallback(stores), limits, sleep)


def account_key(host: str, model: str) -> str:
    """No API key in it, since the quota is that of all keys of a workspace."""
    return hashlib.sha256(f"{host}\n{model}".encode()).hexdigest()[:32]
