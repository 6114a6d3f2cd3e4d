"""`fimbot hook`: what a Git hook runs.

It looks at what is about to be committed or pushed, and never at the working tree; it writes patches into the Git
directory and nothing else; and it lets the commit through whenever it cannot do its job in time.
Where there is nothing to say, fimbot/quick has answered before any of this is imported.
"""

from __future__ import annotations

import math
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from fimbot import pipeline
from fimbot.apps.hook import message
from fimbot.apps.hook.give_up import Patience
from fimbot.apps.hook.hand_over import HandedOver, hand_over, still_at_work
from fimbot.apps.hook.kept import head_of, kept_ids, read_kept, write_kept
from fimbot.apps.hook.stage import Stage, pushed_stage, ranged_by_hand, stage_of
from fimbot.changes import Blobs, Repository, open_blobs, open_repository, read_changes
from fimbot.cli import options
from fimbot.cli.main import INTERRUPTED, log_unexpected
from fimbot.cli.output import write_bytes
from fimbot.cli.session import PATCHES, cache_directory, remembering, say, style_of
from fimbot.cli.suggest import Run
from fimbot.engines.open import Opened, open_engine
from fimbot.engines.protocol import Engine, Question
from fimbot.engines.remember import is_kept, known
from fimbot.errors import FimbotError, PatchError, SettingsError, UsageError
from fimbot.patches.apply import still_fitting
from fimbot.patches.store import Stored, read_suggestions, write_patches
from fimbot.processes import end_all
from fimbot.quota import HOOK
from fimbot.reporters.style import Style, count, one_line
from fimbot.settings.load import load_settings, user_file
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Findings, for_commit
from fimbot.values import Deadline, Report, Skip, SkippedFile, Stub, Window

# A screenful, and what a minute's quota has room for beside everybody else's.
SUGGESTIONS = 10
# Of the deadline, for cutting and proving what has come; at most a quarter of it.
PROOF_SECONDS = 1.0
# For what a process in the background is at, before the commit goes on without it.
WAIT_SECONDS = 2.0
# After the deadline, for the steps that look at the clock themselves.
GRACE_SECONDS = 0.5


