"""A process that takes from a shared account; its arguments are those that `main` reads."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from fimbot.quota import Limits, Quota
from fimbot.quota.embedded import IN_MEMORY, EmbeddedStore
from fimbot.quota.fallback import Fallback
from fimbot.quota.redis_store import RedisStore
from fimbot.quota.store import Store
from fimbot.values import Deadline


def store_at(where: str, limits: Limits) -> Store:
    return RedisStore(where, "shared", limits) if "://" in where else EmbeddedStore(Path(where), "shared", limits)


def main() -> None:
    where, requests, tokens, seconds, number, cost, priority, action = sys.argv[1:]
    limits = Limits(int(requests), int(tokens), float(seconds))
    stores = [store_at(where, limits), EmbeddedStore(IN_MEMORY, "shared", limits)]
    quota = Quota(Fallback(stores), limits)
    for _ in range(int(number)):
        reservation = quota.reserve(int(cost), Deadline.after(60), lambda: False, int(priority))
        begun = time.monotonic()
        if action == "hang":
            print("taken", flush=True)
            time.sleep(600)
        quota.settle(reservation, int(cost))
        print(begun, time.monotonic(), flush=True)
    assert quota.problem is None, quota.problem
    quota.close()


if __name__ == "__main__":
    main()
