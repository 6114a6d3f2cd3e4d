"""git's diff for the quick way, by `posix_spawn`.

To import `subprocess` takes 15 ms where nothing is staged, which is as long as all the rest; 8 where `re` is there
already. Where there is no posix_spawn (Windows) the whole command line answers.
"""

from __future__ import annotations

import os
import select

from fimbot.git_options import CONFIGURATION, DIFF, ENVIRONMENT

# So many lines of context that one process tells both what was added and what it was added to. A callable with
# nothing but filler in it is shorter than this; the whole file would cost 8 ms more for 20 files.
NEAR = "-U100"
ALL_LINES = "-U1000000000"
# A larger diff takes git longer than the imports that are spared here.
_MAX_OUTPUT = 8_000_000
# Then the whole command line asks once more: it has the commit's deadline, and says what happened.
_SILENCE_SECONDS = 1.0
# As much as an ordinary user may have.
_PIPE = 1 << 20
# Settings.max_file_bytes: a larger file, "binary" to git then, is one that the whole scan has to mention.
MAX_FILE = 1_000_000
_REGULAR = (b"100644", b"100755")

TYPE_CHECKING = False  # typing costs 5 ms
if TYPE_CHECKING:
    from typing import TypeAlias

    Text: TypeAlias = tuple[bytes, list[tuple[int, int]], list[int], bytes]
    """A part of a file after the change, the ranges of its lines that were added, counted from 1, those behind which
    lines were deleted and none added, and the hunk."""
    File: TypeAlias = tuple[str, list[Text]]


def diff(*arguments: str) -> list[File] | None:
    """The changed files; None if unusual."""
    return changed_files(start_diff(*arguments))


def start_diff(*arguments: str) -> tuple[int, int]:
    return start("diff-index", *DIFF, "--diff-filter=d", *arguments)


def changed_files(started: tuple[int, int]) -> list[File] | None:
    status, output = finish(started)
    if status != 0:
        return None
    return _read(output) if output else []


def _read(output: bytes) -> list[File] | None:
    files: list[File] = []
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
        texts = [_after(hunk.partition(b"\n")[2]) for hunk in hunks]
        files.append((name[2:].decode("utf-8", "surrogateescape"), texts))
    return files


def _is_regular(fields: list[bytes]) -> bool:
    """Neither a link nor a submodule. The mode stands after "index a..b" where it did not change."""
    for field in fields:
        if field.startswith((b"new file mode ", b"new mode ", b"index ")) and b" 1" in field:
            return field.split()[-1] in _REGULAR
    # A rename without a change.
    return True


def _after(hunk: bytes) -> Text:
    lines: list[bytes] = []
    added: list[tuple[int, int]] = []
    deleted: list[int] = []
    last = b""
    for line in hunk.split(b"\n"):
        mark = line[:1]
        if mark == b"\\":
            continue
        # Deleted lines come before those that were added in their place.
        if last == b"-" and mark != b"-" and mark != b"+":
            deleted.append(len(lines))
        last = mark
        if mark == b" " or mark == b"+":
            lines.append(line[1:])
            if mark == b"+":
                number = len(lines)
                if added and added[-1][1] == number - 1:
                    added[-1] = added[-1][0], number
                else:
                    added.append((number, number))
    if last == b"-":
        deleted.append(len(lines))
    return b"\n".join(lines) + b"\n", added, deleted, hunk


def before(hunk: bytes) -> bytes:
    """The lines before the change."""
    return b"".join(line[1:] + b"\n" for line in hunk.split(b"\n") if line.startswith((b" ", b"-")))


def start(*arguments: str) -> tuple[int, int]:
    """The process (-1: not started) and the end of the pipe to read from."""
    command = ["git", "--no-pager"]
    for setting in (*CONFIGURATION, f"core.bigFileThreshold={MAX_FILE}"):
        command += ("-c", setting)
    reader, writer = os.pipe()
    _widen(writer)
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


def _widen(pipe: int) -> None:
    """Linux's pipes hold 64 KB, and git would wait for a reader who is still importing."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    except (ImportError, AttributeError, OSError):
        pass


def finish(started: tuple[int, int]) -> tuple[int, bytes]:
    """Exit status (-1: not started, hanging, or too much to read) and output."""
    child, reader = started
    pieces: list[bytes] = []
    size = 0
    while size <= _MAX_OUTPUT:
        if not select.select([reader], [], [], _SILENCE_SECONDS)[0]:
            _kill(child)
            size = _MAX_OUTPUT + 1
            break
        piece = os.read(reader, 1 << 20)
        if not piece:
            break
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


def _kill(child: int) -> None:
    """With what it has started: the transport of a partial clone, for one. So rare that the import may cost."""
    from fimbot.processes import descendants, kill

    kill([*descendants(child), child])