@click.command(cls=options.ChangeCommand, short_help="What a Git hook runs on the staged change.")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.UNPROCESSED)
@click.option("--check", is_flag=True, help="List the stubs only: offline, no engine.")
@click.option("--all", "all_files", is_flag=True, help="Whole files of the index, not only what is staged of them.")
@click.option("--pre-push", is_flag=True, help="Look at what is pushed, as git tells it on standard input.")
@click.option("--mode", metavar="block|warn", help="Whether a suggestion stops the commit.")
@options.engine
@click.option("--model", metavar="NAME", help="The engine's model; for local, a .gguf file.")
@click.option("--deadline", "hook_deadline", metavar="SECONDS", help="How long the commit waits at most.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="never", help="Colours.")
@click.pass_obj
def hook(
    begun: float | None,
    files: tuple[str, ...],
    check: bool,
    all_files: bool,
    pre_push: bool,
    mode: str | None,
    engine: str | None,
    model: str | None,
    hook_deadline: str | None,
    color: str,
) -> int:
    """Finds the stubs of what is about to be committed, fills them within the deadline, and writes patches.

    Exits with 1 where there is something to take over. Nothing to say, or an engine that is down or slow: 0.
    FILEs narrow the staged change; they add nothing to it.
    """
    given = options.given(mode=mode, engine=engine, model=model, hook_deadline=hook_deadline)
    words = tuple(word for word in files if word != "--")
    call = _Call(words, check=check, whole=all_files, pre_push=pre_push, color=color, given=given)
    # What the repository says of it takes git to read, which may be what hangs.
    patience = Patience(call.patience(load_settings(given, os.environ, None, user_file()).settings), _give_up, begun)
    try:
        return _check(call, patience) if check else _failing_open(call, patience)
    finally:
        patience.end()


def _failing_open(call: _Call, patience: Patience) -> int:
    try:
        return _suggest(call, patience)
    except UsageError:
        raise
    except FimbotError as error:
        why = str(error)
    except Exception as error:
        why = f"{type(error).__name__}, which should not have happened: {log_unexpected(error)}"
    patience.end()
    return _goes_on(why)


@dataclass(frozen=True, slots=True)
class _Call:
    """The command line."""

    files: tuple[str, ...]
    check: bool
    whole: bool
    pre_push: bool
    color: str
    given: Mapping[str, Any]

    def patience(self, settings: Settings) -> float:
        """Seconds. No commit waits for whole files or a range that was given by hand to be listed: that is for CI,
        where nobody reads why a check that was too slow has passed."""
        in_ci = self.check and (self.whole or ranged_by_hand(os.environ))
        return math.inf if in_ci else settings.hook_deadline + GRACE_SECONDS

    def style(self, repository: Repository, patches: Path | None = None) -> Style:
        style = style_of(repository, self.color, verbose=False, quiet=False, patches=patches)
        # A hook runs at the root, wherever in it the user typed `git commit`.
        return replace(style, root=str(repository.root)) if os.environ.get("GIT_PREFIX") else style

    def advice(self) -> message.Advice:
        name = "fimbot-check" if self.check else "fimbot"
        return message.Advice(_program(os.environ), name if os.environ.get("PRE_COMMIT") else None)

    def stage(self, repository: Repository) -> Stage | None:
        if self.pre_push:
            return pushed_stage(repository, sys.stdin)
        return stage_of(repository, os.environ, self.files, whole=self.whole)

    def settings(self, repository: Repository, stage: Stage) -> Settings:
        def read(name: str) -> bytes | None:
            status, content, _ = repository.status_of("cat-file", "blob", f"{stage.settings_at}:{name}")
            return None if status else content

        return load_settings(self.given, os.environ, read, user_file()).settings


def _check(call: _Call, patience: Patience) -> int:
    repository = open_repository(Path.cwd())
    stage = call.stage(repository)
    if stage is None:
        return 0
    settings = call.settings(repository, stage)
    patience.last(call.patience(settings))
    with open_blobs(repository, stage.selection, max_file_bytes=settings.max_file_bytes) as blobs:
        findings = _found(repository, stage, blobs, settings)
    if not findings.wanted:
        return 0

    def show() -> int:
        _print(message.found(findings.wanted, stage, call.style(repository), call.advice()))
        return int(settings.mode == "block")

    patience.give_up = lambda doing: _leave(show)
    _remember(repository, stage, message.on_list(findings.wanted))
    patience.end()
    return show()


def _suggest(call: _Call, patience: Patience) -> int:
    repository = open_repository(Path.cwd())
    stage = call.stage(repository)
    if stage is None:
        return 0
    settings = call.settings(repository, stage)
    settings = replace(settings, max_suggestions=settings.max_suggestions or SUGGESTIONS)
    patience.last(call.patience(settings))
    filled = _fill(repository, stage, settings, patience)
    if filled is None:
        return 0
    run, later = filled
    if run.report.interrupted:
        return INTERRUPTED
    for notice in run.report.notices:
        say(notice)
    if not run.suggestions:
        patience.end()
        return _goes_on(later or next(iter(run.report.problems), None) or message.unanswered(run.report))

    def show(patches: Path | None = None) -> int:
        _print(message.suggested(run.report, stage, call.style(repository, patches), call.advice()))
        return int(settings.mode == "block")

    # What came in time is shown, whatever becomes of the rest.
    patience.give_up = lambda doing: _leave(show)
    directory, problem = _written(repository, stage, run)
    _remember(repository, stage, [each.fill.stub for each in message.on_screen(run.report)])
    patience.end()
    for line in filter(None, (later, problem)):
        say(line)
    return show(directory)


def _fill(repository: Repository, stage: Stage, settings: Settings, patience: Patience) -> tuple[Run, str] | None:
    """None where there is nothing to fill. The text is what is said of those that are finished later."""
    with open_blobs(repository, stage.selection, max_file_bytes=settings.max_file_bytes) as blobs:
        findings = _found(repository, stage, blobs, settings)
        if not findings.wanted:
            return None
        opened = _open_engine(settings)
        patience.doing = f"asking {opened.engine.host}"
        windows: list[Window | Skip] = []
        for each in pipeline.windows_of(findings, blobs, opened.engine, settings):
            windows.append(each)
            if patience.spent() > settings.hook_deadline / 2:
                break
    windows += [Skip(stub, "no time was left to ask for it") for stub in findings.wanted[len(windows) :]]
    later = ""
    with remembering(opened, settings) as engine:
        deadline = _deadline(settings, patience)
        if settings.background and is_kept(engine):
            windows, later = _without_those_at_work(windows, engine, settings, deadline)
        report = pipeline.suggest(
            findings, windows, engine, settings, deadline, lambda done, total: None, patience.begun
        )
        cached = is_kept(engine)
    if settings.background and cached and not deadline.remaining():
        later = "; ".join(filter(None, (later, _finish_later(findings, windows, report, settings))))
    return Run(report, findings), later


def _without_those_at_work(
    windows: Sequence[Window | Skip], engine: Engine, settings: Settings, deadline: Deadline
) -> tuple[list[Window | Skip], str]:
    """The windows with a Skip for each that a background process is at, and what is said of those."""
    questions = {each.stub.id: Question.of(each, settings) for each in windows if isinstance(each, Window)}
    seconds = min(WAIT_SECONDS, deadline.remaining())
    asked = list(questions.values())
    at_work = still_at_work(_locks(), engine.fingerprint, partial(known, engine), asked, seconds)
    left = [
        Skip(each.stub, "still being finished in the background") if questions.get(each.stub.id) in at_work else each
        for each in windows
    ]
    return left, f"{count(len(at_work), 'stub')} still being finished in the background" if at_work else ""


def _open_engine(settings: Settings) -> Opened:
    """Raises FimbotError: a wrong setting is to be told to whoever made it, a missing key stops no commit."""
    try:
        return open_engine(settings, os.environ, hasty=True, priority=HOOK)
    except SettingsError as error:
        raise FimbotError(str(error)) from None


def _deadline(settings: Settings, patience: Patience) -> Deadline:
    proof = min(PROOF_SECONDS, settings.hook_deadline / 4)
    return Deadline.after(max(0.0, settings.hook_deadline - proof - patience.spent()))


def _locks() -> Path:
    """Beside the answers, which are for all repositories."""
    return cache_directory() / "background"


def _finish_later(findings: Findings, windows: Sequence[Window | Skip], report: Report, settings: Settings) -> str:
    """What is to be said of it."""
    unanswered = {each.stub.id for each in report.outcomes if isinstance(each, Skip) and each.reason in report.problems}
    left = tuple(each for each in windows if isinstance(each, Window) and each.stub.id in unanswered)
    if not left:
        return ""
    late = f"{count(len(left), 'stub')} not answered in time"
    try:
        hand_over(HandedOver(findings, left, settings, _locks()))
    except FimbotError as error:
        return f"{late}, and {error}"
    return f"{late}: finished in the background, for the next attempt"


def _found(repository: Repository, stage: Stage, blobs: Blobs, settings: Settings) -> Findings:
    findings = for_commit(pipeline.find(repository, stage.selection, blobs, settings), settings)
    kept = kept_ids(repository, read_kept(repository), findings.wanted, committed=stage.pushing)
    return replace(findings, wanted=tuple(stub for stub in findings.wanted if stub.id not in kept))


def _remember(repository: Repository, stage: Stage, shown: Iterable[Stub]) -> None:
    """What was shown before a commit and is in it afterwards was kept on purpose."""
    if not stage.pushing:
        with suppress(FimbotError):  # then it is shown once more
            write_kept(repository, read_kept(repository).with_shown(shown, head_of(repository)))


def _written(repository: Repository, stage: Stage, run: Run) -> tuple[Path | None, str]:
    """Where the patches are; or what kept them from being written, which must not keep them from being shown."""
    try:
        directory = repository.git_path(PATCHES)
        _write(repository, directory, stage, run)
    except FimbotError as error:
        return None, str(error)
    return directory, ""


def _write(repository: Repository, directory: Path, stage: Stage, run: Run) -> None:
    only = stage.selection.files
    stored: list[Stored] = []
    with suppress(PatchError):  # damaged: written anew
        stored = [each for each in read_suggestions(directory) if only is not None and each.path not in only]
    if stored:
        # pre-commit splits a long list of files over several calls; each must leave the others' suggestions, but none
        # of an earlier commit: `git apply all.patch` would fill a stub that was kept in it.
        whole = read_changes(repository, replace(stage.selection, files=None), max_file_bytes=sys.maxsize)
        changed = {each.path for each in whole}
        stored = [each for each in stored if each.path in changed]
    if not stored:
        return write_patches(directory, run.suggestions, run.findings.contents)
    with open_blobs(repository, stage.selection, max_file_bytes=sys.maxsize) as blobs:

        def read(path: str) -> bytes | None:
            content = blobs.read_path(path)
            return None if isinstance(content, SkippedFile) else content

        earlier = still_fitting(stored, read)
    return write_patches(directory, run.suggestions, run.findings.contents, earlier.values())


def _print(text: str) -> None:
    write_bytes(text.encode("utf-8", "surrogateescape"), "-")


def _goes_on(why: str) -> int:
    say(f"{why}; nothing is stopped by it, and `fimbot suggest HEAD~1` asks again afterwards")
    return 0


def _give_up(doing: str) -> NoReturn:
    def tell() -> int:
        say(f"not ready in time ({one_line(doing)}); nothing is stopped by it (hook-deadline = SECONDS waits longer)")
        return 0

    _leave(tell)


def _leave(tell: Callable[[], int]) -> NoReturn:
    """In the thread of the clock: whatever is under way ends with the process."""
    status = 0
    try:
        with suppress(FimbotError, OSError, ValueError):
            status = tell()
        end_all()
    finally:
        os._exit(status)


def _program(environ: Mapping[str, str]) -> str:
    """How the user can start fimbot. A runner puts its own environment's programs on the PATH of a hook only."""
    own = Path(sys.executable).parent
    path = environ.get("PATH", os.defpath).split(os.pathsep)
    if environ.get("PRE_COMMIT"):
        path = [each for each in path if Path(each) != own]
    if shutil.which("fimbot", path=os.pathsep.join(path)):
        return "fimbot"
    here = shutil.which("fimbot", path=str(own))
    if here is None:
        return "fimbot"
    home = os.path.expanduser("~") + os.sep  # noqa: PTH111 - Path.home() raises where there is none
    # What a shell expands must stand outside the quotes.
    return f"~/{shlex.quote(here.removeprefix(home))}" if here.startswith(home) else shlex.quote(here)
