"""Where the model's file lies, and whether it is whole.

Hashing 1.1 GB takes seconds, so it is done once, when the file is fetched; a marker beside the file then says
which size and modification time were found right. A file that was changed or copied loses its marker, and
`fimbot model pull` hashes it again instead of fetching it again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from fimbot.errors import ModelError
from fimbot.model.known import EMBEDDED, ModelFile

GGUF_MAGIC = b"GGUF"


def data_directory() -> Path:
    """The platform's place for an application's data: `~/.local/share/fimbot` on Linux."""
    import platformdirs

    return Path(platformdirs.user_data_dir("fimbot", appauthor=False))


def find_model(own: Path | None = None, directory: Path | None = None, model: ModelFile = EMBEDDED) -> Path | None:
    """The model to load: the user's `own` .gguf, else the pulled one, else None.

    A partly fetched, truncated or altered file counts as none. Raises ModelError where `own` is not a GGUF
    file: who names a file does not want another.
    """
    if own is not None:
        _check_own(own)
        return own
    path = model_path(directory, model)
    return path if is_verified(path, model) else None


def model_path(directory: Path | None = None, model: ModelFile = EMBEDDED) -> Path:
    """Where the pulled model lies or would lie."""
    return (directory or data_directory()) / model.name


def partial_path(path: Path) -> Path:
    """What is fetched so far; it becomes `path` once it is whole."""
    return path.with_name(path.name + ".partial")


def marker_path(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def is_verified(path: Path, model: ModelFile = EMBEDDED) -> bool:
    """Whether the file has its size and the marker still describes it. Reads a few bytes only."""
    try:
        seen = _fingerprint(path, model)
        return seen["size"] == model.size and json.loads(marker_path(path).read_bytes()) == seen
    except (OSError, ValueError):
        return False


def verify(path: Path, model: ModelFile = EMBEDDED) -> bool:
    """Whether the file is the model, by its sha256 (some seconds for 1.1 GB); marks it if it is."""
    if not has_hash(path, model):
        return False
    mark(path, model)
    return True


def has_hash(path: Path, model: ModelFile = EMBEDDED) -> bool:
    if not path.is_file() or path.stat().st_size != model.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


def mark(path: Path, model: ModelFile) -> None:
    """Notes that the file's sha256 was found right."""
    marker_path(path).write_text(json.dumps(_fingerprint(path, model)), encoding="utf-8")


def remove_model(directory: Path | None = None, model: ModelFile = EMBEDDED) -> int:
    """Deletes the pulled model and whatever an interrupted pull left. Returns the bytes that were freed.

    A user's own file is never touched. Raises ModelError where the system refuses, or during a pull.
    """
    import filelock

    path = model_path(directory, model)
    if not path.parent.is_dir():
        return 0
    try:
        with filelock.FileLock(lock_path(path), timeout=0):
            return _unlink_all(path, model)
    except filelock.Timeout as error:
        raise ModelError("another fimbot is fetching the model: stop it first") from error
    except OSError as error:
        raise ModelError(f"cannot remove {error.filename or path}: {error.strerror}") from error


def lock_path(path: Path) -> Path:
    """Whoever fetches or removes the model holds this. It stays there: deleting it would let two in."""
    return path.with_name("pull.lock")


def _unlink_all(path: Path, model: ModelFile) -> int:
    freed = 0
    # Everything that a pull writes starts with the model's name.
    for file in sorted(path.parent.glob(f"{model.name}*")):
        size = file.stat().st_size
        file.unlink()
        freed += size
    return freed


def _fingerprint(path: Path, model: ModelFile) -> dict[str, object]:
    stat = path.stat()
    return {"sha256": model.sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _check_own(own: Path) -> None:
    try:
        with own.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as error:
        raise ModelError(f"cannot read the model file {own}: {error.strerror}") from error
    if magic != GGUF_MAGIC:
        raise ModelError(f"{own} is not a GGUF file: name a .gguf model, or none to use the embedded one")
