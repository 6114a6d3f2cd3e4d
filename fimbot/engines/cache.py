"""Answers that were paid for, by what was asked: the same question is never sent twice.

Only a hash of the question is kept, never the question: a prompt is somebody's code. A cache that cannot be read or
written is no error; the run goes on without it, and `problem` says why.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fimbot.engines.protocol import Question
from fimbot.values import Completion, Usage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, used REAL NOT NULL, size INTEGER NOT NULL, answer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS answers_by_use ON answers (used);
"""
_VERSION = 1
_BUSY_SECONDS = 5.0
_ROW_BYTES = 200
"""What a row takes beside the answer: key, index, page overhead."""
_FREED = 0.8
"""How full it is left when it had to be emptied, so that not every answer empties it again."""


def key(fingerprint: str, question: Question) -> str:
    """Of everything that decides the answer: `Engine.fingerprint` and the question."""
    shown = asdict(question) | {"context": [part._asdict() for part in question.context]}
    asked = json.dumps([_VERSION, fingerprint, shown], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(asked.encode("ascii")).hexdigest()


class CompletionCache:
    """Safe with several threads and processes at once. `clock` gives seconds since the epoch."""

    def __init__(self, path: Path, max_bytes: int, clock: Callable[[], float]) -> None:
        self._path, self._max_bytes, self._clock = path, max_bytes, clock
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self.problem: str | None = None
        """One line on why nothing is kept, as soon as that is known."""

    def get(self, key: str) -> Completion | None:
        found = None
        with self._lock, self._guarded():
            database = self._open()
            row = database.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            found = unpacked(row[0]) if row is not None else None
            if found is not None:
                # Where this cannot be written (a read-only disk) the answer is as good.
                database.execute("UPDATE answers SET used = ? WHERE key = ?", (self._clock(), key))
        return found

    def put(self, key: str, completion: Completion) -> None:
        answer = packed(completion)
        size = len(answer) + _ROW_BYTES
        if size > self._max_bytes:
            return
        with self._lock, self._guarded():
            database = self._open()
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.execute(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (key, self._clock(), size, answer)
                )
                self._evict(database)

    def close(self) -> None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._database is not None:
                self._database.close()
            self._database = None

    def _open(self) -> sqlite3.Connection:
        if self.problem is not None:
            raise sqlite3.OperationalError(self.problem)
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # The journal files of SQLite take the mode of the database itself.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.executescript(_SCHEMA)
            except sqlite3.Error:
                database.close()
                raise
            self._database = database
        return self._database

    def _evict(self, database: sqlite3.Connection) -> None:
        total = database.execute("SELECT coalesce(sum(size), 0) FROM answers").fetchone()[0]
        if total <= self._max_bytes:
            return
        excess = total - int(self._max_bytes * _FREED)
        for key, size in database.execute("SELECT key, size FROM answers ORDER BY used, key").fetchall():
            if excess <= 0:
                break
            database.execute("DELETE FROM answers WHERE key = ?", (key,))
            excess -= size

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if self.problem is None:
                self.problem = f"answers are not cached: {self._path}: {error}"
            if self._database is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._database.close()
            self._database = None


def packed(completion: Completion) -> str:
    usage = completion.usage._asdict() if completion.usage else None
    return json.dumps(completion._asdict() | {"usage": usage})


def unpacked(answer: str) -> Completion | None:
    """None where somebody else's version or a torn write left something else."""
    try:
        fields: dict[str, Any] = json.loads(answer)
        usage = Usage(**fields.pop("usage")) if fields.get("usage") else None
        fields.pop("usage", None)
        return Completion(**fields)._replace(usage=usage, cached=True, requests=0)
    except (ValueError, TypeError, AttributeError):
        return None
