"""An account in SQLite: for all processes of a user on a machine, or in memory for those threads of one.

The clock is `time.monotonic`, which is the same for all processes on Linux, macOS and Windows
(https://bugs.python.org/issue37205) and which nobody sets: not NTP, not the user. It begins anew with a reboot, which
account.py knows, and stands still while a Linux or macOS machine sleeps, so that a minute may then last longer than a
minute, never shorter. It is a clock of one machine, and so is SQLite's WAL: the file is named after the machine, for
homes on a network disk.

A transaction is a row read and written, without waiting for the disk. A process that is killed in the middle of it
leaves the row as it was, and the operating system releases its lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fimbot.quota.account import Account, apply, dumped, loaded
from fimbot.quota.store import StoreDown
from fimbot.quota.values import Limits, Look, Reply, Step

# Of the accounts' format too: an older fimbot keeps an account of its own rather than breaking this one.
_VERSION = 1
# A process that was stopped in the middle of a transaction; else it is milliseconds.
_BUSY_SECONDS = 5.0
_SCHEMA = "CREATE TABLE IF NOT EXISTS accounts (key TEXT PRIMARY KEY, account TEXT NOT NULL)"
# Not INSERT OR REPLACE, which writes the index as well and takes a third longer.
_WRITE = "INSERT INTO accounts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET account = excluded.account"

_DAMAGED = "it is damaged; remove it"

IN_MEMORY = ":memory:"


def user_database() -> Path:
    from platformdirs import user_state_path

    machine = hashlib.sha256(platform.node().encode("utf-8", "replace")).hexdigest()[:8]
    return user_state_path("fimbot", appauthor=False) / f"quota-{_VERSION}-{machine}.sqlite"


class EmbeddedStore:
    def __init__(self, path: Path | str, key: str, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._key, self._limits, self._clock = path, key, limits, clock
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        # What was written last, and what it says: nobody else may have written since.
        self._last: tuple[str | None, Account] = None, Account()

    def do(self, step: Step) -> Reply:
        with self._lock, self._translated():
            patience = time.monotonic() + _BUSY_SECONDS
            while True:
                try:
                    return self._done(step)
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                        raise
                    # SQLite's own waiting sleeps longer each time, so that who waits longest is the last to look: of
                    # eight busy processes one starved for 3 s. And it waits for no change to WAL, nor for a recovery.
                    time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - not all at the same time

    def _done(self, step: Step) -> Reply:
        database = self._open()
        if isinstance(step, Look):  # nothing to write, and nobody to wait for
            return apply(_account(self._row(database)), step, self._limits, self._clock())
        with _transaction(database):
            text, (written, account) = self._row(database), self._last
            self._last = None, Account()  # a step that fails may have changed it
            if text is None or text != written:
                account = _account(text)
            # Not before the lock was waited for: a time that is too old is one that somebody else has passed.
            reply = apply(account, step, self._limits, self._clock())
            text = dumped(account)
            database.execute(_WRITE, (self._key, text))
        self._last = text, account
        return reply

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _row(self, database: sqlite3.Connection) -> str | None:
        row = database.execute("SELECT account FROM accounts WHERE key = ?", (self._key,)).fetchone()
        return None if row is None else row[0]

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            if isinstance(self._path, Path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                # SQLite's other files take the mode of the database itself.
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            database = sqlite3.connect(self._path, timeout=0.0, isolation_level=None, check_same_thread=False)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.execute(_SCHEMA)
            except sqlite3.Error:
                database.close()
                raise
            self._database = database
        return self._database

    def _drop(self) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise StoreDown(f"{self._path}: {_why(error)}") from None
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            self._drop()
            raise StoreDown(f"{self._path}: {_DAMAGED}") from None


def _why(error: sqlite3.Error | OSError) -> str | None:
    if isinstance(error, OSError):
        return error.strerror
    # Not set where Python itself raises it.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return _DAMAGED if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) else str(error)


def _account(text: str | None) -> Account:
    return Account() if text is None else loaded(text)


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
