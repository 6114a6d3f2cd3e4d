"""What `fimbot hook` costs a commit that it has nothing to say about, beside the floor and beside other hooks.

    python -m bench.hook

Installs this checkout, codespell, black and flake8 with pip into a new environment, .pyc files included. Each command
gets the names of the staged files, as pre-commit would give them. The floor is a bare interpreter and `git diff-index
HEAD`. All commands take turns within one run.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from bench.startup import FILES, commit, edited, git, installed_by_pip, ordinary_files, take_turns
from fimbot.stubs.near import may_touch_stub

# black takes seconds for 20 files.
ROUNDS = 9
PEERS = {"codespell": [], "black": ["-q", "--check"], "flake8": []}
# A body of filler, and no stub: that a class' own `__init__` may be empty the parser has to say.
HINTED = """

class Base:
    def __init__(self):
        pass
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        programs = installed_by_pip(place / "venv", *PEERS)
        repository, files = place / "repository", ordinary_files()
        commit(repository, files)
        names = list(files)
        print(f"{'':34}{'bare':>8}{'git':>8}{'fimbot':>8}  ratio" + "".join(f"{peer:>11}" for peer in PEERS))
        _row("nothing staged", repository, programs, [])
        _stage(repository, {name: edited(files[name]) for name in names[:1]})
        _row("one ordinary file", repository, programs, names[:1])
        _stage(repository, {name: edited(files[name]) for name in names})
        _row(f"{FILES} ordinary files", repository, programs, names)
        _stage(repository, {names[0]: edited(files[names[0]]) + HINTED})
        assert may_touch_stub("python", HINTED.encode(), [(1, 5)])
        _row("... one needs the parser", repository, programs, names)
        print(f"(ms, medians of {ROUNDS})")


def _stage(repository: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (repository / name).write_text(content, encoding="utf-8")
    git(repository, "add", "-A")


def _row(title: str, repository: Path, programs: Path, names: list[str]) -> None:
    hook = [str(programs / "fimbot"), "hook", *names]
    said = subprocess.run(hook, cwd=repository, capture_output=True, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b""), said
    # pre-commit does not start a hook without files.
    peers = [[str(programs / peer), *options, *names] for peer, options in PEERS.items()] if names else []
    floor = [[str(programs / "python"), "-c", "pass"], ["git", "diff-index", "HEAD"]]
    bare, git_, fimbot, *others = take_turns([*floor, hook, *peers], repository, ROUNDS)
    print(f"{title:34}{bare:8.1f}{git_:8.1f}{fimbot:8.1f}  {fimbot / (bare + git_):5.2f}", end="")
    print("".join(f"{each:11.1f}" for each in others), flush=True)


if __name__ == "__main__":
    main()
