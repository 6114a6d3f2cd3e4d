"""What each further stub of one file costs: finding, the window, the cut, the proof; the engine answers at once.

    python -m bench.many [--lines 4300] [--rounds 3]

A repository with one file of so many lines and 10, 50, 100 or 200 stubs in it, in Python, Go and TypeScript; the
engine is a strict server on loopback. The figure is the processor time of `fimbot suggest HEAD~1 --no-cache` and its
children, less that of the same file with one stub, for each further stub. The server's time is not in it.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.doubles.langdock import KEY, LangdockServer

COUNTS = (10, 50, 100, 200)
ROOT = Path(__file__).resolve().parents[1]

PYTHON = (
    'def total_{n}(orders: list[Order], rate: float) -> float:\n    """Return what the orders come to, taxed."""\n',
    "    total = 0.0\n    for order in orders:\n        total += order.amount * order.count\n    return total * rate\n",
    "    raise NotImplementedError('TODO')\n",
    "\n\n",
)
GO = (
    "// Total{n} returns what the orders come to, taxed.\nfunc Total{n}(orders []Order, rate float64) float64 {{\n",
    "\ttotal := 0.0\n\tfor _, order := range orders {\n\t\ttotal += order.Amount * order.Count\n\t}\n"
    "\treturn total * rate\n",
    '\tpanic("not implemented")\n',
    "}\n\n",
)
TYPESCRIPT = (
    "/** Returns what the orders come to, taxed. */\n"
    "export function total{n}(orders: Order[], rate: number): number {{\n",
    "  let total = 0;\n  for (const order of orders) {\n    total += order.amount * order.count;\n  }\n"
    "  return total * rate;\n",
    "  throw new Error('Method not implemented.');\n",
    "}\n\n",
)
LANGUAGES = {
    "a.py": ("from orders import Order\n\n\n", PYTHON),
    "a.go": ("package orders\n\n", GO),
    "a.ts": ("import { Order } from './orders';\n\n", TYPESCRIPT),
}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--lines", type=int, default=4300)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    print(f"{chosen.lines:,} lines; ms of processor time for each further stub, medians of {chosen.rounds}")
    print(f"{'':8}{'1 stub':>10}" + "".join(f"{count:>10}" for count in COUNTS) + f"{'200 / 10':>10}")
    with LangdockServer() as server, tempfile.TemporaryDirectory() as directory:
        for path, (head, parts) in LANGUAGES.items():
            server.text = parts[1]
            seconds = {
                count: _seconds(
                    Path(directory, f"{path}-{count}"), path, head, parts, chosen.lines, count, server, chosen.rounds
                )
                for count in (1, *COUNTS)
            }
            each = {count: (seconds[count] - seconds[1]) / (count - 1) * 1000 for count in COUNTS}
            row = "".join(f"{each[count]:>10.1f}" for count in COUNTS)
            print(f"{path:8}{seconds[1] * 1000:>10.0f}{row}{each[200] / each[10]:>10.2f}", flush=True)


def _content(head: str, parts: tuple[str, str, str, str], lines: int, stubs: int) -> tuple[str, str]:
    """The file before, without the stubs, and with them: among the others at equal distances."""
    header, body, stub, closer = parts
    whole = header.count("\n") + body.count("\n") + closer.count("\n")
    functions = lines // whole
    step = functions // stubs
    texts = [
        header.format(n=n) + (stub if n % step == 0 and n // step < stubs else body) + closer for n in range(functions)
    ]
    before = [text for n, text in enumerate(texts) if not (n % step == 0 and n // step < stubs)]
    return head + "".join(before), head + "".join(texts)


def _seconds(
    root: Path,
    path: str,
    head: str,
    parts: tuple[str, str, str, str],
    lines: int,
    stubs: int,
    server: LangdockServer,
    rounds: int,
) -> float:
    root.mkdir()
    environ = {
        **os.environ,
        "LANGDOCK_API_KEY": KEY,
        "FIMBOT_BASE_URL": server.url,
        "FIMBOT_RPM": "1000000",
        "FIMBOT_TPM": "1000000000",
        "XDG_STATE_HOME": str(root / "state"),
        "PYTHONPATH": str(ROOT),
    }
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=root, check=True)
    for content in _content(head, parts, lines, stubs):
        (root / path).write_text(content, encoding="utf-8")
        subprocess.run([*git, "add", path], cwd=root, check=True)
        subprocess.run([*git, "commit", "-q", "-m", "x"], cwd=root, check=True)
    taken: list[float] = []
    for _ in range(rounds):
        begun = _used()
        command = [sys.executable, "-m", "fimbot", "suggest", "HEAD~1", "--no-cache"]
        done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
        taken.append(_used() - begun)
        assert f"\n{stubs} of {stubs} stub" in done.stdout, done.stdout[-500:] + done.stderr
    return statistics.median(taken)


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
