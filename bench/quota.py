"""Is a quota held, and used? A server on loopback that enforces it, and clients that share it.

    python -m bench.quota [--seconds 200] [--row 1/file/used ...]

The server keeps Langdock's limits, 500 requests and 60,000 tokens in any 60 seconds, and refuses with a bare 429. It
counts in one of these ways, of which the client is told none:

    used      what the request costs in truth, from its arrival until a minute after its answer has ended
    claimed   the prompt and all of max_tokens, for a minute from its arrival
    told      as claimed, and each answer says in x-ratelimit-* headers what is left
    hung      as used, and the clients hang up on four answers of five, as on one that overruns its hole

Each row is a cold start of so many processes with 4 threads each, which ask as fast as they may until the time is over,
with one store. Needs redis-server on PATH for the rows with redis.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fimbot.engines.open import open_engine
from fimbot.engines.pool import Job, ask_all
from fimbot.engines.protocol import Question
from fimbot.settings.values import Settings
from fimbot.values import Completion, Deadline
from fimbot.windows.tokens import estimate_tokens
from tests.doubles.exchange import EVENTS, JSON, Exchange
from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.scripts import chunk, event
from tests.quota.servers import redis_server

ROOT = Path(__file__).parents[1]
REQUESTS, TOKENS, WINDOW = 500, 60_000, 60.0
MAX_TOKENS = 512
# Of a model's own pace: until the first token, and from one to the next.
FIRST_TOKEN_SECONDS, TOKEN_SECONDS = 0.15, 0.005
# How much the estimate of a prompt is above Mistral's own count; 1.26 to 1.29 on average: fimbot/windows/tokens.py.
OVER_ESTIMATE = (1.1, 1.45)
ROWS = (
    "1/file/used",
    "8/file/used",
    "1/redis/used",
    "8/redis/used",
    "1/file/claimed",
    "8/file/claimed",
    "8/file/told",
    "1/file/hung",
)


@dataclass
class Enforcer:
    """Answers a request, or refuses it."""

    counts: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    ends: list[tuple[float, int]] = field(default_factory=list)
    """(when it no longer counts, its tokens); infinity while it is under way."""
    accepted: list[tuple[float, int]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    choices: random.Random = field(default_factory=lambda: random.Random(1))

    def __call__(self, exchange: Exchange) -> None:
        begun = time.monotonic()
        body = exchange.request.body
        estimate = sum(estimate_tokens(body[name]) for name in ("prompt", "suffix"))
        truly = self.counts in ("used", "hung")
        with self.lock:
            prompt = round(estimate / self.choices.uniform(*OVER_ESTIMATE))
            answer = self.choices.randint(15, 60)
            cost = prompt + (answer if truly else body["max_tokens"])
            self.ends = [each for each in self.ends if each[0] > begun]
            left = TOKENS - sum(tokens for _, tokens in self.ends) - cost
            refused = left < 0 or len(self.ends) >= REQUESTS
            mine = (float("inf") if truly else begun + WINDOW, cost)
            if refused:
                self.refused.append(begun)
            else:
                self.accepted.append((begun, cost))
                self.ends.append(mine)
        if refused:
            exchange.whole(429, b'{"message": "Too Many Requests"}', JSON)
            return
        headers = {"x-ratelimit-limit-tokens": str(TOKENS), "x-ratelimit-remaining-tokens": str(left)}
        exchange.wait(FIRST_TOKEN_SECONDS)
        exchange.head(200, EVENTS, headers if self.counts == "told" else {})
        for number in range(answer):
            exchange.wait(TOKEN_SECONDS)
            if not exchange.write(event(chunk(f" x{number}"))):
                break
        usage = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
        ended = time.monotonic()
        with self.lock:
            self.durations.append(ended - begun)
            if truly:
                self.ends.remove(mine)
                self.ends.append((ended + WINDOW, cost))
        if exchange.write(event({**chunk("", "stop"), "usage": usage}) + b"data: [DONE]\n\n"):
            exchange.end()


def questions(seed: int) -> Iterator[Question]:
    """Windows of some 1,000 tokens out of fimbot's own source, none of them twice."""
    source = "".join(path.read_text() for path in sorted((ROOT / "fimbot").rglob("*.py")))
    choices = random.Random(seed)
    while True:
        start, size = choices.randrange(len(source) - 6000), choices.randrange(2400, 4200)
        yield Question(source[start : start + size], source[start + size : start + size + 600], MAX_TOKENS)


