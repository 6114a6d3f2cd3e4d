"""What `fimbot serve` adds to a request, under load: beside its upstream alone, in the same run.

    python -m bench.serve [--streams 200] [--seconds 60] [--pieces 10] [--pause 0.4]

The upstream is canned and strict (tests/doubles/canned.py), in a process of its own; the clients are in this process,
with a connection for each question (bench.serve_kept keeps them), and ask again as soon as they are answered. Each
prompt carries a nonce of its own, and its answer must be whole and with that nonce. Needs the extra `serve`; Linux, for
memory and processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.doubles.canned import expected
from tests.doubles.langdock import KEY, ROUTE

ROOT = Path(__file__).parents[1]
RAMP_SECONDS = 5.0


@dataclass
class Load:
    pieces: int
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wrong: int = 0


@dataclass(frozen=True)
class Row:
    name: str
    load: Load
    seconds: float
    memory: str = ""
    processor: float = 0.0


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--streams", type=int, default=200)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--pieces", type=int, default=10)
    options.add_argument("--pause", type=float, default=0.4, help="seconds between two pieces of an answer")
    chosen = options.parse_args()
    print(f"{chosen.streams} streams for {chosen.seconds:.0f} s, {chosen.pieces} pieces, {chosen.pause} s between two;")
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as home, upstream(chosen.pieces, chosen.pause) as alone:
        rows = [Row("the upstream alone", *_measured(alone, chosen))]
        with server(Path(home), alone, chosen.streams) as (url, process):
            idle, before = _resident(process.pid), processor_seconds(process.pid)
            load, seconds = _measured(url, chosen)
            memory = f"{idle} MB idle, {_peak(process.pid)} MB at most"
            spent = processor_seconds(process.pid) - before
            rows.append(Row("fimbot serve", load, seconds, memory, spent))
    _print(rows)


def _print(rows: list[Row]) -> None:
    print("| | requests | errors | lost or mixed | first text p50 / p95 / p99 | whole p50 / p95 / p99 | memory |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        load = row.load
        rate = f"{len(load.whole)} ({len(load.whole) / row.seconds:.0f}/s)"
        spans = f"{_spread(load.first)} | {_spread(load.whole)}"
        print(f"| {row.name} | {rate} | {len(load.errors)} | {load.wrong} | {spans} | {row.memory} |")
    alone, served = (row.load for row in rows)
    print(f"the server's processor time: {rows[1].processor / len(served.whole) * 1000:.1f} ms a request")
    for what, with_it, without in (("first text", served.first, alone.first), ("whole", served.whole, alone.whole)):
        added = (statistics.median(with_it) - statistics.median(without)) * 1000
        print(f"added to the {what}: {added:.1f} ms (median)")
    for error in sorted(set(alone.errors + served.errors)):
        print(f"error: {error}")


def _spread(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return " / ".join(f"{cuts[at - 1] * 1000:.0f}" for at in (50, 95, 99)) + " ms"


def _measured(url: str, chosen: argparse.Namespace) -> tuple[Load, float]:
    load = Load(chosen.pieces)
    begun = time.monotonic()
    asyncio.run(_clients(url, chosen.streams, chosen.seconds, load))
    return load, time.monotonic() - begun


async def _clients(url: str, streams: int, seconds: float, load: Load) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(*(_client(url, number, streams, until, load) for number in range(streams)))


async def _client(url: str, number: int, streams: int, until: float, load: Load) -> None:
    # As people come: not all in the same instant.
    await asyncio.sleep(RAMP_SECONDS * number / streams)
    turn = 0
    while time.monotonic() < until:
        turn += 1
        nonce = f"nonce-{number:x}f{turn:x}"
        try:
            text = await asyncio.wait_for(_ask(url, nonce, load), 60)
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError) as error:
            load.errors.append(f"{type(error).__name__}: {error}")
            continue
        load.wrong += text != expected(nonce, load.pieces)


async def _ask(url: str, nonce: str, load: Load) -> str:
    """By hand, on a new connection: what a client's library costs is not what is measured."""
    place = urlsplit(url)
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        body = json.dumps({"model": "codestral-2501", "prompt": f"# {nonce}\n", "max_tokens": 64, "stream": True})
        writer.write(
            f"POST {ROUTE} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ValueError(head.split(b"\r\n")[0].decode())
        text, ended, first = "", False, True
        while size := int(await reader.readline(), 16):
            for event in (await reader.readexactly(size + 2)).decode().split("\n\n"):
                data = event.removeprefix("data: ").strip()
                if data == "[DONE]":
                    ended = True
                elif data:
                    text += json.loads(data)["choices"][0]["delta"].get("content") or ""
            if first and text:
                load.first.append(time.monotonic() - begun)
                first = False
        if not ended:
            raise ValueError("the answer has no end")
        load.whole.append(time.monotonic() - begun)
        return text
    finally:
        writer.close()


@contextmanager
def upstream(pieces: int, pause: float) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.doubles.canned", "--pieces", str(pieces), "--pause", str(pause)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@contextmanager
def server(home: Path, base_url: str, places: int, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    unlimited = {"FIMBOT_RPM": "1000000", "FIMBOT_TPM": "1000000000"}
    engine = {"LANGDOCK_API_KEY": KEY, "FIMBOT_BASE_URL": base_url, "HOME": str(home)}
    command = [sys.executable, "-m", "fimbot", "serve", "--port", "0", "--places", str(places), *options]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | engine | unlimited
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = next(line for line in process.stderr if "is served at" in line)
            yield line.split("is served at ")[1].split(";")[0], process
        finally:
            process.terminate()
            print("the server said:", process.stderr.read() or "nothing more")


def _resident(pid: int) -> int:
    return _status(pid, "VmRSS")


def _peak(pid: int) -> int:
    return _status(pid, "VmHWM")


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) // 1024


if __name__ == "__main__":
    main()
