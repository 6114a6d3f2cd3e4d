"""How many tokens an engine is made to generate past the hole's end, and what hanging up saves. See HANGUP.md.

    python -m bench.cut_corpus DIRECTORY     # once: the corpus of bench/cut.py
    python -m bench.hangup DIRECTORY [--engine langdock] [--bodies 12] [--pace 100]
    python -m bench.hangup DIRECTORY --real 4     # the embedded model behind llama.cpp's own server

Exit status 1 where more than 8 tokens past the hole are generated on average.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import httpx

from bench.cut import files
from bench.cut_bodies import Blanked, bodies_of
from bench.cut_overruns import Answer, overruns
from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Engine, Question
from fimbot.fills.frame import frame_of
from fimbot.fills.make import hole_complete, make_fill
from fimbot.model.store import find_model
from fimbot.settings.values import Settings
from fimbot.stubs.parsed import parsed_file
from fimbot.values import Deadline, Fill, Window
from tests.doubles.exchange import Exchange, Script
from tests.engines.asking import opened
from tests.engines.every import CASES
from tests.engines.real_llama_cpp import RealServer

TARGET = 8
AT_A_TIME = 4
LARGEST_BODY = 200
"""Tokens: with what overruns, a larger one would meet max-tokens first."""
REAL_TOKENS = 96
# Short: a tokenizer joins more, and what is counted is never too low.
_TOKEN = re.compile(r"\n+|[ \t]+(?=\n)|[ \t]*(?:[^\W\d_]{1,4}|\d|_+|[^\w\s])|[ \t]+|\s")


@dataclass(frozen=True, slots=True)
class Measured:
    overrun: str
    body: int
    """Tokens of the true body."""
    generated: int
    whole: int
    """Tokens of the whole answer, which is what it costs without hanging up."""

    @property
    def past(self) -> int:
        return max(0, self.generated - self.body)


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def asked_of(
    blanked: Blanked, limit: int, before: int = 1500, after: int = 600
) -> tuple[Question, Window, Callable[[str], bool]]:
    stub, data = blanked.stub, blanked.data
    prefix = data[: stub.hole.start].decode("utf-8", "replace")
    suffix = data[stub.hole.end :].decode("utf-8", "replace")
    window = Window(stub, prefix[-6000:], suffix[:4000], (), 0)
    question = Question(prefix[-before:], suffix[:after], limit, temperature=0.0)
    return question, window, hole_complete(frame_of(parsed_file(stub.path, data, stub.language), stub), window)


def streaming(pieces: Sequence[str], pace: float) -> Script:
    """A token after another, as fast as a model generates them, until the client has gone."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, exchange.dialect.stream_type)
        for number, piece in enumerate(pieces, 1):
            if not exchange.write(exchange.dialect.piece(piece, "stop" if number == len(pieces) else None)):
                return
            exchange.request.pieces_sent = number
            if not exchange.wait(1 / pace):
                return
        exchange.write(exchange.dialect.end())
        exchange.end()

    return answer


def measure(engine_name: str, blanked: Blanked, answer: Answer, pace: float) -> Measured:
    case = next(case for case in CASES if case.engine == engine_name)
    pieces = tokens(answer.text)
    question, _, done = asked_of(blanked, 512)
    with case.serve() as server:
        server.always = streaming(pieces, pace)
        engine = opened(server.url, engine=engine_name, model="qwen2.5-coder-1.5b" if engine_name == "vllm" else None)
        engine.ask(question, done=done, deadline=Deadline.after(120))
        request = server.asked[-1]
        end = time.monotonic() + 5
        while not request.hung_up and request.pieces_sent < len(pieces) and time.monotonic() < end:
            time.sleep(0.01)
        engine.close()
        return Measured(answer.name, len(tokens(blanked.body)), request.pieces_sent, len(pieces))


def bodies(corpus: Path, each: int) -> Iterator[Blanked]:
    """So many of each language, one a file."""
    for language, paths in files(corpus, None).items():
        count = 0
        for path in paths:
            for blanked in bodies_of(path, Path(path).read_bytes(), language, 1):
                if isinstance(blanked, Blanked) and len(tokens(blanked.body)) <= LARGEST_BODY:
                    count += 1
                    yield blanked
            if count >= each:
                break


def table(title: str, rows: Sequence[Measured]) -> None:
    past = [row.past for row in rows]
    whole, generated = sum(row.whole for row in rows), sum(row.generated for row in rows)
    print(
        f"| {title} | {len(rows)} | {mean(row.body for row in rows):.1f} | {mean(past):.1f} | {median(past):.0f} | "
        f"{sorted(past)[len(past) * 95 // 100]} | {whole} | {generated} | {100 * (1 - generated / whole):.0f} % |"
    )


def on_the_double(options: argparse.Namespace) -> list[Measured]:
    work = [
        (blanked, answer)
        for blanked in bodies(options.corpus, options.bodies)
        for answer in overruns(blanked)
        if answer.streamed and answer.name != "no overrun"
    ]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(lambda each: measure(options.engine, each[0], each[1], options.pace), work))


def on_the_real_model(options: argparse.Namespace) -> list[Measured]:
    path = find_model()
    if path is None:
        raise SystemExit("the embedded model is not on this machine: fimbot model pull")
    server = RealServer(path, context_tokens=2048, threads=2)
    engine = open_engine(Settings(engine=("llama.cpp",), base_url=server.url), {}).engine
    rows: list[Measured] = []
    for blanked in bodies(options.corpus, 4 * options.real):
        if len(rows) >= options.real:
            break
        row = _really(server, engine, blanked)
        if row is not None:
            rows.append(row)
    return rows


def _really(server: RealServer, engine: Engine, blanked: Blanked) -> Measured | None:
    question, window, done = asked_of(blanked, REAL_TOKENS, 500, 200)
    before = server.generated()
    completion = engine.ask(question, done=done, deadline=Deadline.after(600))
    made = make_fill(frame_of(parsed_file(blanked.stub.path, blanked.data), blanked.stub), window, completion)
    if not isinstance(made, Fill) or not completion.cancelled:
        return None  # the model ended by itself, or wrote nothing that fits
    time.sleep(1)  # its figures follow a moment later
    generated = server.generated() - before
    whole = engine.ask(question, done=lambda text: False, deadline=Deadline.after(600)).usage
    body = httpx.post(f"{server.url}/tokenize", json={"content": made.text}, trust_env=False, timeout=30).json()
    own = len(body["tokens"])
    print(f"{blanked.language} {blanked.name}: {generated} generated, {own} of them the body's", file=sys.stderr)
    return Measured("the embedded model", own, generated, whole.completion_tokens if whole else 0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--engine", default="langdock", choices=[case.engine for case in CASES])
    parser.add_argument("--bodies", type=int, default=12, help="of each language")
    parser.add_argument("--pace", type=float, default=100.0, help="tokens a second")
    parser.add_argument("--real", type=int, default=0, help="so many bodies with the embedded model instead")
    options = parser.parse_args(arguments)
    rows = on_the_real_model(options) if options.real else on_the_double(options)
    if not rows:
        raise SystemExit("no answers to measure: is this the directory of bench.cut_corpus?")
    print("| answers | number | tokens of the body | past the hole: mean | median | 95 % | whole | generated | saved |")
    print("|---|---|---|---|---|---|---|---|---|")
    for overrun in dict.fromkeys(row.overrun for row in rows):
        table(overrun, [row for row in rows if row.overrun == overrun])
    table("all", rows)
    return 0 if mean(row.past for row in rows) <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
