"""The processes that fimbot waits for, so that none outlives it where it has to leave in a hurry.

Whatever starts one as a child says so here. No process group: a child in one of its own would not hear Ctrl-C.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """Ends those that are still waited for, from any thread, within `SECONDS`; and each that is started later."""
    from subprocess import TimeoutExpired

    _leaving.set()
    processes = tuple(_waited_for)
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
