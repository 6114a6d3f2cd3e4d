"""`fimbot hook` and `fimbot scan` where there is nothing to find, which is nearly each time they run.

The whole command line costs some 100 ms, of which the bare interpreter is 13: click 40, subprocess 15, its own modules
25, five processes of git (bench/startup_time.py). So this is asked first: is anything changed at all, and is there,
near an added line, any text that a stub could have? If not, it says what the whole command would say. In every other
case, and whenever anything is unusual, it says nothing, and the whole command line starts from the beginning.
It must never be the only one that is right: it may overlook no stub that the whole command would find.

Hence no import that costs more than it does itself, git without `subprocess`, and imports while git works.
"""

from __future__ import annotations

import os
import sys

from fimbot.quick.git_diff import ALL_LINES, NEAR, before, changed_files, diff, finish, start, start_diff

# They choose neither what is looked at nor what is a stub.
_WITH_VALUE = {"--mode", "--engine", "--model", "--deadline", "--color"}
_OF_NO_MATTER = {"--check", "--", *_WITH_VALUE}
# The parser takes 2 s for a megabyte, and no clock runs here: the whole command line has the commit's deadline.
_PARSED_BYTES = 200_000
# Set by pre-commit and prek where something else than the staged change is meant.
_PUSHING = {"PRE_COMMIT_FROM_REF", "PRE_COMMIT_LOCAL_BRANCH"}

TYPE_CHECKING = False  # typing costs 5 ms
if TYPE_CHECKING:
    from fimbot.quick.git_diff import File, Text


def run(arguments: list[str]) -> int | None:
    """The exit status where nothing was found; None where the whole command line must look."""
    if not hasattr(os, "posix_spawnp"):
        return None
    if arguments[:1] == ["hook"]:
        return _hook(arguments[1:])
    return _scan() if arguments in (["scan"], ["scan", "--exit-code"]) else None


def _hook(arguments: list[str]) -> int | None:
    """0, without a word, where nothing that is staged holds a stub. No setting can make more of it."""
    options = {word.partition("=")[0] for word in arguments if word.startswith("-")}
    if options - _OF_NO_MATTER or not _PUSHING.isdisjoint(os.environ):
        return None
    staged = diff("--cached", NEAR, "HEAD", "--")
    # Names of files narrow the change, where it is plain that they are names and the same as git's.
    names = {word for word in arguments if not word.startswith("-")}
    narrowed = (
        bool(names)
        and _WITH_VALUE.isdisjoint(arguments)
        and os.path.exists(".git")  # noqa: PTH110
        and sys.getfilesystemencoding() == "utf-8"
        and not any(name.startswith(("/", "../")) or os.path.normpath(name) != name for name in names)
    )
    if staged is None:
        return None
    suspects = [path for path, texts in staged if not (narrowed and path not in names) and _may_touch_stub(path, texts)]
    return 0 if not suspects or _hold_no_stub(suspects) else None


def _hold_no_stub(paths: list[str]) -> bool:
    """Whether the parser finds nothing to fill in the whole files: so it is in 19 of 20 in which there was a hint.

    This costs 50 ms, and spares the command line, the settings and their processes of git.
    """
    started = start_diff("--cached", ALL_LINES, "HEAD", "--", *(f":(top,literal){path}" for path in paths))
    # While git works.
    from functools import partial

    from fimbot.stubs.emptied import Before
    from fimbot.stubs.find import find_stubs
    from fimbot.values import LineRange, Skip

    whole = changed_files(started)
    if whole is None or {path for path, _ in whole} != set(paths):
        return False
    if sum(len(source) for _, texts in whole for source, *_ in texts) > _PARSED_BYTES:
        return False
    try:
        found = [
            each
            for path, texts in whole
            for source, added, deleted, hunk in texts
            for each in find_stubs(
                path, source, [LineRange(*lines) for lines in added], Before(partial(before, hunk), deleted)
            )
            if not isinstance(each, Skip)
        ]
    except Exception:  # whatever it is, the whole command knows what to say
        return False
    # What was emptied and promised nothing stops no commit (fimbot/stubs/collect.py, `for_commit`).
    stopping = any(each.tier == "fill" or (each.tier == "suggest" and not each.emptied) for each in found)
    return not found or not (stopping or _more_is_wanted())


def _more_is_wanted() -> bool:
    """Whether anything may ask for stubs of the tier "report", with TODOs in the middle of code among them."""
    if "FIMBOT_KINDS" in os.environ or "FIMBOT_TIERS" in os.environ:
        return True
    started = [start("cat-file", "blob", f":{name}") for name in ("fimbot.toml", "pyproject.toml")]
    texts = [finish(each)[1] for each in started]
    try:
        with open(_user_file(), "rb") as file:  # noqa: PTH123 - pathlib costs 5 ms
            texts.append(file.read())
    except FileNotFoundError:
        pass
    except OSError:
        return True
    return any(name in text for text in texts for name in (b"kinds", b"tiers"))


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


def _user_file() -> str:
    home = os.path.expanduser("~")  # noqa: PTH111
    config = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    if sys.platform == "darwin":
        config = f"{home}/Library/Application Support"
    return f"{config}/fimbot/fimbot.toml"


def _has_settings(directory: str) -> bool:
    environ = os.environ
    if any(name.startswith("FIMBOT_") for name in environ) or "GIT_DIR" in environ or "GIT_WORK_TREE" in environ:
        return True
    if os.path.exists(_user_file()):  # noqa: PTH110
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


def _changed_files() -> list[File] | None:
    """Of the staged change, or else of the working tree; None if unusual."""
    # -m: a file that was staged and then deleted counts, as it does for the whole scan.
    anything = start("diff-index", "-m", "--quiet", "--ignore-submodules=dirty", "HEAD", "--")
    any_staged = start("diff-index", "--cached", "--quiet", "--ita-invisible-in-index", "HEAD", "--")
    (status, _), (staged, _) = finish(anything), finish(any_staged)
    if status != 1:
        return [] if status == 0 else None
    return diff(*(("--cached",) if staged else ()), NEAR, "HEAD", "--")


def _may_touch_stub(path: str, texts: list[Text]) -> bool:
    from fimbot.stubs.near import may_touch_stub
    from fimbot.stubs.table import language_of

    language = language_of(path)
    # What is binary has no lines; git decides by a NUL, but an attribute may have told it otherwise.
    return language is not None and any(
        b"\0" in source or may_touch_stub(language, source, [*added, *zip(deleted, deleted, strict=True)])
        for source, added, deleted, _ in texts
    )
