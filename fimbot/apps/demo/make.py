"""Makes the demo's repository: a first commit with finished code, a second one that adds stubs and their tests.

By GitPython's object model: it runs no hook, no filter and no gpg, so that the user's configuration does not matter.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from fimbot.errors import GitError, UsageError

SOURCE = Path(__file__).parent / "repository"
FIRST_COMMIT = ("README.md", "desk/__init__.py", "desk/loans.py")
# Fixed, so that the commits have the same ids everywhere.
DATE = "2025-03-01T09:00:00 +0000"


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
    files = sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())
    try:
        from git import Actor, GitCommandError, GitCommandNotFound, Repo
    except ImportError as error:  # it runs `git version` while it is imported
        raise GitError("git is not there: install it, and run `fimbot demo` again") from error
    # In a hook these name the user's own repository. A template may bring hooks along.
    own = {"GIT_DIR": str(directory / ".git"), "GIT_WORK_TREE": str(directory), "GIT_TEMPLATE_DIR": ""}
    own |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_DEFAULT_HASH": "sha1"}
    try:
        with Repo.init(directory, env={**environ, **own}, quiet=True, initial_branch="main") as made:
            author = Actor("fimbot demo", "demo@fimbot.invalid")
            for message, paths in (("What was lent", FIRST_COMMIT), ("Sketch prices, web helpers and chores", files)):
                made.index.add(paths)
                made.index.commit(f"{message}\n", None, True, author, author, DATE, DATE, skip_hooks=True)
    except GitCommandNotFound as error:
        raise GitError("git is not there: install it, and run `fimbot demo` again") from error
    except GitCommandError as error:
        raise GitError(f"git init: {error.stderr.strip()}") from error
    return directory
