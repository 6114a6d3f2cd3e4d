"""The user's repository, and the one place where git is run for the flow, by `subprocess`.

Not by GitPython: its import costs 110 ms and two processes of git, its index ignores GIT_INDEX_FILE (GitPython #1388),
and its reader of objects takes only SHA-1 names. It is used where fimbot makes a repository of its own
(fimbot/apps/demo, fimbot/apps/review/content.py). The quick way starts git without `subprocess`
(fimbot/quick/git_diff.py).

The environment is inherited on purpose: in a hook GIT_INDEX_FILE names the index of this very commit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import BinaryIO, cast

from fimbot.errors import GitError
from fimbot.git_options import CONFIGURATION, ENVIRONMENT, HOOKLESS, NO_HOOKS
from fimbot.processes import waiting_for

_NOT_FOUND = "git was not found: install it, or put it on PATH"
# On Windows: no window flashes up where an editor has started us.
_NO_CONSOLE: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)


@dataclass(frozen=True, slots=True)
class Repository:
    root: Path
    """The top of the working tree."""
    cwd: Path
    """Where the user stands: what their path arguments are relative to."""
    git_directory: Path = field(repr=False)
    _environ: Mapping[str, str] = field(repr=False, compare=False)
    """What git sees beside the environment of this process."""
    _answers: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False, compare=False)

    def git_path(self, name: str) -> Path:
        """A file of this working tree in the Git directory, such as fimbot's own, which `git status` does not see."""
        return self.git_directory / name

    def shared_git_path(self, name: str) -> Path:
        """What all working trees of the repository share, or what is configured to lie elsewhere: hooks, objects."""
        return self.root / text(self.run("rev-parse", "--git-path", name).removesuffix(b"\n"))

    def answer(self, *question: str) -> str | None:
        """The line that git prints, such as an object's name; None where it exits with a status other than 0.

        An answer is asked for once: as long as this value lives, a revision means what it meant first, so that all
        steps of a run read the same trees.
        """
        if question not in self._answers:
            status, output, _ = self.status_of(*question)
            if status:
                return None
            self._answers[question] = text(output).strip()
        return self._answers[question]

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
        return _run(at or self.root, arguments, {**self._environ, **(environ or {})}, config, input)

    @contextmanager
    def stream(self, *arguments: str, at: Path | None = None, config: tuple[str, ...] = ()) -> Iterator[BinaryIO]:
        """Standard output while the command runs, so that a large diff is never held in memory.

        Raises GitError at the end when git failed, unless the reader stopped before.
        """
        place = at or self.root
        with _started(place, arguments, self._environ, config) as process:
            errors, output = _Drain(process), cast(BinaryIO, process.stdout)
            yield output
            if output.read(1):
                return
            status = process.wait()
            if status:
                raise GitError(explain(errors.text(), arguments[0], place))

    @contextmanager
    def conversation(self, *arguments: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
        """Standard input and output of a command that answers line by line."""
        with _started(self.root, arguments, self._environ, stdin=PIPE) as process:
            _Drain(process)
            yield cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


class _Drain(threading.Thread):
    """Reads standard error beside standard output: with 64 KB of unread warnings git would wait for ever."""

    def __init__(self, process: Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = cast(BinaryIO, process.stderr)
        self._head = b""
        self.start()

    def run(self) -> None:
        # ValueError: closed by the other thread when git was ended early.
        with suppress(OSError, ValueError):
            while piece := self._stream.read1(65536):  # type: ignore[attr-defined]
                self._head = (self._head + piece)[:65536]

    def text(self) -> str:
        """Of a git that has ended."""
        self.join()
        return text(self._head)


def open_repository(cwd: Path, secrets: Iterable[str] = ()) -> Repository:
    """The repository whose working tree holds `cwd`. `secrets`: variables that git, and whatever it starts, sees empty.

    Raises GitError, one line: git is missing, this is no repository or a bare one, or git does not trust its owner.
    """
    environ = dict.fromkeys(secrets, "")
    # An option that git does not know is printed as it is; a name of a directory may hold line breaks.
    between = "--fimbot"
    status, output, message = _run(cwd, ("rev-parse", "--show-toplevel", between, "--git-path", ""), environ)
    if status:
        raise GitError(explain(message, "rev-parse", cwd))
    root, _, directory = text(output.removesuffix(b"\n")).partition(f"\n{between}\n")
    return Repository(Path(root), cwd, (cwd / directory).resolve(), environ)


def text(raw: bytes) -> str:
    """A path or a message of git's, which is bytes: what is not UTF-8 becomes surrogate escapes."""
    return raw.decode("utf-8", "surrogateescape")


def _run(
    at: Path,
    arguments: tuple[str, ...],
    environ: Mapping[str, str],
    config: tuple[str, ...] = (),
    input: bytes | None = None,
) -> tuple[int, bytes, str]:
    with _started(at, arguments, environ, config, stdin=PIPE if input else DEVNULL) as process:
        # Reads and writes at the same time: git may write megabytes before it has read all of its input.
        output, errors = process.communicate(input)
        return process.returncode, output, text(errors)


@contextmanager
def _started(
    at: Path,
    arguments: tuple[str, ...],
    environ: Mapping[str, str],
    config: tuple[str, ...] = (),
    stdin: int = DEVNULL,
) -> Iterator[Popen[bytes]]:
    """A process of git, which is over when the block is."""
    command = [_executable(), "-C", str(at), "--no-pager"]
    hooks = () if arguments[0] in HOOKLESS else (NO_HOOKS,)
    for setting in CONFIGURATION + hooks + config:
        command += ["-c", setting]
    # Names are UTF-8 to git; os.fsencode would encode them otherwise in a Latin-1 locale.
    command += [os.fsdecode(argument.encode("utf-8", "surrogateescape")) for argument in arguments]
    environ = {**os.environ, **ENVIRONMENT, **environ}
    try:
        process = Popen(command, stdin=stdin, stdout=PIPE, stderr=PIPE, env=environ, creationflags=_NO_CONSOLE)
    except FileNotFoundError as error:
        raise GitError(_NOT_FOUND) from error
    except OSError as error:
        raise GitError(f"git could not be started: {error}") from error
    except ValueError as error:  # a NUL in an argument
        raise GitError(f"git does not take this argument: {error}") from error
    try:
        with waiting_for(process):
            yield process
    finally:
        _end(process)


def _executable() -> str:
    """On Windows the current directory comes before PATH, and a repository may hold a `git.exe`."""
    if sys.platform != "win32":
        return "git"
    for directory in map(Path, os.get_exec_path()):
        if directory.is_absolute() and (directory / "git.exe").is_file():
            return str(directory / "git.exe")
    raise GitError(_NOT_FOUND)


def _end(process: Popen[bytes]) -> None:
    """Where it is still running, nobody reads on."""
    if process.poll() is None:
        with suppress(OSError):
            process.terminate()
    for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
        # What was not written yet cannot be written any more.
        with suppress(OSError):
            pipe.close()
    process.wait()


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
