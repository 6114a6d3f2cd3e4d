"""Keys in a file of this machine, for a single server."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fimbot.apps.serve.keys import StoredKey, read_key
from fimbot.errors import StoreError

_SCHEMA = "CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, digest TEXT NOT NULL, created REAL NOT NULL)"
_BUSY_SECONDS = 5.0


class EmbeddedKeys:
    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> tuple[StoredKey, ...]:
        if not self._path.exists():
            return ()
        with self._open() as database:
            rows = database.execute("SELECT name, digest, created FROM keys ORDER BY name").fetchall()
        try:
            return tuple(read_key(*row) for row in rows)
        except ValueError:
            raise StoreError(f"the keys at {self._path}: what is there is not what fimbot has written") from None

    def add(self, key: StoredKey) -> bool:
        with self._open() as database:
            row = (key.name, key.digest, key.created)
            return database.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", row).rowcount == 1

    def remove(self, name: str) -> bool:
        with self._open() as database:
            return database.execute("DELETE FROM keys WHERE name = ?", (name,)).rowcount == 1

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # The journal files of SQLite take the mode of the database itself.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            with contextlib.closing(database):
                database.execute(_SCHEMA)
                yield database
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the keys at {self._path}: {error}") from None
