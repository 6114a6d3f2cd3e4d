"""Several processes and one quota, with real processes, some of which are killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fimbot.quota import HOOK, RUN, Limits, Quota
from fimbot.quota.embedded import IN_MEMORY, EmbeddedStore
from fimbot.quota.fallback import Fallback
from fimbot.quota.values import Look, Take
from fimbot.values import Deadline
from tests.quota.taker import store_at

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["file", "redis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        import redis as library

        url: str = request.getfixturevalue("redis").url
        with library.Redis.from_url(url) as client:
            client.flushall()
        return url
    return str(tmp_path / "quota.sqlite")


def start(
    where: str, limits: Limits, number: int, cost: int, priority: int = RUN, action: str = "settle"
) -> subprocess.Popen[str]:
    figures = (limits.requests, limits.tokens, limits.seconds, number, cost, priority)
    command = [sys.executable, "-m", "tests.quota.taker", where, *map(str, figures), action]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def spans_of(processes: list[subprocess.Popen[str]]) -> list[tuple[float, float]]:
    spans = []
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        spans += [(float(begun), float(ended)) for begun, ended in map(str.split, output.splitlines())]
    return sorted(spans)


def test_together_they_take_no_more_than_the_limit_in_any_window(where: str) -> None:
    limits = Limits(requests=12, tokens=1000, seconds=2.0)
    spans = spans_of([start(where, limits, 4, 100) for _ in range(6)])
    assert len(spans) == 24
    for _, at in spans:
        assert sum(ended >= at and begun <= at + limits.seconds for begun, ended in spans) <= 10


def test_whoever_is_killed_while_it_waits_holds_up_nobody_for_long(where: str) -> None:
    limits = Limits(requests=12, tokens=1000, seconds=4.0)
    quota = Quota(Fallback([store_at(where, limits), EmbeddedStore(IN_MEMORY, "shared", limits)]), limits)
    mine = quota.reserve(1000, Deadline.after(60), lambda: False)
    dead = start(where, limits, 1, 1000, HOOK)
    while not quota._store.do(Look(1, 1, HOOK)).wait > limits.seconds + 0.2:  # until it stands in the line
        assert dead.poll() is None
    dead.kill()
    dead.communicate()
    quota.settle(mine, 0)
    quota.settle(quota.reserve(1000, Deadline.after(60), lambda: False), 0)
    assert quota.problem is None
    quota.close()


def test_what_a_killed_process_had_reserved_stays_counted_for_a_while(where: str) -> None:
    limits = Limits(requests=12, tokens=1000)
    dead = start(where, limits, 1, 1000, RUN, "hang")
    assert dead.stdout is not None
    assert dead.stdout.readline() == "taken\n"
    dead.kill()
    dead.communicate()
    store = store_at(where, limits)
    reply = store.do(Take("next", 1, RUN))
    assert not reply.taken
    store.close()


def test_a_process_killed_in_the_middle_of_a_transaction_leaves_what_was_there(tmp_path: Path) -> None:
    path, limits = tmp_path / "quota.sqlite", Limits(12, 1000)
    store = EmbeddedStore(path, "shared", limits)
    store.do(Take("mine", 600, RUN))
    script = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE accounts SET account = 'half of it'")
print("inside", flush=True)
time.sleep(600)
"""
    dead = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert dead.stdout is not None
    assert dead.stdout.readline() == "inside\n"
    dead.kill()
    dead.communicate()
    assert store.do(Take("next", 400, RUN)).taken
    assert not store.do(Take("more", 1, RUN)).taken
    store.close()


def test_a_hook_goes_before_a_long_run_of_another_process(where: str) -> None:
    limits = Limits(requests=12, tokens=1000, seconds=1.0)
    run = start(where, limits, 24, 300)
    assert run.stdout is not None
    first = run.stdout.readline()
    hook = start(where, limits, 3, 300, HOOK)
    (*_, (_, ended)) = spans_of([hook])
    rest, _ = run.communicate(timeout=120)
    later = [line for line in (first + rest).splitlines() if float(line.split()[0]) > ended]
    assert run.returncode == 0
    assert len(later) >= 3
