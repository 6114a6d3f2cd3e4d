"""Stubs that somebody has seen and kept: with `fimbot dismiss`, or by committing them although they were shown.

One file in the Git directory that all worktrees share. A stub's id is its path, name and text, so a stub that changes
is shown again. So are identical stubs of a file when one comes or goes: their ids move, and one that is shown twice is
better than a new one that is not.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from fimbot.changes import Repository
from fimbot.changes.repository import text
from fimbot.errors import ParseError, PatchError
from fimbot.patches.store import write_whole
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, Stub, stub_of

FILE = "fimbot/kept.json"
# Of each kind; 100 bytes an entry.
LIMIT = 2_000
# How far back HEAD's own history is searched for the commit that kept a stub.
COMMITS = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A stub that the hook has shown, and what HEAD's reflog ended with at that time ("": before the first commit)."""

    id: str
    path: str
    head: str
    twins: int = 1
    """As in `Stub.twins`."""


@dataclass(frozen=True, slots=True)
class Kept:
    dismissed: tuple[str, ...] = ()
    """Ids; with a number behind a slash, while the file has so many identical stubs."""
    shown: tuple[Shown, ...] = ()

    def with_dismissed(self, ids: Iterable[str]) -> Kept:
        return replace(self, dismissed=tuple(dict.fromkeys((*self.dismissed, *ids)))[-LIMIT:])

    def with_shown(self, stubs: Iterable[Stub], head: str) -> Kept:
        """A stub that is shown again keeps the place where it was shown first."""
        known = {(each.id, each.twins) for each in self.shown}
        new = [Shown(stub.id, stub.path, head, stub.twins) for stub in stubs if (stub.id, stub.twins) not in known]
        return replace(self, shown=(*self.shown, *new)[-LIMIT:])


def read_kept(repository: Repository) -> Kept:
    """Nothing where there is no such file, or one that cannot be understood: then a stub is shown once more."""
    try:
        data: Any = json.loads(_file(repository).read_bytes())
        return Kept(
            tuple(each for each in data["dismissed"] if isinstance(each, str)),
            tuple(
                Shown(str(each["id"]), str(each["path"]), str(each["head"]), int(each.get("twins", 1)))
                for each in data["shown"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Kept()


def write_kept(repository: Repository, kept: Kept) -> None:
    """Raises PatchError where it cannot be written."""
    path = _file(repository)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({"version": 1, **asdict(kept)}).encode())
    except OSError as error:
        raise PatchError(f"{path} cannot be written: {error.strerror or error}") from None


def kept_ids(repository: Repository, kept: Kept, stubs: Collection[Stub], *, committed: bool) -> frozenset[str]:
    """Which of these stubs nobody wants to be told about again. `committed`: they are in a commit now, for instance
    one that is pushed; so whoever was shown one before has kept it."""
    shown = {(each.id, each.twins): each for each in kept.shown}
    dismissed = {stub.id for stub in stubs if not {stub.id, dismissal(stub.id, stub.twins)}.isdisjoint(kept.dismissed)}
    candidates = (shown.get((stub.id, stub.twins)) for stub in stubs if stub.id not in dismissed)
    committed_ones = (each.id for each in candidates if each and (committed or _was_committed(repository, each)))
    return frozenset(dismissed.union(committed_ones))


def dismissal(id: str, twins: int) -> str:
    return f"{id}/{twins}"


def head_of(repository: Repository) -> str:
    """For `Shown.head`."""
    return next(iter(_visited(repository)), "")


def _was_committed(repository: Repository, shown: Shown) -> bool:
    """Whether HEAD has been, since then, at a commit that holds the stub."""
    visited = _visited(repository)
    if shown.head in visited:
        # Where one second saw it twice, the earlier.
        visited = visited[: len(visited) - 1 - visited[::-1].index(shown.head)]
    blobs = dict.fromkeys(_blob(repository, entry.split(" ")[0], shown.path) for entry in visited)
    return any(blob and _holds(repository, blob, shown) for blob in blobs)


def _visited(repository: Repository) -> list[str]:
    """Where HEAD was, the newest first, as "COMMIT HEAD@{SECONDS}": it may be back at a commit where it was before
    (`git reset --soft`). Where no reflog is kept, HEAD alone."""
    # `rev-list` walks the same, but knows no %gd.
    options = ("--walk-reflogs", "--no-show-signature", "--date=unix", "--format=%H %gd", f"--max-count={COMMITS}")
    status, output, _ = repository.status_of("log", *options, "HEAD", "--")
    entries = text(output).splitlines() if not status else []
    if entries:
        return entries
    status, output, _ = repository.status_of("rev-parse", "--verify", "--quiet", "HEAD")
    return [] if status else [text(output).strip()]


def _blob(repository: Repository, commit: str, path: str) -> str:
    status, output, _ = repository.status_of("rev-parse", "--verify", "--quiet", f"{commit}:{path}")
    return "" if status else text(output).strip()


def _holds(repository: Repository, blob: str, shown: Shown) -> bool:
    status, content, _ = repository.status_of("cat-file", "blob", blob)
    try:
        found = find_stubs(shown.path, content, (WHOLE_FILE,)) if not status else ()
    except ParseError:
        return False
    return any((stub.id, stub.twins) == (shown.id, shown.twins) for stub in map(stub_of, found))


def _file(repository: Repository) -> Path:
    common = repository.run("rev-parse", "--git-common-dir").removesuffix(b"\n")
    return repository.root / text(common) / FILE
