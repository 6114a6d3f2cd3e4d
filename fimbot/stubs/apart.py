"""A long file's stubs, found by a process of its own: what the parser cannot hold ends that process and not this one.

tree-sitter 0.26 dies of a SIGSEGV on 385 KB of `/* ` and `*/ ` in Python; nothing that can be told before it does.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from fimbot.errors import ParseError
from fimbot.values import LineRange, Skip, Stub

if TYPE_CHECKING:
    from fimbot.stubs.emptied import Before
    from fimbot.stubs.parsed import ParsedFile

# One file in some hundreds is longer; the process costs as much time as it takes to parse this.
LONG = 200_000

# No keys and tokens. What is left is what Python is found and started with.
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_START = "import sys; sys.path[:] = sys.argv[1:]; from fimbot.stubs.child import main; main()"


def stubs_apart(file: ParsedFile, added: Sequence[LineRange], before: Before | None = None) -> tuple[Stub | Skip, ...]:
    """Raises ParseError where the process has found that it takes too long, or has not come back."""
    import subprocess

    from fimbot.processes import waiting_for

    command = [sys.executable, "-P", "-c", _START, *sys.path]
    environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise ParseError(f"is so long that it needs a process, which cannot be started: {error}") from None
    with process, waiting_for(process):
        try:
            answer, _ = process.communicate(pickle.dumps((file, list(added), before)))
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise ParseError("is more than the parser can hold")
    found, texts = pickle.loads(answer)  # noqa: S301 - our own child's
    if isinstance(found, str):
        raise ParseError(found)
    if before is not None:
        before.texts += texts
    return cast("tuple[Stub | Skip, ...]", found)
