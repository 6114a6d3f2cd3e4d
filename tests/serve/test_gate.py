"""A bounded number runs, the others wait in turn: a bounded number, for a bounded time, fair to each key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from fimbot.apps.serve.gate import Gate, Turn
from fimbot.apps.serve.refusals import Busy, Stopping


def in_loop(check: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await check()

    asyncio.run(run())


async def running(gate: Gate, who: str) -> Turn:
    turn = await gate.enter(who)
    turn.admitted()
    return turn


async def queued(gate: Gate, *names: str) -> tuple[list[str], list[asyncio.Task[None]]]:
    """Each of the names waits; the list grows in the order in which they get their turns."""
    order: list[str] = []

    async def one(who: str) -> None:
        turn = await running(gate, who)
        order.append(who)
        await asyncio.sleep(0)
        turn.leave()

    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(one(name)))
        await asyncio.sleep(0)
    return order, tasks


def test_with_room_nobody_waits() -> None:
    async def check() -> None:
        for queue in (0, 1):
            gate = Gate(places=2, queue=queue, seconds=1)
            await running(gate, "a")
            await running(gate, "a")
            assert (gate.running, gate.waiting) == (2, 0)

    in_loop(check)


def test_without_a_queue_nobody_waits_for_a_place() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=0, seconds=5)
        first = await running(gate, "a")
        with pytest.raises(Busy):
            await gate.enter("b")
        first.leave()
        await running(gate, "b")

    in_loop(check)


def test_who_leaves_lets_the_next_one_in() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=9, seconds=5)
        first = await running(gate, "a")
        order, tasks = await queued(gate, "a", "b")
        assert (order, gate.waiting) == ([], 2)
        first.leave()
        await asyncio.gather(*tasks)
        assert (gate.running, gate.waiting) == (0, 0)

    in_loop(check)


def test_keys_take_turns_however_many_each_has_waiting() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=99, seconds=5)
        first = await running(gate, "z")
        order, tasks = await queued(gate, "a", "a", "a", "a", "b", "b", "c")
        first.leave()
        await asyncio.gather(*tasks)
        assert order == ["a", "b", "c", "a", "b", "a", "a"]

    in_loop(check)


def test_who_has_the_fewest_running_is_next() -> None:
    async def check() -> None:
        gate = Gate(places=3, queue=99, seconds=5)
        turns = [await running(gate, "a") for _ in range(3)]
        order, tasks = await queued(gate, "a", "b")
        turns[0].leave()
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        assert order[0] == "b"
        await asyncio.gather(*tasks)

    in_loop(check)


def test_only_one_is_at_the_front_until_it_is_admitted() -> None:
    async def check() -> None:
        gate = Gate(places=5, queue=9, seconds=5)
        front = await gate.enter("a")
        order, tasks = await queued(gate, "a", "b")
        assert order == []
        front.admitted()
        await asyncio.gather(*tasks)

    in_loop(check)


def test_who_waits_too_long_is_told_when_to_come_back() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=9, seconds=0.01)
        await running(gate, "a")
        with pytest.raises(Busy) as raised:
            await gate.enter("b")
        assert 1 <= raised.value.retry_after <= 60
        assert gate.waiting == 0

    in_loop(check)


def test_in_a_full_queue_the_last_one_of_the_longest_goes() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=3, seconds=5)
        first = await running(gate, "z")
        order, tasks = await queued(gate, "a", "a", "a", "b")
        with pytest.raises(Busy):
            await tasks[2]
        with pytest.raises(Busy):
            await gate.enter("a")
        first.leave()
        await asyncio.gather(tasks[0], tasks[1], tasks[3])
        assert order == ["a", "b", "a"]

    in_loop(check)


def test_who_goes_away_while_waiting_leaves_no_trace() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=9, seconds=5)
        first = await running(gate, "z")
        _, tasks = await queued(gate, "a", "b")
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])
        assert gate.waiting == 1
        first.leave()
        await tasks[1]
        assert (gate.running, gate.waiting) == (0, 0)

    in_loop(check)


def test_a_turn_that_comes_just_as_its_owner_goes_is_passed_on() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=9, seconds=5)
        first = await running(gate, "z")
        order, tasks = await queued(gate, "a", "b")
        first.leave()  # the turn is given to the first task, which has not run yet
        tasks[0].cancel()
        await tasks[1]
        assert (order, gate.running) == (["b"], 0)

    in_loop(check)


def test_stopping_refuses_who_waits_and_who_comes() -> None:
    async def check() -> None:
        gate = Gate(places=1, queue=9, seconds=5)
        await running(gate, "z")
        _, tasks = await queued(gate, "a")
        gate.stop()
        with pytest.raises(Stopping):
            await tasks[0]
        with pytest.raises(Stopping):
            await gate.enter("b")
        assert gate.running == 1

    in_loop(check)
