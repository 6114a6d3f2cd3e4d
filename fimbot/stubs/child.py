"""The process that finds a long file's stubs, and may die of it: apart.py starts it and hears what it found."""

from __future__ import annotations

import pickle
import sys
from contextlib import suppress

from fimbot.errors import ParseError
from fimbot.stubs.find import stubs_here
from fimbot.values import Skip, Stub

_MEMORY = 2 << 30


def main() -> None:
    _limit()
    file, added, before = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent's
    try:
        found: tuple[Stub | Skip, ...] | str = stubs_here(file, added, before)
    except ParseError as error:
        found = str(error)
    pickle.dump((found, before.texts if before is not None else []), sys.stdout.buffer)


def _limit() -> None:
    """No core file of what the parser dies of, and no more memory than it takes for a file that somebody wrote."""
    if sys.platform == "win32":
        return
    import resource

    for limit, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, _MEMORY)):
        with suppress(OSError, ValueError):  # the user's own limit is lower
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))
