"""What `fimbot scan` costs where there is nothing to find, and how a large change grows.

    python -m bench.scan [--ratios]

The package is copied into a new virtual environment with its .pyc files and the console script that pip would write.
The ratios are against a bare interpreter and `git diff-index HEAD`; all commands take turns within one run.
"""

from __future__ import annotations

import compileall
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from pathlib import Path

ROUNDS = 21
FILES = 20
SEED = 7
LINES = (100_000, 200_000, 400_000)

# What distlib, and so pip, writes.
SCRIPT = """#!{python}
import sys
from fimbot.__main__ import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""

LARGE = """
import resource, sys, time
from pathlib import Path
from fimbot.changes import Selection, open_repository, read_changes
begun = time.perf_counter()
changes = list(read_changes(open_repository(Path(sys.argv[1])), Selection(), max_file_bytes=1_000_000_000))
added = sum(r.end - r.start + 1 for change in changes for r in change.added)
unit = 1 if sys.platform == "darwin" else 1024
print(added, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        _ratios(Path(scratch))
        for shape in () if "--ratios" in sys.argv else ("one file", "hunks of one line", "2,000 files"):
            _large(Path(scratch), shape)


def _ratios(scratch: Path) -> None:
    python, fimbot = _installed(scratch / "venv")
    repository, files = scratch / "repository", _ordinary_files()
    _commit(repository, files)
    print(f"{'':28}{'bare':>8}{'git':>8}{'scan':>8}  ratio   (ms, medians of {ROUNDS})")
    _row("nothing changed", "0 stubs in 0 files", repository, python, fimbot)
    # An ordinary line within an ordinary function: a copy of one that is there, in the middle of the file.
    for name, content in files.items():
        (repository / name).write_text(_edited(content), encoding="utf-8")
    _row(f"{FILES} changed files", f"0 stubs in {FILES} files", repository, python, fimbot)
    _git(repository, "add", "-A")
    _row(f"{FILES} staged files", f"0 stubs in {FILES} files", repository, python, fimbot)


def _row(title: str, expected: str, repository: Path, python: Path, fimbot: Path) -> None:
    commands = ([str(python), "-c", "pass"], ["git", "diff-index", "HEAD"], [str(fimbot), "scan"])
    said = subprocess.run(commands[2], cwd=repository, capture_output=True, text=True, check=True).stdout
    assert said.strip() == expected, said
    seconds: list[list[float]] = [[], [], []]
    for _ in range(ROUNDS):
        for taken, command in zip(seconds, commands, strict=True):
            begun = time.perf_counter()
            subprocess.run(command, cwd=repository, stdout=subprocess.DEVNULL, check=True)
            taken.append(time.perf_counter() - begun)
    bare, git, scan = (statistics.median(taken) * 1000 for taken in seconds)
    print(f"{title:28}{bare:8.1f}{git:8.1f}{scan:8.1f}  {scan / (bare + git):.2f}")


def _installed(place: Path) -> tuple[Path, Path]:
    venv.create(place, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    source = Path(__file__).resolve().parents[1] / "fimbot"
    shutil.copytree(source, site / "fimbot", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(site / "fimbot", quiet=1)
    python, script = place / "bin/python", place / "bin/fimbot"
    script.write_text(SCRIPT.format(python=python), encoding="utf-8")
    script.chmod(0o755)
    return python, script


def _ordinary_files() -> dict[str, str]:
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
        if not may_touch_stub("python", _edited(text).encode(), [(line, line)]):
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


def _edited(text: str) -> str:
    lines = text.split("\n")
    at = _middle(text)
    return "\n".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def _large(scratch: Path, shape: str) -> None:
    print(f"\n{shape:28}{'s':>8}{'µs/line':>10}{'MB':>8}")
    for lines in LINES:
        repository = scratch / f"{shape} {lines}"
        texts = [f"value_{n} = {n}\n" for n in range(lines)]
        if shape == "2,000 files":
            _commit(repository, {})
            part = lines // 2_000
            new = {f"{n}.py": "".join(texts[n * part : (n + 1) * part]) for n in range(2_000)}
        elif shape == "one file":
            _commit(repository, {})
            new = {"a.py": "".join(texts)}
        else:
            _commit(repository, {"a.py": "".join(f"# {n}\n" for n in range(lines))})
            new = {"a.py": "".join(f"# {n}\n{text}" for n, text in enumerate(texts))}
        for name, content in new.items():
            (repository / name).write_text(content, encoding="utf-8")
        _git(repository, "add", "-A")
        command = [sys.executable, "-c", LARGE, str(repository)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        added, seconds, megabytes = done.stdout.split()
        assert int(added) == lines, added
        print(f"{lines:<28,}{float(seconds):8.2f}{float(seconds) / lines * 1e6:10.2f}{float(megabytes):8.0f}")


def _commit(repository: Path, files: dict[str, str]) -> None:
    repository.mkdir()
    _git(repository, "init", "-q")
    for name, content in files.items():
        (repository / name).write_text(content, encoding="utf-8")
    _git(repository, "add", "-A")
    _git(repository, "-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-q", "--allow-empty", "-m", "b")


def _git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=repository, check=True)


if __name__ == "__main__":
    main()
