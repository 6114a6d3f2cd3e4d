"""`python -m fimbot.cli.finish`: asks what a hook had no time for, so that the next attempt finds it answered.

The hook starts it (fimbot/apps/hook/hand_over.py); it is no command of the command line.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import ExitStack
from typing import NoReturn

from fimbot.apps.hook.hand_over import HandedOver, sweep, take, take_over
from fimbot.cli.main import log_unexpected
from fimbot.cli.session import remembering
from fimbot.engines.open import open_engine
from fimbot.errors import FimbotError
from fimbot.pipeline import suggest
from fimbot.processes import end_all
from fimbot.quota import BACKGROUND
from fimbot.values import Deadline

# For the engine to notice its deadline by itself.
GRACE_SECONDS = 5.0


def main() -> int:
    job = take_over(sys.stdin.buffer)
    end = threading.Timer(min(job.settings.deadline + GRACE_SECONDS, threading.TIMEOUT_MAX), _leave)
    end.daemon = True
    end.start()
    try:
        _finish(job)
    except (FimbotError, OSError, NotImplementedError):
        return FimbotError.exit_status  # the engine is down, or nothing can be locked: the hook has said what to do
    except Exception as error:
        log_unexpected(error)
        return FimbotError.exit_status
    return 0


def _leave() -> NoReturn:
    """In the thread of the clock: whatever is under way ends with the process."""
    try:
        end_all()
    finally:
        os._exit(1)


def _finish(job: HandedOver) -> None:
    opened = open_engine(job.settings, os.environ, priority=BACKGROUND)
    with remembering(opened, job.settings) as engine, ExitStack() as held:
        windows = take(job, engine.fingerprint, held)
        deadline = Deadline.after(job.settings.deadline)
        suggest(job.findings, windows, engine, job.settings, deadline, lambda done, total: None, time.monotonic())
    sweep(job.locks)


if __name__ == "__main__":
    sys.exit(main())
