"""What was not answered in time, finished by a process of its own, if the user wants that (`background = true`).

It asks and fills the cache, runs no git, and ends at its deadline whatever happens. For each question that it is at it
holds a lock, which the operating system takes from it when it dies: so none is asked by two, and the next attempt knows
what it need not ask itself.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from filelock import FileLock, Timeout

from fimbot.engines.cache import key
from fimbot.engines.protocol import Question
from fimbot.errors import FimbotError
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Findings
from fimbot.values import Window

PROGRAM = "fimbot.cli.finish"
POLL_SECONDS = 0.1
# A hook that looks whether somebody is at it holds the lock for a moment.
LOCK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class HandedOver:
    findings: Findings
    windows: tuple[Window, ...]
    settings: Settings
    locks: Path


def hand_over(job: HandedOver) -> None:
    """Starts the process, which inherits the environment and with it the key. Raises FimbotError where it does not."""
    # -P: a `fimbot` directory where it starts must not be taken for ours. Nothing of the terminal's or the runner's is
    # kept open: pre-commit waits until its pipe is closed.
    command = [sys.executable, "-P", "-m", PROGRAM]
    try:
        # Where this cannot be done, it could do nothing, and nobody would hear of it.
        job.locks.mkdir(parents=True, exist_ok=True)
        # No pipe, which would be full before the other end has been imported.
        with tempfile.TemporaryFile() as stdin:
            pickle.dump(job, stdin)
            stdin.seek(0)
            process = subprocess.Popen(
                command,
                cwd=tempfile.gettempdir(),
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                creationflags=_detached(),
            )
    except OSError as error:
        raise FimbotError(f"the background process could not be started: {error}") from error
    # Not waited for: this process ends before it.
    process.returncode = 0


def take_over(stream: BinaryIO) -> HandedOver:
    """The other end. The bytes are our own parent's."""
    return cast(HandedOver, pickle.load(stream))  # noqa: S301


def take(job: HandedOver, fingerprint: str, held: ExitStack) -> list[Window]:
    """Those of its questions that no other process is at. Their locks are held until `held` is closed."""
    job.locks.mkdir(parents=True, exist_ok=True)
    taken = []
    for each in job.windows:
        with suppress(Timeout):
            held.enter_context(_lock(job.locks, fingerprint, Question.of(each, job.settings), LOCK_SECONDS))
            taken.append(each)
    return taken


def still_at_work(
    locks: Path, fingerprint: str, known: Callable[[Question], object], asked: Sequence[Question], seconds: float
) -> list[Question]:
    """Those that a background process is at and that are not answered yet. Waits for `seconds` until there are none.

    `known`: the answer that is kept, if any.
    """
    until = time.monotonic() + seconds
    while True:
        # In this order: who has just let go of the lock has left the answer before.
        unknown = [each for each in asked if known(each) is None]
        left = [each for each in unknown if is_held(_lock(locks, fingerprint, each, 0))]
        if not left or time.monotonic() >= until:
            return left
        time.sleep(POLL_SECONDS)


def sweep(locks: Path) -> None:
    """Removes what was left by processes that have ended."""
    for path in locks.glob("*.lock"):
        # Timeout: somebody is at it.
        with suppress(Timeout, OSError, NotImplementedError):
            with FileLock(path, timeout=0):
                # As long as it is held: who takes it next would hold a file without a name, which keeps nobody off.
                # Who has opened it meanwhile opens another, since filelock looks whether it still has a name.
                if sys.platform != "win32":
                    path.unlink()
            if sys.platform == "win32":  # where a file that anybody has opened stays
                path.unlink()


def _lock(locks: Path, fingerprint: str, question: Question, seconds: float) -> FileLock:
    return FileLock(locks / f"{key(fingerprint, question)}.lock", timeout=seconds)


def is_held(lock: FileLock) -> bool:
    if not Path(lock.lock_file).exists():
        return False
    try:
        with lock:
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):  # a read-only disk, or one that knows no locks
        return False


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
