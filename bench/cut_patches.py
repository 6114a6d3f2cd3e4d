"""Every fill as a patch, applied by git."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fimbot.patches.unified import unified_patch
from fimbot.values import Edit


@dataclass(frozen=True, slots=True)
class Filled:
    name: str
    before: bytes
    edit: Edit
    after: bytes


def wrong_patches(directory: Path, fills: Sequence[Filled]) -> int:
    """How many of them git does not turn into the expected bytes; one `git apply` for all, outside a repository."""
    patch = b""
    for number, fill in enumerate(fills):
        path = f"{number}/{fill.name}"
        (directory / str(number)).mkdir()
        (directory / path).write_bytes(fill.before)
        patch += unified_patch(path, fill.before, [fill.edit])
    applied = subprocess.run(["git", "apply", "-"], cwd=directory, input=patch, capture_output=True, check=False)
    if applied.returncode:
        return len(fills)
    return sum((directory / f"{n}/{fill.name}").read_bytes() != fill.after for n, fill in enumerate(fills))
