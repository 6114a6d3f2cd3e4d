"""The tasks of bench/quality_tasks, and whether a file that a rule has filled passes its task's tests.

quality_tasks/python/dock_fee/
    repo/           what fimbot sees: a small repository with one stub, its neighbours, at times a test or a call site
    solution.txt    a body that is right
    check.py        the tests that decide; no model ever sees them
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TASKS = Path(__file__).parent / "quality_tasks"
# A fill may loop for ever.
SECONDS = 30.0
CHECKS = {"python": "check.py", "javascript": "check.mjs", "c": "check.c"}


@dataclass(frozen=True, slots=True)
class Task:
    directory: Path

    @property
    def language(self) -> str:
        return self.directory.parent.name

    @property
    def name(self) -> str:
        """`python/dock_fee`."""
        return f"{self.language}/{self.directory.name}"

    @property
    def repository(self) -> Path:
        return self.directory / "repo"

    @property
    def solution(self) -> str:
        return (self.directory / "solution.txt").read_text(encoding="utf-8").rstrip("\n")


def all_tasks() -> tuple[Task, ...]:
    return tuple(
        Task(path) for language in CHECKS for path in sorted((TASKS / language).iterdir()) if (path / "repo").is_dir()
    )


def missing_runtime(language: str) -> str | None:
    """The program that this language's tests need and this machine lacks."""
    program = {"javascript": "node", "c": "cc"}.get(language)
    return program if program is not None and shutil.which(program) is None else None


def passes(task: Task, path: str, content: bytes) -> bool:
    """Whether the task's tests pass with this content at `path`, in a copy and in a process of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        root = Path(temporary)
        shutil.copytree(task.repository, root, dirs_exist_ok=True)
        shutil.copy(task.directory / CHECKS[task.language], root)
        (root / path).write_bytes(content)
        return all(_succeeds(command, root) for command in _commands(task.language, root))


def _commands(language: str, root: Path) -> tuple[tuple[str, ...], ...]:
    if language == "python":
        return ((sys.executable, "-B", "-m", "unittest", "check"),)
    if language == "javascript":
        return (("node", "--test", "check.mjs"),)
    sources = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*.c"))]
    # What would otherwise pass or fail by luck.
    errors = ("-Werror=uninitialized", "-Werror=return-type", "-Werror=implicit-function-declaration")
    program = str(root / "check.exe")
    return (("cc", "-std=c11", "-O1", *errors, "-I.", *sources, "-lm", "-o", program), (program,))


def _succeeds(command: tuple[str, ...], root: Path) -> bool:
    # The code is a model's: it gets no key from the environment and no home.
    kept = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL")
    environ = {name: value for name, value in os.environ.items() if name in kept} | {"HOME": str(root)}
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0
