"""`fimbot hook` and `fimbot scan` where there is nothing to find, which is nearly each time they run.

The whole command line costs some 250 ms before its first useful line: GitPython 120, click 40, subprocess 16,
dataclasses 20, a parser 30 (bench/scan.py). So this is asked first: is anything changed at all, and is there, near
an added line, any text that a stub could have? If not, it says what the whole command would say. In every other
case, and whenever anything is unusual, it says nothing, and the whole command line starts from the beginning.
It must never be the only one that is right: it may overlook no stub that the whole command would find.

Hence no import that costs more than it does itself, and git without `subprocess`.
"""

from __future__ import annotations

import os
import sys

from fimbot.git_options import CONFIGURATION, DIFF, ENVIRONMENT

# So many lines of context that one process tells both what was added and what it was added to. A callable with
# nothing but filler in it is shorter than this; the whole file would cost 8 ms more for 20 files.
_CONTEXT = "-U100"
# A larger diff takes git longer than the imports that are spared here.
_MAX_OUTPUT = 8_000_000
# Settings.max_file_bytes: a larger file, "binary" to git then, is one that the whole scan has to mention.
MAX_FILE = 1_000_000
# They choose neither what is looked at nor what is a stub.
_WITH_VALUE = {"--mode", "--engine", "--model", "--deadline", "--color"}
_OF_NO_MATTER = {"--check", "--", *_WITH_VALUE}
# Set by pre-commit and prek where something else than the staged change is meant.
_PUSHING = {"PRE_COMMIT_FROM_REF", "PRE_COMMIT_LOCAL_BRANCH"}
_REGULAR = (b"100644", b"100755")

TYPE_CHECKING = False  # typing costs 5 ms
if TYPE_CHECKING:
    from typing import TypeAlias

    _Text: TypeAlias = tuple[bytes, list[tuple[int, int]]]
    """A part of a file after the change, and the ranges of its lines that were added, counted from 1."""
    _File: TypeAlias = tuple[str, list[_Text]]


def run(arguments: list[str]) -> int | None:
    """The exit status where nothing was found; None where the whole command line must look."""
    if not hasattr(os, "posix_spawnp"):
        return None
    if arguments[:1] == ["hook"]:
        return _hook(arguments[1:])
    return _scan() if arguments in (["scan"], ["scan", "--exit-code"]) else None


def _hook(arguments: list[str]) -> int | None:
    """0, without a word, where nothing that is staged may hold a stub. No setting can make more of it."""
    options = {word.partition("=")[0] for word in arguments if word.startswith("-")}
    if options - _OF_NO_MATTER or not _PUSHING.isdisjoint(os.environ):
        return None
    staged = _diff("--cached")
    # Names of files narrow the change, where it is plain that they are names and the same as git's.
    names = {word for word in arguments if not word.startswith("-")}
    narrowed = (
        bool(names)
        and _WITH_VALUE.isdisjoint(arguments)
        and os.path.exists(".git")  # noqa: PTH110
        and not any(name.startswith(("/", "../")) or os.path.normpath(name) != name for name in names)
    )
    if staged is None or any(_may_touch_stub(*file) for file in staged if not narrowed or file[0] in names):
        return None
    return 0


def _scan() -> int | None:
    # Settings cannot add a find; but a wrong one has to be told, and `exclude` changes the number of files.
    if _has_settings(os.getcwd()):  # noqa: PTH109 - pathlib costs 5 ms
        return None
    changed = _changed_files()
    if changed is None or any(_may_touch_stub(*file) for file in changed):
        return None
    sys.stdout.write(f"0 stubs in {len(changed):,} file{'' if len(changed) == 1 else 's'}\n")
    sys.stdout.flush()
    return 0


def _has_settings(directory: str) -> bool:
    environ = os.environ
    if any(name.startswith("FIMBOT_") for name in environ) or "GIT_DIR" in environ or "GIT_WORK_TREE" in environ:
        return True
    home = os.path.expanduser("~")  # noqa: PTH111
    config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    if sys.platform == "darwin":
        config = f"{home}/Library/Application Support"
    if os.path.exists(f"{config}/fimbot/fimbot.toml"):  # noqa: PTH110
        return True
    while not os.path.exists(f"{directory}/.git"):  # noqa: PTH110
        above = os.path.dirname(directory)  # noqa: PTH120
        if above == directory:
            return True
        directory = above
    if os.path.exists(f"{directory}/fimbot.toml"):  # noqa: PTH110
        return True
    try:
        with open(f"{directory}/pyproject.toml", "rb") as file:  # noqa: PTH123
            return b"fimbot" in file.read()
    except OSError:
        return os.path.lexists(f"{directory}/pyproject.toml")


