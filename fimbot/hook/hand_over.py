"""What was not answered in time, finished by a process of its own, if the user wants that (`background = true`).

It asks and fills the cache, runs no git, ends at its deadline whatever happens, and holds a lock that the operating
system takes from it when it dies. So there is one at most for a repository, and none is left behind.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from filelock import FileLock, Timeout

from fimbot.errors import FimbotError
from fimbot.pipeline import Asked, Findings
from fimbot.settings.values import Settings

LOCK = "fimbot/background.lock"
PROGRAM = "fimbot.commands.finish"


@dataclass(frozen=True, slots=True)
class HandedOver:
    findings: Findings
    asked: tuple[Asked, ...]
    settings: Settings
    lock: Path


def hand_over(job: HandedOver) -> None:
    """Starts the process, which inherits the environment and with it the key. Raises FimbotError where it does not."""
    # -P: a `fimbot` directory where it starts must not be taken for ours. Nothing of the terminal's or the runner's is
    # kept open: pre-commit waits until its pipe is closed.
    command = [sys.executable, "-P", "-m", PROGRAM]
    try:
        process = subprocess.Popen(
            command,
            cwd=tempfile.gettempdir(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=_detached(),
        )
        with cast(BinaryIO, process.stdin) as stream:
            pickle.dump(job, stream)
    except OSError as error:
        raise FimbotError(f"the background process could not be started: {error}") from error
    # Not waited for: this process ends before it.
    process.returncode = 0


def take_over(stream: BinaryIO) -> HandedOver:
    """The other end. The bytes are our own parent's."""
    return cast(HandedOver, pickle.load(stream))  # noqa: S301


def wait_for_background(lock: Path, seconds: float) -> bool:
    """Waits until no process is at work for this repository; False where one still is."""
    if not lock.exists():
        return True
    try:
        with FileLock(lock, timeout=seconds, poll_interval=0.1):
            return True
    except Timeout:
        return False


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