def client(url: str, store: str, number: int, seconds: float, hangs_up: bool) -> None:
    """One process; prints what became of its requests."""
    settings = Settings(engine=("langdock",), base_url=url, quota_store=store if "://" in store else None)
    opened = open_engine(settings, {"LANGDOCK_API_KEY": KEY})
    made = questions(number)
    jobs = [Job(next(made), _overruns if hangs_up and n % 5 else _never) for n in range(600)]
    answered, other = 0, set[str]()
    for _, answer in ask_all(opened.engine, jobs, concurrency=4, deadline=Deadline.after(seconds)):
        if isinstance(answer, Completion):
            answered += 1
        elif not str(answer).startswith("quota: "):
            other.add(str(answer))
    problem = opened.quota.problem if opened.quota else None
    print(json.dumps({"answered": answered, "other": sorted(other), "problem": problem}))
    opened.engine.close()


def _overruns(text: str) -> bool:
    return " x12" in text


def _never(text: str) -> bool:
    return False


@contextmanager
def store_named(name: str, directory: str) -> Iterator[str]:
    if name == "redis":
        with redis_server() as server:
            yield server.url
    else:
        yield directory


def run(row: str, seconds: float) -> str:
    """A line of the table."""
    processes, store_name, counts = row.split("/")
    enforcer = Enforcer(counts)
    with (
        tempfile.TemporaryDirectory() as directory,
        store_named(store_name, directory) as store,
        LangdockServer(always=enforcer) as server,
    ):
        environ = {**os.environ, "XDG_STATE_HOME": directory}
        command = [sys.executable, "-m", "bench.quota", "--client", server.url, store]
        clients = [
            subprocess.Popen(
                [*command, str(number), str(seconds), counts], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
            )
            for number in range(int(processes))
        ]
        reports = [json.loads(process.communicate()[0]) for process in clients]
    for report in reports:
        if report["other"] or report["problem"]:
            print(row, report, file=sys.stderr)
    return line(row, enforcer)


def line(row: str, enforcer: Enforcer) -> str:
    processes, store, counts = row.split("/")
    accepted, refused = sorted(enforcer.accepted), len(enforcer.refused)
    duration = sum(enforcer.durations) / len(enforcer.durations)
    ours = share_of(accepted)
    possible = share_of(perfect([cost for _, cost in accepted], counts, 4 * int(processes), duration))
    fullest = max(sum(tokens for at, tokens in accepted if start <= at < start + WINDOW) for start, _ in accepted)
    share = 100 * refused / (len(accepted) + refused)
    return (
        f"| {processes} | {store} | {counts} | {len(accepted)} | {refused} | {share:.2f} % | {fullest:,} | "
        f"{100 * ours:.1f} % | {100 * possible:.1f} % | {100 * ours / possible:.1f} % | {duration:.2f} s |"
    )


def share_of(accepted: Sequence[tuple[float, int]]) -> float:
    """Of the limit's rate, from the first request to the first one after so many whole minutes: a quota is used
    at once, and what matters is what was used of it, and when the next one begins."""
    first = accepted[0][0]
    minutes = int((accepted[-1][0] - first) // WINDOW)
    after = next(at for at, _ in accepted if at - first >= minutes * WINDOW) - first
    return sum(tokens for at, tokens in accepted if at - first < after) / (TOKENS * after / WINDOW)


def perfect(costs: Sequence[int], counts: str, threads: int, duration: float) -> list[tuple[float, int]]:
    """The same requests from a client that knows in advance what each will cost, and sends each in the moment in which
    the server takes it."""
    now, ends, sent = 0.0, list[tuple[float, int]](), list[tuple[float, int]]()
    for cost in [*costs, *costs]:
        lasts = duration + WINDOW if counts in ("used", "hung") else WINDOW
        while True:
            ends = [each for each in ends if each[0] > now]
            busy = sorted(at + duration for at, _ in sent[-threads:] if at + duration > now)
            if len(busy) < threads and sum(tokens for _, tokens in ends) + cost <= TOKENS:
                break
            now = busy[0] if len(busy) == threads else min(ends)[0]
        ends.append((now + lasts, cost))
        sent.append((now, cost))
    return sent


def main() -> None:
    if sys.argv[1:2] == ["--client"]:
        url, store, number, seconds, counts = sys.argv[2:]
        client(url, store, int(number), float(seconds), counts == "hung")
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=200)
    parser.add_argument("--row", action="append", choices=ROWS)
    given = parser.parse_args()
    print(
        "| processes | store | the server counts | accepted | 429 | share | fullest minute | of the limit | "
        "possible | of what is possible | an answer takes |\n| --: | -- | -- |" + " --: |" * 8
    )
    for row in given.row or ROWS:
        print(run(row, given.seconds), flush=True)


if __name__ == "__main__":
    main()
