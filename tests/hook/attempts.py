"""To commit, merge or push with the hook, and what comes of it; with fimbot in an interpreter or in a fork."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fimbot.apps.hook.scripts import HOOKS
from tests.commands.conftest import Workshop
from tests.doubles.langdock import KEY

Hook = Callable[..., list[str]]
"""The command that runs fimbot with these arguments."""


@dataclass(frozen=True, slots=True)
class Attempt:
    status: int
    out: str
    err: str
    seconds: float

    @property
    def text(self) -> str:
        """git sends what a pre-commit hook prints to standard error, and what a pre-push hook prints to neither."""
        return self.out + self.err


def attempt(
    workshop: Workshop, *command: str, at: Path | None = None, environ: Mapping[str, str] | None = None
) -> Attempt:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=at or workshop.root,
        env=workshop.environ | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    seconds = time.monotonic() - began
    out, err = done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape")
    assert "Traceback" not in out + err and KEY not in out + err, out + err
    return Attempt(done.returncode, out, err, seconds)


def interpreter(*arguments: str) -> list[str]:
    return [Path(sys.executable).as_posix(), "-m", "fimbot", *arguments]


def write_hooks(workshop: Workshop, hook: Hook) -> None:
    for name, options in HOOKS.items():
        script = f"#!/bin/sh\nexec {shlex.join(hook('hook', *options.split()))}\n"
        workshop.write(f".git/hooks/{name}", script).chmod(0o755)
