"""Makes the demo's repository: a first commit with finished code, a second one that adds stubs and their tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fimbot.errors import GitError, UsageError

SOURCE = Path(__file__).parent / "repository"
FIRST_COMMIT = ("README.md", "desk/__init__.py", "desk/loans.py")

# The user's configuration must not matter: no name set, signing demanded, hooks, line ends turned into CRLF.
CONFIGURATION = (
    "user.name=fimbot demo",
    "user.email=demo@fimbot.invalid",
    "init.defaultBranch=main",
    "commit.gpgSign=false",
    "core.autocrlf=false",
    f"core.hooksPath={os.devnull}",
)
# Fixed, so that the commits have the same ids everywhere.
DATES = {"GIT_AUTHOR_DATE": "2025-03-01T09:00:00Z", "GIT_COMMITTER_DATE": "2025-03-01T09:00:00Z"}


def make_demo_repository(directory: Path, environ: Mapping[str, str]) -> Path:
    """Creates the repository in `directory`, which must be empty or absent, and returns it.

    HEAD~1..HEAD adds the stubs. Raises UsageError: not an empty directory; GitError: git is not there or refuses.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not an empty directory: the demo makes its repository in a new one")
    try:
        shutil.copytree(SOURCE, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    except OSError as error:
        raise UsageError(f"cannot write the demo's files to {directory}: {error.strerror or error}") from error
    git = _Git(directory, environ)
    git.run("init", "--quiet", "--template=")
    git.run("add", "--", *FIRST_COMMIT)
    git.run("commit", "--quiet", "-m", "What was lent")
    git.run("add", "--all")
    git.run("commit", "--quiet", "-m", "Sketch prices, web helpers and chores")
    return directory


class _Git:
    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        # In a hook GIT_DIR and GIT_INDEX_FILE name the user's own repository.
        self._environ = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
        self._environ |= DATES | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        self._directory = directory

    def run(self, *arguments: str) -> None:
        settings = [part for setting in CONFIGURATION for part in ("-c", setting)]
        try:
            subprocess.run(
                ["git", *settings, *arguments],
                cwd=self._directory,
                env=self._environ,
                check=True,
                capture_output=True,
                text=True,
                errors="replace",
            )
        except FileNotFoundError as error:
            raise GitError("git is not there: install it, and run `fimbot demo` again") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.strip().splitlines()
            raise GitError(f"git {arguments[0]}: {said[-1] if said else 'failed'}") from error
