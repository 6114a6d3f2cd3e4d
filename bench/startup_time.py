"""What a command costs beside its work: `fimbot scan REV` and `fimbot suggest REV` on the smallest change.

    python -m bench.startup_time

One line or one function of a small repository is changed, in a commit. pip installs this checkout into a new
environment, .pyc files included. The engine answers at once, over loopback. All commands take turns within one run.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.startup import ROUNDS, commit, git, installed_by_pip
from tests.doubles.langdock import KEY, LangdockServer

BEFORE = "def price(days: int) -> int:\n    rate = 3\n    return rate * days\n"
CHANGES = {
    "no stub": BEFORE.replace("rate * days", "rate * max(days, 1)"),
    "one stub": BEFORE + "\n\ndef add(a: int, b: int) -> int:\n    # TODO: implement\n    raise NotImplementedError\n",
}
HOMES = ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")

# It notes each start, and is git.
COUNTING = """#!/bin/sh
echo >> '{log}'
exec '{git}' "$@"
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, LangdockServer() as server:
        server.text = "    return a + b\n"
        place = Path(scratch)
        programs = installed_by_pip(place / "venv")
        environ = {
            "PATH": os.environ["PATH"],
            # Nothing of whoever runs this.
            **{name: str(place / "home" / name) for name in HOMES},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "LANGDOCK_API_KEY": KEY,
            "FIMBOT_BASE_URL": server.url,
        }
        print(f"{'':26}{'bare':>8}{'git':>8}{'fimbot':>8}{'processes of git':>18}{'modules':>9}")
        for command in ("scan", "suggest"):
            for change, after in CHANGES.items():
                at = place / f"{command} {change}"
                _commit(at, after)
                _row(f"{command} REV, {change}", command, at, programs, environ)
        print(f"(ms, medians of {ROUNDS})")


def _commit(repository: Path, after: str) -> None:
    commit(repository, {"a.py": BEFORE, "b.py": BEFORE})
    (repository / "a.py").write_text(after, encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-q", "-m", "b")


def _row(title: str, command: str, at: Path, programs: Path, environ: Mapping[str, str]) -> None:
    fimbot = [str(programs / "fimbot"), command, "HEAD~1"]
    said = _run(fimbot, at, environ).stdout
    assert ("add" in said) == title.endswith("one stub"), said
    floor = [[str(programs / "python"), "-c", "pass"], ["git", "diff-index", "HEAD~1"]]
    seconds: list[list[float]] = [[], [], []]
    for _ in range(ROUNDS):
        for taken, each in zip(seconds, [*floor, fimbot], strict=True):
            begun = time.perf_counter()
            _run(each, at, environ)
            taken.append(time.perf_counter() - begun)
    bare, git_, whole = (statistics.median(taken) * 1000 for taken in seconds)
    started = _processes(fimbot, at, environ)
    told = _run([str(programs / "python"), "-X", "importtime", *fimbot], at, environ).stderr
    modules = told.count("import time:") - 1  # less the heading
    print(f"{title:26}{bare:8.1f}{git_:8.1f}{whole:8.1f}{started:18}{modules:9}", flush=True)


def _run(command: Sequence[str], at: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    # No answer of the round before.
    shutil.rmtree(environ["XDG_CACHE_HOME"], ignore_errors=True)
    return subprocess.run(command, cwd=at, env=environ, capture_output=True, text=True, check=True)


def _processes(command: Sequence[str], at: Path, environ: Mapping[str, str]) -> int:
    """How often git is started."""
    with tempfile.TemporaryDirectory() as directory:
        log, script = Path(directory) / "log", Path(directory) / "git"
        script.write_text(COUNTING.format(log=log, git=shutil.which("git")), encoding="utf-8")
        script.chmod(0o755)
        _run(command, at, {**environ, "PATH": f"{directory}{os.pathsep}{environ['PATH']}"})
        return log.read_text(encoding="utf-8").count("\n")


if __name__ == "__main__":
    main()
