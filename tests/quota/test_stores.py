"""Every store keeps an account the same way."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from fimbot.quota.embedded import IN_MEMORY, EmbeddedStore
from fimbot.quota.fallback import Fallback
from fimbot.quota.redis_store import RedisStore
from fimbot.quota.store import Store, StoreDown
from fimbot.quota.values import HOOK, RUN, Hear, Hold, Leave, Limits, Look, Settle, Take

LIMITS = Limits(requests=8, tokens=1000)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


Open = Callable[[Limits], Store]


@pytest.fixture(params=["file", "memory", "redis"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """A store of one account; each call gives another one of the same, except in memory."""
    stores: list[Store] = []
    key = secrets.token_hex(4)
    url = request.getfixturevalue("redis").url if request.param == "redis" else ""

    def open_one(limits: Limits) -> Store:
        path = IN_MEMORY if request.param == "memory" else tmp_path / "state" / "quota.sqlite"
        stores.append(RedisStore(url, key, limits) if url else EmbeddedStore(path, key, limits))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Open) -> Store:
    return opened(LIMITS)


def test_room_is_taken_and_given_back(store: Store) -> None:
    assert store.do(Take("a", 900, RUN)).taken
    reply = store.do(Take("b", 200, RUN))
    assert (reply.taken, reply.soonest, reply.requests, reply.tokens) == (False, 0, 8, 1000)
    assert reply.wait == pytest.approx(60, abs=1)
    store.do(Settle("a", 300, 500, True))
    assert store.do(Take("b", 200, RUN, reply.ticket)).taken


def test_a_lost_reply_takes_nothing_twice(store: Store) -> None:
    assert store.do(Take("a", 600, RUN)).taken
    assert store.do(Take("a", 600, RUN)).taken
    assert store.do(Take("b", 400, RUN)).taken


def test_the_line_is_by_priority_then_by_arrival_and_can_be_left(store: Store) -> None:
    store.do(Take("a", 1000, RUN))
    first, second = store.do(Take("1", 400, RUN)), store.do(Take("2", 400, RUN))
    hook = store.do(Take("hook", 400, HOOK))
    store.do(Settle("a", 100, 100, True))
    assert not store.do(Take("2", 400, RUN, second.ticket)).taken
    assert not store.do(Take("1", 400, RUN, first.ticket)).taken
    assert store.do(Take("hook", 400, HOOK, hook.ticket)).taken
    store.do(Leave("1"))
    assert store.do(Take("2", 400, RUN, second.ticket)).taken


def test_a_429_holds_everybody(store: Store) -> None:
    store.do(Take("a", 100, RUN))
    store.do(Hold("a", 30.0))
    store.do(Hold("a", 40.0))
    assert store.do(Look(1, 1, RUN)).wait == pytest.approx(40, abs=1)
    store.do(Settle("a", 100, 100, True))
    assert not store.do(Take("b", 100, RUN)).taken


def test_what_max_tokens_claimed_counts_after_a_refusal_that_it_explains(store: Store) -> None:
    for name in "abc":
        store.do(Take(name, 400, RUN))
        store.do(Settle(name, 100, 390, True))
    store.do(Take("d", 400, RUN))
    store.do(Hold("d", 0.0))
    store.do(Settle("d", 400, 400, False))
    assert store.do(Look(100, 1, RUN)).wait == pytest.approx(60, abs=1)


def test_what_shows_how_the_server_counts_goes_alone(store: Store) -> None:
    for name in "ab":
        store.do(Take(name, 400, RUN))
        store.do(Settle(name, 100, 400, True))
    assert store.do(Take("probe", 300, RUN)).taken
    other = store.do(Take("other", 300, RUN))
    assert not other.taken
    store.do(Settle("probe", 100, 300, True))
    assert store.do(Take("other", 300, RUN, other.ticket)).taken


def test_what_the_server_says_counts(store: Store) -> None:
    store.do(Take("a", 100, RUN))
    store.do(Settle("a", 100, 100, True))
    store.do(Hear(limit_requests=4, limit_tokens=2000, left_requests=3, left_tokens=500))
    reply = store.do(Look(500, 3, RUN))
    assert (reply.wait, reply.requests, reply.tokens) == (0, 4, 2000)
    assert store.do(Look(501, 1, RUN)).wait == pytest.approx(60, abs=1)
    assert store.do(Look(4, 4, RUN)).wait == pytest.approx(60, abs=1)


def test_a_long_run_is_foretold(store: Store) -> None:
    assert store.do(Look(5000, 40, RUN)).wait == pytest.approx(240, abs=2)


def test_of_more_than_are_kept_apart_none_is_forgotten(opened: Open) -> None:
    store = opened(Limits(requests=701, tokens=1_000_000))
    for n in range(700):
        assert store.do(Take(str(n), 2, RUN)).taken
        store.do(Settle(str(n), 1, 2, True))
    assert store.do(Take("last", 2, RUN)).taken
    reply = store.do(Take("one more", 2, RUN))
    assert not reply.taken and reply.wait == pytest.approx(60, abs=5)


def test_several_at_once_never_take_more_than_there_is(opened: Open) -> None:
    shared = opened(Limits(1000, 1000))
    taken: list[str] = []

    def work(number: int) -> None:
        for n in range(20):
            name = f"{number}-{n}"
            if shared.do(Take(name, 10, RUN)).taken:
                taken.append(name)
            else:
                shared.do(Leave(name))

    threads = [Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 100


def test_it_is_there_for_the_next_process(opened: Open, request: pytest.FixtureRequest) -> None:
    if "memory" in request.node.callspec.id:
        pytest.skip("in memory there is nobody else")
    first, second = opened(LIMITS), opened(LIMITS)
    first.do(Take("a", 1000, RUN))
    first.close()
    assert not second.do(Take("b", 1, RUN)).taken


def test_accounts_of_one_file_are_apart_and_its_clock_may_start_anew(tmp_path: Path) -> None:
    clock = Clock()
    one, other = (EmbeddedStore(tmp_path / "quota.sqlite", key, LIMITS, clock) for key in ("one", "other"))
    one.do(Take("a", 1000, RUN))
    one.do(Settle("a", 1000, 1000, True))
    assert other.do(Take("a", 1000, RUN)).taken
    clock.now = 2.0
    assert one.do(Take("b", 1, RUN)).wait == pytest.approx(60, abs=0.2)
    clock.now += 60.2
    assert one.do(Take("b", 1, RUN, 1)).taken
    one.close()
    other.close()


@pytest.mark.parametrize(
    "content", [b"no database at all, and long enough to be one" * 100, b"SQLite format 3\0" + b"\7" * 5000]
)
def test_a_broken_file_is_said_once_and_the_process_counts_for_itself(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "quota.sqlite"
    path.write_bytes(content)
    _counts_for_itself(path, "quota.sqlite: it is damaged; remove it")
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the directory should be")
    _counts_for_itself(tmp_path / "home" / "state" / "quota.sqlite", "quota.sqlite: Not a directory")


NO_SPANS = "[[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]"


@pytest.mark.parametrize(
    "row",
    [
        '{"uses": 1}',
        b"\xff\xfe",
        5,
        "[" * 100_000,
        f'[[["a", "yesterday", 1, 1, false, 0, false, 1]], [], 0, 0, {NO_SPANS}]',
        f'[[["a", -1{"0" * 400}, 1, 1, false, 0, false, 1]], [], 0, 0, {NO_SPANS}]',
        f'[[], [["a", "first", 1, 1e9, 5]], 0, 0, {NO_SPANS}]',
    ],
    ids=["object", "bytes", "number", "deep", "text for a time", "no float", "text for a priority"],
)
def test_a_row_that_is_no_account_is_said_once(tmp_path: Path, row: object) -> None:
    path = tmp_path / "quota.sqlite"
    store = EmbeddedStore(path, "key", LIMITS)
    store.do(Take("a", 1000, RUN))
    database = store._open()
    database.execute("UPDATE accounts SET account = ?", (row,))
    store.close()
    _counts_for_itself(path, "it is damaged; remove it")


def _counts_for_itself(path: Path, why: str) -> None:
    clock = Clock()
    own = EmbeddedStore(IN_MEMORY, "key", LIMITS)
    both = Fallback([EmbeddedStore(path, "key", LIMITS), own], clock)
    for n in range(8):
        assert both.do(Take(str(n), 10, RUN)).taken
    assert not both.do(Take("more", 10, RUN)).taken
    problem = both.problem
    assert problem is not None
    assert problem.startswith("the quota is counted for this process only: ")
    assert why in problem
    clock.now += 100
    both.do(Look(1, 1, RUN))
    assert both.problem == problem
    both.close()


class Sometimes:
    """A store that is down when it is told to be."""

    def __init__(self) -> None:
        self.inner = EmbeddedStore(IN_MEMORY, "key", LIMITS)
        self.down, self.asked = False, 0

    def do(self, step: object) -> object:
        self.asked += 1
        if self.down:
            raise StoreDown("down")
        return self.inner.do(step)  # type: ignore[arg-type]

    def close(self) -> None:
        self.inner.close()


def test_what_is_down_is_asked_again_after_a_while_and_told_what_was_used_meanwhile() -> None:
    clock, team, own = Clock(), Sometimes(), EmbeddedStore(IN_MEMORY, "key", LIMITS)
    both = Fallback([team, own], clock)  # type: ignore[list-item]
    assert both.do(Take("a", 600, RUN)).taken
    team.down = True
    both.do(Settle("a", 600, 600, True))
    assert not both.do(Take("b", 500, RUN)).taken
    assert team.asked == 2
    assert both.do(Take("c", 300, HOOK)).taken
    team.down = False
    clock.now += 31
    both.do(Settle("c", 300, 300, True))
    assert not both.do(Take("d", 200, HOOK)).taken
    both.close()
