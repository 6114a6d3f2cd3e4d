"""What `fimbot serve` adds to a request on a connection that is kept, as editors keep theirs: beside its upstream
alone, turn by turn in the same run.

    python -m bench.serve_kept [--seconds 30] [--pieces 10] [--rate 50] [--connections 16]

The upstream is canned and strict, and answers at once; no cache. Three loads: one connection that asks again as soon as
it is answered, every other question through the server; all connections with pauses of random length, so many requests
a second in sum; and all connections without pauses, which is as much as the server can carry. What is measured is from
the request's first byte written to the answer's last byte read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from bench.serve import processor_seconds, server, upstream
from tests.doubles.canned import expected
from tests.doubles.langdock import KEY, ROUTE

# As many as the quota keeps apart, and some more: a server that has just been started has less to count.
WARM_UP = 400
TURN_SECONDS = 2.0


@dataclass
class Side:
    """The upstream, or the server in front of it."""

    url: str
    processor: Callable[[], float] = lambda: 0.0
    whole: list[float] = field(default_factory=list)
    seconds: float = 0.0
    spent: float = 0.0
    """The server's processor time."""

    def fresh(self) -> Side:
        return Side(self.url, self.processor)


class Kept:
    """A connection by hand: what a client's library costs is not what is measured."""

    def __init__(self, side: Side, pieces: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._side, self._pieces, self._reader, self._writer = side, pieces, reader, writer

    @classmethod
    @asynccontextmanager
    async def to(cls, side: Side, pieces: int) -> AsyncIterator[Self]:
        place = urlsplit(side.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            yield cls(side, pieces, reader, writer)
        finally:
            writer.close()

    async def ask(self) -> None:
        """Raises ValueError for an answer that is not the whole one to this question."""
        nonce = f"nonce-{random.getrandbits(64):x}"
        body = json.dumps({"model": "codestral-2501", "prompt": f"# {nonce}\n", "max_tokens": 64, "stream": True})
        request = (
            f"POST {ROUTE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        begun = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        data = b""
        while size := int(await self._reader.readline(), 16):
            data += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        self._side.whole.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 200 ") or _text(data) != expected(nonce, self._pieces):
            raise ValueError(f"not the whole answer to this question: {head!r} {data!r}")


def _text(stream: bytes) -> str:
    *events, end = [each.removeprefix("data: ") for each in stream.decode().split("\n\n") if each]
    if end != "[DONE]":
        raise ValueError("the answer has no end")
    return "".join(json.loads(event)["choices"][0]["delta"].get("content") or "" for event in events)


async def _in_turns(sides: list[Side], pieces: int, seconds: float) -> None:
    """One connection to each, one question to each in turn."""
    async with Kept.to(sides[0], pieces) as first, Kept.to(sides[1], pieces) as second:
        before = [side.processor() for side in sides]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await first.ask()
            await second.ask()
    for side, earlier in zip(sides, before, strict=True):
        side.spent, side.seconds = side.processor() - earlier, sum(side.whole)


async def _at_once(sides: list[Side], pieces: int, seconds: float, connections: int, pause: float) -> None:
    """So many connections to one, then to the other, some seconds each."""
    for _ in range(max(1, round(seconds / TURN_SECONDS / len(sides)))):
        for side in sides:
            before, begun = side.processor(), time.monotonic()
            await asyncio.gather(*(_client(side, pieces, begun + TURN_SECONDS, pause) for _ in range(connections)))
            side.spent, side.seconds = side.spent + side.processor() - before, side.seconds + time.monotonic() - begun


async def _client(side: Side, pieces: int, until: float, pause: float) -> None:
    async with Kept.to(side, pieces) as connection:
        while True:
            # People do not ask in step.
            rest = random.expovariate(1 / pause) if pause else 0.0
            if (left := until - time.monotonic()) <= rest:
                await asyncio.sleep(max(0.0, left))
                return
            await asyncio.sleep(rest)
            await connection.ask()


async def _warm(sides: list[Side], pieces: int) -> None:
    for side in sides:
        async with Kept.to(side.fresh(), pieces) as connection:
            for _ in range(WARM_UP):
                await connection.ask()


def _row(name: str, sides: list[Side]) -> str:
    direct, served = ([cut * 1000 for cut in statistics.quantiles(side.whole, n=20)] for side in sides)
    added = statistics.median(sides[1].whole) * 1000 - statistics.median(sides[0].whole) * 1000
    rates = " / ".join(f"{len(side.whole) / side.seconds:.0f}" for side in sides)
    spans = " | ".join(f"{cuts[9]:.2f} / {cuts[18]:.2f} ms" for cuts in (direct, served))
    processor = sides[1].spent / len(sides[1].whole) * 1000
    return f"| {name} | {len(sides[1].whole)} | {rates} | {spans} | {added:.2f} ms | {processor:.2f} ms |"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=30, help="of each load")
    options.add_argument("--pieces", type=int, default=10)
    options.add_argument("--rate", type=float, default=50, help="requests a second of all connections with pauses")
    options.add_argument("--connections", type=int, default=16)
    chosen = options.parse_args()
    pieces, seconds, many = chosen.pieces, chosen.seconds, chosen.connections
    print(f"an upstream that answers at once, pieces: {pieces}, no cache; {os.cpu_count()} cores,")
    print(f"load average before: {os.getloadavg()[0]:.1f}")
    with (
        tempfile.TemporaryDirectory() as home,
        upstream(pieces, 0.0) as direct,
        server(Path(home), direct, 64, "--no-cache") as (url, process),
    ):
        sides = [Side(direct), Side(url, lambda: processor_seconds(process.pid))]
        asyncio.run(_warm(sides, pieces))
        print("| kept connections | requests | a second, direct / served | direct p50 / p95 | served p50 / p95", end="")
        print(" | added p50 | server's processor time a request |\n|---|---|---|---|---|---|---|")
        alone, paced, full = ([side.fresh() for side in sides] for _ in range(3))
        asyncio.run(_in_turns(alone, pieces, seconds))
        print(_row("1, one question after the other", alone))
        asyncio.run(_at_once(paced, pieces, seconds, many, many / chosen.rate))
        print(_row(f"{many}, {chosen.rate:.0f} questions a second in sum", paced))
        asyncio.run(_at_once(full, pieces, seconds, many, 0.0))
        print(_row(f"{many}, each as soon as it is answered", full))


if __name__ == "__main__":
    main()
