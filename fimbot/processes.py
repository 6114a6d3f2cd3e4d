"""The processes that fimbot waits for, so that none outlives it where it has to leave in a hurry.

Whatever starts one as a child says so here. No process group: a child in one of its own would not hear Ctrl-C. What
the children start in turn (a promisor's transport, a password manager behind a shell), and what GitPython
runs where it makes a repository, is found in Linux's /proc; elsewhere it is left.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

# For git to end what it has started itself (a fetch, a credential store).
SECONDS = 0.2

_waited_for: set[Popen[bytes]] = set()
_leaving = threading.Event()


@contextmanager
def waiting_for(process: Popen[bytes]) -> Iterator[None]:
    _waited_for.add(process)
    try:
        if _leaving.is_set():  # by a thread that has not noticed
            process.kill()
        yield
    finally:
        _waited_for.discard(process)


def end_all() -> None:
    """Ends those that are still waited for and whatever is below this process, from any thread, within `SECONDS`; and
    each that is started later."""
    from subprocess import TimeoutExpired

    _leaving.set()
    processes = tuple(_waited_for)
    # Looked for before their parents end, which is when they become somebody else's children.
    below = descendants(os.getpid())
    for process in processes:
        with suppress(OSError):
            process.terminate()
    until = time.monotonic() + SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except TimeoutExpired:
            with suppress(OSError):
                process.kill()
    kill(below)


def descendants(process: int) -> list[int]:
    """Of this session only: what has one of its own is meant to outlive us (the background process, a daemon)."""
    if sys.platform != "linux":
        return []
    session = os.getsid(0)
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            # PID (NAME) STATE PARENT GROUP SESSION ..., where a name may hold blanks and brackets.
            fields = status.read_bytes().rpartition(b")")[2].split()
            if int(fields[3]) == session:
                children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found = [process]
    for each in found:
        found += children.get(each, [])
    return found[1:]


def kill(processes: list[int]) -> None:
    for process in processes:
        with suppress(OSError):
            # Else it has ended, and the number may be somebody else's by now.
            if os.getsid(process) == os.getsid(0):
                os.kill(process, signal.SIGKILL)
