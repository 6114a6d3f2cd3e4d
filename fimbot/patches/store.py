"""The patches that a run leaves in the Git directory, for `fimbot apply` and for `git apply`.

fimbot/patches/<id>.patch         one suggestion
fimbot/patches/all.patch          all of them, each file once
fimbot/patches/suggestions.json   the fills by stub id, from which `apply` makes a patch of any choice of ids against
                                  the content of that moment: patches of neighbouring stubs share context lines and
                                  would refuse each other
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fimbot.errors import PatchError
from fimbot.patches.unified import unified_patch
from fimbot.values import Edit, Suggestion

INDEX = "suggestions.json"
ALL = "all.patch"


@dataclass(frozen=True, slots=True)
class Stored:
    """A suggestion of an earlier run."""

    id: str
    path: str
    name: str
    start_line: int
    text: str
    """The fill, as in `Fill.text`."""
    twins: int = 1
    """As in `Stub.twins`, when the suggestion was made; less those that `fimbot apply` has filled since."""
    moved_to: str = ""
    """The stub's id by now, where `fimbot apply` has filled an identical one above."""

    @property
    def stub_id(self) -> str:
        return self.moved_to or self.id


def stored_of(suggestion: Suggestion) -> Stored:
    stub = suggestion.fill.stub
    return Stored(stub.id, stub.path, stub.name, stub.start_line, suggestion.fill.text, stub.twins)


def combined_patch(suggestions: Iterable[Suggestion], contents: Mapping[str, bytes]) -> bytes:
    """One patch of all suggestions: each file once, its edits together."""
    by_path: dict[str, list[Edit]] = {}
    for suggestion in suggestions:
        edits = by_path.setdefault(suggestion.fill.stub.path, [])
        edits += [edit for edit in suggestion.edits if edit not in edits]  # two fills may need the same import
    return b"".join(unified_patch(path, contents[path], edits) for path, edits in by_path.items())


def write_patches(
    directory: Path,
    suggestions: Iterable[Suggestion],
    contents: Mapping[str, bytes],
    earlier: Iterable[tuple[Sequence[Stored], bytes]] = (),
) -> None:
    """Replaces what the run before has left, but for `earlier`: suggestions for other files, with their patch.

    Raises PatchError where it cannot be written (disk full).
    """
    suggestions, earlier = tuple(suggestions), tuple(earlier)
    files = {f"{s.fill.stub.id}.patch": s.patch for s in suggestions}
    files[ALL] = combined_patch(suggestions, contents) + b"".join(patch for _, patch in earlier)
    left = [asdict(each) for stored, _ in earlier for each in stored]
    files[INDEX] = _index([*(asdict(stored_of(s)) for s in suggestions), *left])
    kept = {f"{record['id']}.patch" for record in left}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_whole(directory / name, content)
        for stale in directory.glob("*.patch"):
            if stale.name not in files and stale.name not in kept:
                stale.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PatchError(f"the patches cannot be written to {directory}: {reason}; --output - prints them") from None


def keep(directory: Path, left: Iterable[Stored]) -> None:
    """What there is still to apply: the rest is in the working tree by now, or nobody wants it. All patches stay."""
    try:
        write_whole(directory / INDEX, _index([asdict(each) for each in left]))
    except OSError as error:
        raise PatchError(f"applied, but {directory / INDEX} cannot be written: {error.strerror or error}") from None


def _index(records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"version": 1, "suggestions": records}).encode()


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never sees half a patch."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_suggestions(directory: Path) -> tuple[Stored, ...]:
    """What the last run has left; none where nothing has. Raises PatchError when the index is damaged."""
    try:
        data = json.loads((directory / INDEX).read_bytes())
        return tuple(_stored(record) for record in data["suggestions"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise PatchError(f"{directory / INDEX} cannot be read; run `fimbot suggest` again") from None


def _stored(record: dict[str, Any]) -> Stored:
    stored = Stored(**record)
    if not all(isinstance(getattr(stored, name), str) for name in ("id", "path", "name", "text", "moved_to")):
        raise TypeError("a field is no text")
    if type(stored.start_line) is not int or type(stored.twins) is not int:
        raise TypeError("a number is none")
    return stored
