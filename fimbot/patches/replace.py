"""Replaces files of the working tree: each of them whole, all of them or none.

Not by `git apply`, which removes a file before it writes the new one: on a full disk, or killed in between, it loses
what nobody has committed yet, and it converts the line ends of the whole file (write_out_results in git's apply.c).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from fimbot.changes.paths import on_disk
from fimbot.errors import PatchError


class Change(NamedTuple):
    before: bytes
    after: bytes


def replace_files(root: Path, changes: Mapping[str, Change]) -> None:
    """By path from the root. Raises PatchError, with nothing changed, where a file cannot be written or is no longer
    what it was before."""
    # In the same directory: elsewhere may be another disk, to which nothing can be moved in one go.
    new = {path: on_disk(root, path).with_name(f".fimbot-{os.getpid()}-{n}") for n, path in enumerate(changes)}
    replaced: list[str] = []
    path = ""
    try:
        for path, change in changes.items():
            _write(new[path], change.after, on_disk(root, path))
        for path, change in changes.items():
            if on_disk(root, path).read_bytes() != change.before:
                raise PatchError(f"{path} was written by somebody else at this moment, nothing was changed; try again")
        for path in changes:
            new[path].replace(on_disk(root, path))
            replaced.append(path)
    except OSError as error:
        for each in replaced:  # a later one is in use (Windows)
            _write(new[each], changes[each].before, on_disk(root, each))
            new[each].replace(on_disk(root, each))
        raise PatchError(f"{path} cannot be written: {error.strerror or error}, nothing was changed") from None
    finally:
        for partial in new.values():
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def _write(file: Path, content: bytes, like: Path) -> None:
    # Never through something that lies there already.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)), "wb") as stream:
        stream.write(content)
        stream.flush()
        # Else the name may be there before the content when the power fails.
        os.fsync(stream.fileno())
    shutil.copymode(like, file)