def _changed_files() -> list[_File] | None:
    """Of the staged change, or else of the working tree; None if unusual."""
    # -m: a file that was staged and then deleted counts, as it does for the whole scan.
    anything = _start("diff-index", "-m", "--quiet", "--ignore-submodules=dirty", "HEAD", "--")
    any_staged = _start("diff-index", "--cached", "--quiet", "--ita-invisible-in-index", "HEAD", "--")
    (status, _), (staged, _) = _finish(anything), _finish(any_staged)
    if status != 1:
        return [] if status == 0 else None
    return _diff(*(("--cached",) if staged else ()))


def _diff(*where: str) -> list[_File] | None:
    """The changed files against HEAD; None if unusual."""
    started = _start("diff-index", *where, *DIFF, "--diff-filter=d", _CONTEXT, "HEAD", "--")
    status, output = _finish(started)
    if status != 0:
        return None
    return _read(output) if output else []


def _read(output: bytes) -> list[_File] | None:
    files: list[_File] = []
    # Every line of a file's text begins with "+", "-", " " or "\"; so these two are git's own.
    if not output.startswith(b"diff --git ") or b"\n* Unmerged path " in output:
        return None
    for section in output.split(b"\ndiff --git "):
        head, *hunks = section.split(b"\n@@ ")
        fields = head.split(b"\n")
        if any(field.startswith(b"deleted file mode ") for field in fields):
            continue
        if any(field.startswith(b"Binary files ") for field in fields) or not _is_regular(fields):
            return None
        if not hunks:
            continue
        name = fields[-1].removeprefix(b"+++ ").removesuffix(b"\t")
        if not name.startswith(b"b/"):
            return None
        texts = [text for hunk in hunks if (text := _after(hunk.partition(b"\n")[2]))[1]]
        if texts:
            files.append((name[2:].decode("utf-8", "surrogateescape"), texts))
    return files


def _is_regular(fields: list[bytes]) -> bool:
    """Neither a link nor a submodule. The mode stands after "index a..b" where it did not change."""
    for field in fields:
        if field.startswith((b"new file mode ", b"new mode ", b"index ")) and b" 1" in field:
            return field.split()[-1] in _REGULAR
    # A rename without a change.
    return True


def _after(hunk: bytes) -> _Text:
    """The lines after the change, and which of them were added."""
    lines: list[bytes] = []
    added: list[tuple[int, int]] = []
    for line in hunk.split(b"\n"):
        mark = line[:1]
        if mark == b" " or mark == b"+":
            lines.append(line[1:])
            if mark == b"+":
                number = len(lines)
                if added and added[-1][1] == number - 1:
                    added[-1] = added[-1][0], number
                else:
                    added.append((number, number))
    return b"\n".join(lines) + b"\n", added


def _may_touch_stub(path: str, texts: list[_Text]) -> bool:
    from fimbot.stubs.near import may_touch_stub
    from fimbot.stubs.table import language_of

    language = language_of(path)
    # What is binary has no lines; git decides by a NUL, but an attribute may have told it otherwise.
    return language is not None and any(
        b"\0" in source or may_touch_stub(language, source, added) for source, added in texts
    )


def _start(*arguments: str) -> tuple[int, int]:
    """The process (-1: not started) and the end of the pipe to read from."""
    command = ["git", "--no-pager"]
    for setting in (*CONFIGURATION, f"core.bigFileThreshold={MAX_FILE}"):
        command += ("-c", setting)
    reader, writer = os.pipe()
    try:
        child = os.posix_spawnp(
            "git",
            [*command, *arguments],
            {**os.environ, **ENVIRONMENT},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
    except OSError:
        child = -1
    os.close(writer)
    return child, reader


def _finish(started: tuple[int, int]) -> tuple[int, bytes]:
    """Exit status (-1: not started, or too much to read) and output."""
    child, reader = started
    pieces: list[bytes] = []
    size = 0
    while size <= _MAX_OUTPUT and (piece := os.read(reader, 1 << 20)):
        if not pieces:
            # While git works on: `re` and the patterns take as long as it does.
            import fimbot.stubs.near  # noqa: F401
        pieces.append(piece)
        size += len(piece)
    # What git still has to write ends it with SIGPIPE.
    os.close(reader)
    if child < 0:
        return -1, b""
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return (-1 if size > _MAX_OUTPUT else status), b"".join(pieces)
