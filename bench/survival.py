"""Does what a user has not committed survive fimbot? Random work in real repositories, with hooks, kills and applies.

    python -m bench.survival [--sequences 10000] [--seed 1]

A sequence is some ten steps of tests/hook/machine.py, which says what must hold after each of them. A sequence in
which it does not is a loss; it is printed, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.doubles.langdock import KEY, LangdockServer
from tests.hook.forks import Runner
from tests.hook.machine import FILL, machine_for, open_workbench

PROCESSES = 2
STEPS = 15
AT_A_TIME = 100
GITCONFIG = "[user]\nname = a\nemail = a@example.org\n[init]\ndefaultBranch = main\n"


@dataclass(frozen=True, slots=True)
class Done:
    tally: Counter[str]
    losses: tuple[str, ...]


def work(number: int, sequences: int) -> Done:
    """In a process of its own, with a repository, a home, a server and a cache of its own. `number` is the seed."""
    with tempfile.TemporaryDirectory() as directory, LangdockServer(text=FILL.decode()) as server, Runner() as runner:
        home = Path(directory)
        (home / "gitconfig").write_text(GITCONFIG)
        environ = {
            **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ},
            **dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), directory),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
            "LANGDOCK_API_KEY": KEY,
            "FIMBOT_BASE_URL": server.url,
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        (home / "work bench").mkdir()
        workbench = open_workbench(home / "work bench", runner, environ)
        machine = seed(number)(machine_for(workbench))
        losses: list[str] = []
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=sequences,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except Exception:
            losses.append(f"seed {number}:\n{traceback.format_exc()}")
        return Done(workbench.tally, tuple(losses))


def results(sequences: int, first_seed: int) -> Iterator[Done]:
    seeds = count(first_seed)
    made = 0
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        running: set[Future[Done]] = {pool.submit(work, next(seeds), AT_A_TIME) for _ in range(PROCESSES)}
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for each in ready:
                done = each.result()
                made += done.tally["sequences"]
                yield done
            left = sequences - made - AT_A_TIME * len(running)
            if left > 0:
                running |= {pool.submit(work, next(seeds), min(AT_A_TIME, left)) for _ in ready}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    tally: Counter[str] = Counter()
    losses: list[str] = []
    for done in results(options.sequences, options.seed):
        tally += done.tally
        losses += done.losses
        print(*done.losses, sep="\n", end="", flush=True)
        seconds = time.monotonic() - began
        print(f"{tally['sequences']:,} sequences, {len(losses)} losses, {seconds:,.0f} s", file=sys.stderr, flush=True)
    print("| what | how many |\n|---|---:|")
    for name, number in sorted(tally.items(), key=lambda item: -item[1]):
        print(f"| {name} | {number:,} |")
    print(f"| **losses** | **{len(losses)}** |")
    return int(bool(losses))


if __name__ == "__main__":
    sys.exit(main())
