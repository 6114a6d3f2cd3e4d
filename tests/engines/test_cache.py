"""The cache: an answer is paid for once; what cannot be cached is no error."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from fimbot.engines.cache import CompletionCache, key
from fimbot.engines.protocol import Question
from fimbot.values import Completion, ContextPart, Usage

QUESTION = Question(prefix="def secret_name():\n", suffix="\n", max_tokens=64, stop=("\n\n",))
ANSWER = Completion("    return 'é\ud800'\n", "stop", "langdock", "codestral", Usage(10, 5), cancelled=True, requests=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "answers.sqlite"


def opened(path: Path, max_bytes: int = 1_000_000) -> CompletionCache:
    ticks = count()
    return CompletionCache(path, max_bytes, lambda: float(next(ticks)))


def test_what_was_never_asked_is_not_there(path: Path) -> None:
    cache = opened(path)
    assert cache.get("k") is None
    assert cache.problem is None


def test_an_answer_comes_back_as_it_was_and_says_that_it_is_cached(path: Path) -> None:
    cache = opened(path)
    cache.put("k", ANSWER)
    cache.close()
    found = opened(path).get("k")
    assert found is not None
    assert (found.text, found.finish_reason, found.usage, found.cancelled) == (ANSWER.text, "stop", Usage(10, 5), True)
    assert (found.cached, found.requests) == (True, 0)


CHANGES = {
    "prefix": {"prefix": "x"},
    "suffix": {"suffix": "x"},
    "context": {"context": (ContextPart("call", "b.py", "f()"),)},
    "path": {"path": "b.py"},
    "tokens": {"max_tokens": 65},
    "temperature": {"temperature": 0.1},
    "seed": {"random_seed": 7},
    "stop": {"stop": ("\n", "\n")},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_part_of_a_question_is_part_of_its_key(change: dict[str, object]) -> None:
    fields = {name: getattr(QUESTION, name) for name in Question.__slots__}
    assert key("engine", Question(**{**fields, **change})) != key("engine", QUESTION)
    assert key("other engine", QUESTION) != key("engine", QUESTION)
    assert key("engine", Question(**fields)) == key("engine", QUESTION)


def test_no_prompt_and_no_readable_key_is_in_the_files(path: Path) -> None:
    cache = opened(path)
    cache.put(key("engine", QUESTION), ANSWER)
    cache.close()
    assert not [file for file in path.parent.iterdir() if b"secret_name" in file.read_bytes()]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_may_read_it(path: Path) -> None:
    cache = opened(path)
    cache.put("k", ANSWER)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_the_least_recently_used_goes_when_it_is_full(path: Path) -> None:
    cache = opened(path, max_bytes=6000)
    long = Completion("x" * 800, "stop", "e", "m")
    for name in "abcd":
        cache.put(name, long)
    cache.get("a")
    for name in "ef":
        cache.put(name, long)
    assert cache.get("a") is not None
    assert cache.get("b") is None
    assert cache.get("f") is not None


def test_an_answer_larger_than_the_cache_is_not_kept(path: Path) -> None:
    cache = opened(path, max_bytes=500)
    cache.put("k", Completion("x" * 800, "stop", "e", "m"))
    assert cache.get("k") is None
    assert cache.problem is None


BROKEN = {
    "no database": b"this is not a database, and it is long enough to be looked at" * 40,
    "torn": b"SQLite format 3\x00" + b"\x00" * 600,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_damaged_cache_is_one_line_and_no_error(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    cache = opened(path)
    cache.put("k", ANSWER)
    assert cache.get("k") is None
    assert cache.problem is not None
    assert "\n" not in cache.problem
    assert "not cached" in cache.problem


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = opened(tmp_path / "file" / "answers.sqlite")
    cache.put("k", ANSWER)
    assert cache.get("k") is None
    assert cache.problem is not None


def test_a_full_disk_loses_the_new_answer_only(path: Path) -> None:
    opened(path).put("k", ANSWER)
    with sqlite3.connect(path) as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
    cache = opened(path)
    assert cache.get("k") is not None
    cache._database.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[union-attr]
    cache.put("large", Completion("x" * 100_000, "stop", "e", "m"))
    assert cache.problem is not None
    assert opened(path).get("k") is not None


def test_an_entry_of_another_shape_is_not_there(path: Path) -> None:
    cache = opened(path)
    cache.put("k", ANSWER)
    cache.close()
    with sqlite3.connect(path) as database:
        database.execute('UPDATE answers SET answer = \'{"text": 1, "colour": 2}\'')
    assert opened(path).get("k") is None


def test_threads_share_one_cache(path: Path) -> None:
    cache = opened(path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: cache.put(f"k{n}", ANSWER), range(60)))
        assert all(pool.map(lambda n: cache.get(f"k{n}"), range(60)))
    assert cache.problem is None


WRITER = """
import sys, time
from pathlib import Path
from fimbot.engines.cache import CompletionCache
from fimbot.values import Completion
cache = CompletionCache(Path(sys.argv[1]), 10**6, time.time)
for n in range(25):
    cache.put(f"{sys.argv[2]}-{n}", Completion("x", "stop", "e", "m"))
sys.exit(cache.problem or 0)
"""


def test_processes_share_one_cache(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    cache = opened(path)
    assert all(cache.get(f"{name}-{n}") for name in "abc" for n in range(25))
