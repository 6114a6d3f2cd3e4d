"""The server's own keys: shown once, kept as a hash, and worth nothing once they are removed."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fimbot.apps.serve.embedded import EmbeddedKeys
from fimbot.apps.serve.keys import KeyRing, StoredKey, digest, new_key
from fimbot.errors import SettingsError, StoreError, UsageError
from tests.serve.running import Installation


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Down(EmbeddedKeys):
    down = False

    def all(self) -> tuple[StoredKey, ...]:
        if self.down:
            raise StoreError("down")
        return super().all()


@pytest.fixture
def store(tmp_path: Path) -> Down:
    return Down(tmp_path / "fimbot" / "serve.sqlite")


def test_without_a_file_there_is_no_key(store: Down, tmp_path: Path) -> None:
    assert store.all() == ()
    assert list(tmp_path.iterdir()) == []


def test_keys_are_256_random_bits_that_scanners_know(store: Down) -> None:
    made = {new_key(store, f"user{number}") for number in range(20)}
    assert len(made) == 20
    assert all(key.startswith("fimbot_") and len(key) == 7 + 43 for key in made)


def test_only_the_hash_is_kept_and_only_the_user_may_read_it(store: Down, tmp_path: Path) -> None:
    key = new_key(store, "ana")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(key.encode() in file.read_bytes() for file in files)
    assert store.all()[0].digest == digest(key)
    if sys.platform != "win32":
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


@pytest.mark.parametrize("name", ["", " ", "a b", "a\n", "ä", "-a", "a" * 65, 'a"b', "a{b"])
def test_a_name_that_would_break_a_list_or_a_metric_is_refused(store: Down, name: str) -> None:
    with pytest.raises(UsageError):
        new_key(store, name)


def test_a_name_is_given_once(store: Down) -> None:
    new_key(store, "ana@example.org")
    with pytest.raises(UsageError, match="already"):
        new_key(store, "ana@example.org")


def test_a_key_belongs_to_its_name_until_it_is_removed(store: Down) -> None:
    async def check() -> None:
        clock = Clock()
        ring = KeyRing(store, clock)
        assert await ring.had_none_yet()
        key = new_key(store, "ana")
        clock.now += 2
        assert await ring.owner(key) == "ana"
        for other in ("", key[:-1], key + "x", digest(key), "ana", "é\ud800"):
            assert await ring.owner(other) is None
        assert store.remove("ana")
        assert not store.remove("ana")
        clock.now += 2
        assert await ring.owner(key) is None
        assert not await ring.had_none_yet(), "a door that is shut stays shut"

    asyncio.run(check())


def test_while_the_store_is_down_the_last_known_keys_hold_for_minutes(store: Down) -> None:
    async def check() -> None:
        clock = Clock()
        ring = KeyRing(store, clock)
        store.down = True
        with pytest.raises(StoreError):
            await ring.owner("any")
        store.down = False
        key = new_key(store, "ana")
        clock.now += 2
        assert await ring.owner(key) == "ana"
        store.down = True
        clock.now += 299
        assert await ring.owner(key) == "ana"
        clock.now += 2
        with pytest.raises(StoreError):
            await ring.owner(key)

    asyncio.run(check())


def test_a_store_that_takes_long_to_fail_is_not_asked_by_each_who_comes(tmp_path: Path) -> None:
    clock, tries = Clock(), []

    class Slow(EmbeddedKeys):
        def all(self) -> tuple[StoredKey, ...]:
            tries.append(clock.now)
            if clock.now:
                clock.now += 5
                raise StoreError("slow")
            return super().all()

    async def check() -> None:
        ring = KeyRing(Slow(tmp_path / "serve.sqlite"), clock)
        await ring.owner("any")
        clock.now += 2
        for _ in range(3):
            await ring.owner("any")

    asyncio.run(check())
    assert tries == [0, 2]


def test_a_damaged_file_is_told_in_one_line(installation: Installation) -> None:
    installation.new_key("ana")
    (file,) = installation.home.rglob("serve.sqlite")
    file.write_bytes(b"no database" * 1000)
    done = installation.fimbot("serve", "key", "list")
    assert done.returncode == 3
    assert "the keys at" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("row", [(b"ana", "0", 1.0), ("ana", b"0", 1.0), ("ana", "0", "yesterday")])
def test_a_row_that_fimbot_has_not_written_is_told(store: Down, tmp_path: Path, row: tuple[object, ...]) -> None:
    new_key(store, "ben")
    with closing(sqlite3.connect(tmp_path / "fimbot" / "serve.sqlite", isolation_level=None)) as database:
        database.execute("INSERT INTO keys VALUES (?, ?, ?)", row)
    with pytest.raises(StoreError, match="is not what fimbot has written"):
        store.all()


@pytest.mark.parametrize("url", ["redis://:pass/word@127.0.0.1:6379/0", "redis://:pass/word@host", "redis://h:pass/0"])
def test_an_address_that_is_none_is_not_quoted_since_it_may_hold_a_password(url: str) -> None:
    pytest.importorskip("redis")
    from fimbot.apps.serve.shared import connect

    with pytest.raises(SettingsError, match="%2F") as raised:
        connect(url)
    assert "pass/" not in str(raised.value) and "word@" not in str(raised.value)


def test_the_command_shows_a_key_once(installation: Installation) -> None:
    key = installation.new_key("ana")
    listed = installation.fimbot("serve", "key", "list")
    assert listed.stdout.startswith("ana  since ")
    assert key not in listed.stdout + listed.stderr
    assert installation.fimbot("serve", "key", "remove", "ana").returncode == 0
    assert installation.fimbot("serve", "key", "list").stdout == ""
    assert installation.fimbot("serve", "key", "remove", "ana").returncode == 2
