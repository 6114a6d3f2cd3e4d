"""What the benches of start-up share: an installed fimbot, ordinary files, and commands that take turns."""

from __future__ import annotations

import compileall
import random
import shutil
import statistics
import subprocess
import sysconfig
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 21
FILES = 20
SEED = 7

# What distlib, and so pip, writes.
SCRIPT = """#!{python}
import sys
from fimbot.__main__ import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""


def take_turns(commands: Sequence[Sequence[str]], at: Path, rounds: int = ROUNDS) -> list[float]:
    """The median wall time of each in milliseconds; one round runs each of them once."""
    seconds: list[list[float]] = [[] for _ in commands]
    for _ in range(rounds):
        for taken, command in zip(seconds, commands, strict=True):
            begun = time.perf_counter()
            subprocess.run(command, cwd=at, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            taken.append(time.perf_counter() - begun)
    return [statistics.median(taken) * 1000 for taken in seconds]


def installed(place: Path) -> tuple[Path, Path]:
    venv.create(place, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    source = Path(__file__).resolve().parents[1] / "fimbot"
    shutil.copytree(source, site / "fimbot", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(site / "fimbot", quiet=1)
    python, script = place / "bin/python", place / "bin/fimbot"
    script.write_text(SCRIPT.format(python=python), encoding="utf-8")
    script.chmod(0o755)
    return python, script


def installed_by_pip(place: Path, *peers: str) -> Path:
    """This checkout, what it needs, and peers; the directory of their programs."""
    venv.create(place, with_pip=True, symlinks=True)
    root = Path(__file__).resolve().parents[1]
    subprocess.run([place / "bin/python", "-m", "pip", "install", "-q", root, *peers], check=True)
    return place / "bin"


def ordinary_files() -> dict[str, str]:
    """Of the standard library, drawn by chance; those that hold a stub where they are edited are left out."""
    from fimbot.stubs.near import may_touch_stub

    modules = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    random.Random(SEED).shuffle(modules)
    found: dict[str, str] = {}
    drawn = 0
    for module in modules:
        text = module.read_text(encoding="utf-8", errors="replace")
        if text.count("\n") < 100:
            continue
        drawn += 1
        line = _middle(text) + 2
        if not may_touch_stub("python", edited(text).encode(), [(line, line)]):
            found[module.name] = text
        if len(found) == FILES:
            break
    print(
        f"{FILES} of {drawn} files of the standard library, {sum(map(len, found.values())) / FILES / 1000:.0f} kB each"
    )
    return found


def _middle(text: str) -> int:
    """The index of an assignment's line, the nearest below the middle."""
    lines = text.split("\n")
    middle = len(lines) // 2
    return next((n for n in range(middle, len(lines)) if " = " in lines[n] and lines[n].startswith("  ")), middle)


def edited(text: str) -> str:
    lines = text.split("\n")
    at = _middle(text)
    return "\n".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def commit(repository: Path, files: dict[str, str]) -> None:
    repository.mkdir()
    git(repository, "init", "-q")
    for name, content in files.items():
        (repository / name).write_text(content, encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-q", "--allow-empty", "-m", "b")


def git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=repository, check=True)
