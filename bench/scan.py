"""What `fimbot scan` costs where there is nothing to find, and how a large change grows.

    python -m bench.scan [--ratios]

The package is copied into a new virtual environment with its .pyc files and the console script that pip would write.
The ratios are against a bare interpreter and `git diff-index HEAD`; all commands take turns within one run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.startup import FILES, ROUNDS, commit, edited, git, installed, ordinary_files, take_turns

LINES = (100_000, 200_000, 400_000)

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
    python, fimbot = installed(scratch / "venv")
    repository, files = scratch / "repository", ordinary_files()
    commit(repository, files)
    print(f"{'':28}{'bare':>8}{'git':>8}{'scan':>8}  ratio   (ms, medians of {ROUNDS})")
    _row("nothing changed", "0 stubs in 0 files", repository, python, fimbot)
    # An ordinary line within an ordinary function: a copy of one that is there, in the middle of the file.
    for name, content in files.items():
        (repository / name).write_text(edited(content), encoding="utf-8")
    _row(f"{FILES} changed files", f"0 stubs in {FILES} files", repository, python, fimbot)
    git(repository, "add", "-A")
    _row(f"{FILES} staged files", f"0 stubs in {FILES} files", repository, python, fimbot)


def _row(title: str, expected: str, repository: Path, python: Path, fimbot: Path) -> None:
    commands = ([str(python), "-c", "pass"], ["git", "diff-index", "HEAD"], [str(fimbot), "scan"])
    said = subprocess.run(commands[2], cwd=repository, capture_output=True, text=True, check=True).stdout
    assert said.strip() == expected, said
    bare, git_, scan = take_turns(commands, repository)
    print(f"{title:28}{bare:8.1f}{git_:8.1f}{scan:8.1f}  {scan / (bare + git_):.2f}")


def _large(scratch: Path, shape: str) -> None:
    print(f"\n{shape:28}{'s':>8}{'µs/line':>10}{'MB':>8}")
    for lines in LINES:
        repository = scratch / f"{shape} {lines}"
        texts = [f"value_{n} = {n}\n" for n in range(lines)]
        if shape == "2,000 files":
            commit(repository, {})
            part = lines // 2_000
            new = {f"{n}.py": "".join(texts[n * part : (n + 1) * part]) for n in range(2_000)}
        elif shape == "one file":
            commit(repository, {})
            new = {"a.py": "".join(texts)}
        else:
            commit(repository, {"a.py": "".join(f"# {n}\n" for n in range(lines))})
            new = {"a.py": "".join(f"# {n}\n{text}" for n, text in enumerate(texts))}
        for name, content in new.items():
            (repository / name).write_text(content, encoding="utf-8")
        git(repository, "add", "-A")
        command = [sys.executable, "-c", LARGE, str(repository)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        added, seconds, megabytes = done.stdout.split()
        assert int(added) == lines, added
        print(f"{lines:<28,}{float(seconds):8.2f}{float(seconds) / lines * 1e6:10.2f}{float(megabytes):8.0f}")


if __name__ == "__main__":
    main()
