"""What a long scan shows meanwhile, on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def scan(at: Path, *options: str, term: str = "xterm") -> str:
    """What is left on a terminal's standard error, control characters included."""
    main, end = os.openpty()
    command = [sys.executable, "-m", "fimbot", "scan", "--all", *options]
    try:
        process = subprocess.Popen(
            command, cwd=at, stdout=subprocess.DEVNULL, stderr=end, env={**os.environ, "TERM": term}
        )
        os.close(end)
        shown = b""
        while piece := _read(main):
            shown += piece
        assert process.wait() == 0, shown
    finally:
        os.close(main)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: all other ends are closed
        return b""


def repository(at: Path, files: int, stubs: int) -> Path:
    for number in range(files):
        text = "".join(f"def f{each}():\n    pass\n" for each in range(stubs))
        (at / f"{number}.py").write_text(text, encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=at, check=True)
    return at


def test_a_short_scan_shows_nothing(tmp_path: Path) -> None:
    assert scan(repository(tmp_path, files=1, stubs=1)) == ""


def test_a_long_scan_counts_its_files_and_wipes_the_count(tmp_path: Path) -> None:
    shown = scan(repository(tmp_path, files=200, stubs=100))
    counts = shown.split("\r")
    assert counts[1].startswith("fimbot: ")
    assert counts[1].endswith(" files looked at")
    assert counts[-2].strip() == ""
    assert len(counts[-2]) == len(counts[-3])
    assert counts[-1] == ""


@pytest.mark.parametrize(("options", "term"), [(("-q",), "xterm"), ((), "dumb")], ids=["quiet", "a dumb terminal"])
def test_nothing_is_shown_to_those_who_cannot_see_it(tmp_path: Path, options: tuple[str, ...], term: str) -> None:
    assert scan(repository(tmp_path, files=200, stubs=100), *options, term=term) == ""
