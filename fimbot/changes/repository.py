"""The user's repository, and the one place where git is run.

GitPython starts the processes: it finds git on every platform (on Windows never in the current directory), forces
English messages and ends what is left running. Its object model is not used: its index ignores GIT_INDEX_FILE
(GitPython #1388), and its reader of objects takes only SHA-1 names.

The environment is inherited on purpose: in a hook GIT_INDEX_FILE names the index of this very commit.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from fimbot.errors import GitError
from fimbot.git_options import CONFIGURATION, ENVIRONMENT, HOOKLESS, NO_HOOKS
from fimbot.processes import waiting_for

if TYPE_CHECKING:
    from git import Git


@dataclass(frozen=True, slots=True)
class Repository:
    root: Path
    """The top of the working tree."""
    cwd: Path
    """Where the user stands: what their path arguments are relative to."""
    _git: Git = field(repr=False, compare=False)

    def git_path(self, name: str) -> Path:
        """A file of fimbot's own in the Git directory, where `git status` does not see it."""
        return self.root / text(self.run("rev-parse", "--git-path", name).removesuffix(b"\n"))

    def run(
        self,
        *arguments: str,
        input: bytes | None = None,
        at: Path | None = None,
        config: tuple[str, ...] = (),
        environ: Mapping[str, str] | None = None,
    ) -> bytes:
        """Standard output of a git command, which is run at the root unless `at` says otherwise.

        Raises GitError, one line, when git exits with a status other than 0.
        """
        status, output, message = self.status_of(*arguments, input=input, at=at, config=config, environ=environ)
        if status:
            raise GitError(explain(message, arguments[0], at or self.root))
        return output

    def status_of(
        self,
        *arguments: str,
        input: bytes | None = None,
        at: Path | None = None,
        config: tuple[str, ...] = (),
        environ: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, str]:
        """Exit status, standard output and standard error, where a status other than 0 is an answer.

        `environ`: what no other process may see, as a command line can be seen.
        """
        return _run(self._git, at or self.root, arguments, config, input, environ)

    @contextmanager
    def stream(self, *arguments: str, at: Path | None = None, config: tuple[str, ...] = ()) -> Iterator[BinaryIO]:
        """Standard output while the command runs, so that a large diff is never held in memory.

        Raises GitError at the end when git failed, unless the reader stopped before.
        """
        place = at or self.root
        with self._process(arguments, place, config) as (process, errors):
            output = cast(BinaryIO, process.stdout)
            yield output
            if output.read(1):
                return
            status = process.proc.wait()
            if status:
                errors.join()
                raise GitError(explain(errors.text, arguments[0], place))

    @contextmanager
    def conversation(self, *arguments: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
        """Standard input and output of a command that answers line by line."""
        import subprocess

        with self._process(arguments, self.root, (), istream=subprocess.PIPE) as (process, _):
            yield process.stdin, process.stdout

    @contextmanager
    def _process(
        self, arguments: tuple[str, ...], at: Path, config: tuple[str, ...], **options: Any
    ) -> Iterator[tuple[Any, _Drain]]:
        command = _command(self._git, at, arguments, config)
        try:
            process = self._git.execute(command, as_process=True, env=ENVIRONMENT, **options)
        except OSError as error:
            raise GitError(f"git could not be started: {error}") from error
        errors = _Drain(process.stderr)
        try:
            with waiting_for(process.proc):
                yield process, errors
        finally:
            # Ends the process when the reader stopped early.
            process.__del__()
            errors.join()


class _Drain(threading.Thread):
    """Reads standard error beside standard output: with 64 KB of unread warnings git would wait for ever."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._head = b""
        self.start()

    def run(self) -> None:
        # ValueError: closed by the other thread when git was ended early.
        with suppress(OSError, ValueError):
            while piece := self._stream.read1(65536):  # type: ignore[attr-defined]
                self._head = (self._head + piece)[:65536]

    @property
    def text(self) -> str:
        return text(self._head)


def open_repository(cwd: Path, secrets: Iterable[str] = ()) -> Repository:
    """The repository whose working tree holds `cwd`. `secrets`: variables that git, and whatever it starts, sees empty.

    Raises GitError, one line: git is missing, this is no repository or a bare one, or git does not trust its owner.
    """
    try:
        from git import Git
    except ImportError as error:  # GitPython runs `git version` while it is imported
        raise GitError("git was not found: install it, or put it on PATH") from error

    git = Git()
    git.update_environment(**dict.fromkeys(secrets, ""))
    status, output, message = _run(git, cwd, ("rev-parse", "--show-toplevel"), (), None)
    if status:
        raise GitError(explain(message, "rev-parse", cwd))
    return Repository(Path(text(output.removesuffix(b"\n"))), cwd, git)


def text(raw: bytes) -> str:
    """A path or a message of git's, which is bytes: what is not UTF-8 becomes surrogate escapes."""
    return raw.decode("utf-8", "surrogateescape")


def _command(git: Git, at: Path, arguments: tuple[str, ...], config: tuple[str, ...]) -> list[str]:
    # -C and not the process's directory: GitPython would expand `$` and `~` in the name of a directory.
    command = [git.GIT_PYTHON_GIT_EXECUTABLE or "git", "-C", str(at), "--no-pager"]
    hooks = () if arguments[0] in HOOKLESS else (NO_HOOKS,)
    for setting in CONFIGURATION + hooks + config:
        command += ["-c", setting]
    # Names are UTF-8 to git; os.fsencode would encode them otherwise in a Latin-1 locale.
    return command + [os.fsdecode(argument.encode("utf-8", "surrogateescape")) for argument in arguments]


def _run(
    git: Git,
    at: Path,
    arguments: tuple[str, ...],
    config: tuple[str, ...],
    input: bytes | None,
    environ: Mapping[str, str] | None = None,
) -> tuple[int, bytes, str]:
    from subprocess import PIPE

    from git import GitCommandNotFound

    try:
        # It ends the process when it is no longer referred to.
        started: Any = git.execute(
            _command(git, at, arguments, config),
            istream=PIPE if input else None,
            as_process=True,
            env={**ENVIRONMENT, **(environ or {})},
        )
        with waiting_for(started.proc):
            # Reads and writes at the same time: git may write megabytes before it has read all of its input.
            output, errors = started.proc.communicate(input)
    except GitCommandNotFound as error:
        raise GitError("git was not found: install it, or put it on PATH") from error
    except OSError as error:
        raise GitError(f"git could not be started: {error}") from error
    except ValueError as error:  # a NUL in an argument
        raise GitError(f"git does not take this argument: {error}") from error
    return started.proc.returncode, output, text(errors)


def explain(message: str, command: str, at: Path) -> str:
    """One line for what git wrote to standard error."""
    if "dubious ownership" in message:
        return (
            f"git does not trust the repository at {at}, which belongs to another user: "
            f'run `git config --global --add safe.directory "{at}"` if you do'
        )
    if "not a git repository" in message:
        return f"not a Git repository: {at}"
    if "must be run in a work tree" in message:
        return f"this repository has no working tree here (it is bare, or this is its Git directory): {at}"
    for line in message.splitlines():
        label, _, rest = line.partition(": ")
        if label in ("fatal", "error"):
            return f"git {command}: {rest}"
    return f"git {command} failed without a word"
