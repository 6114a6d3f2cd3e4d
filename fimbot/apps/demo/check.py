"""Runs the demo's tests, each stub's on its own, and says what cannot be run on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

# A fill may loop for ever.
SECONDS_PER_TEST = 30.0
# The first Node.js whose test runner can run one test by name and is still looked after.
NODE = 20

# "ValueError: …" of Python and Node.js, "expected …, got …" of the shell's test.
FAULT = re.compile(r"^[\w.]*(Error|Exception)\b|: expected '")

Which = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class DemoTask:
    path: str
    name: str
    """The stub's qualified name."""
    test: tuple[str, ...]
    """What the language's own program is called with, to run this stub's tests alone."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    task: DemoTask
    passed: bool | None
    """None: not run."""
    why: str
    """One line: "passes", "expected 'a b', got ''", "not run: node not found"."""


def _python(case: str) -> tuple[str, ...]:
    return ("-B", "-m", "unittest", f"tests.test_prices.{case}")


def _javascript(name: str) -> tuple[str, ...]:
    return ("--test", "--test-reporter=spec", f"--test-name-pattern=^{name}$", "web/format.test.mjs")


TASKS = (
    DemoTask("desk/prices.py", "late_fee", _python("LateFee")),
    DemoTask("desk/prices.py", "Invoice.total", _python("Total")),
    DemoTask("desk/prices.py", "merge_spans", _python("MergeSpans")),
    DemoTask("web/format.mjs", "groupBy", _javascript("groupBy")),
    DemoTask("web/format.mjs", "escapeHtml", _javascript("escapeHtml")),
    DemoTask("web/format.mjs", "slugify", _javascript("slugify")),
    DemoTask("tools/chores.sh", "trim", ("tools/test_chores.sh", "trim")),
    DemoTask("tools/chores.sh", "lower", ("tools/test_chores.sh", "lower")),
)


def run_demo_tests(
    directory: Path, which: Which = shutil.which, seconds: float = SECONDS_PER_TEST
) -> tuple[DemoResult, ...]:
    """What each stub's tests say about the working tree in `directory`, in the order of TASKS.

    Runs the code that is there: what a model wrote, if that was applied. Raises nothing.
    """
    programs = {".py": _Program(sys.executable), ".mjs": _node(which), ".sh": _shell(which)}
    return tuple(_result(task, programs[Path(task.path).suffix], directory, seconds) for task in TASKS)


@dataclass(frozen=True, slots=True)
class _Program:
    path: str
    missing: str = ""
    """Why it cannot be used; "" if it can."""


def _result(task: DemoTask, program: _Program, directory: Path, seconds: float) -> DemoResult:
    if program.missing:
        return DemoResult(task, None, f"not run: {program.missing}")
    try:
        done = subprocess.run(
            [program.path, *task.test],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return DemoResult(task, False, f"fails: not done after {seconds:.0f} seconds")
    except OSError as error:
        return DemoResult(task, None, f"not run: {error.strerror or error}")
    if done.returncode == 0:
        return DemoResult(task, True, "passes")
    return DemoResult(task, False, f"fails: {_first_fault(done.stdout)}")


def _first_fault(output: str) -> str:
    """What is wrong, in one line out of what the runner of any of the languages prints."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if FAULT.search(line):
            return (f"{line} {following}" if line.endswith(":") else line)[:160]
    return next(iter(lines), "no output")[:160]


def _node(which: Which) -> _Program:
    node = which("node")
    if node is None:
        return _Program("", "node not found")
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=SECONDS_PER_TEST)
        version = int(said.stdout.strip().removeprefix("v").split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return _Program(node, "node does not start")
    return _Program(node, f"node {version} is too old, {NODE} is needed" if version < NODE else "")


def _shell(which: Which) -> _Program:
    shell, git = which("sh"), which("git")
    if shell is None and git is not None:
        # Git for Windows brings its own sh, but puts only git itself on the PATH.
        near = (Path(git).parents[1] / part / "sh.exe" for part in ("bin", "usr/bin"))
        shell = next((str(path) for path in near if path.is_file()), None)
    return _Program(shell) if shell else _Program("", "sh not found")
