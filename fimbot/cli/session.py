"""What a command works with: the repository, the change, the settings, the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from fimbot.changes import Blobs, Repository, Selection, open_blobs, open_repository, split_revision, untracked_files
from fimbot.changes.selection import resolve
from fimbot.reporters.style import Style, count, one_line
from fimbot.settings.load import files_in, load_settings, user_file
from fimbot.settings.values import Settings

if TYPE_CHECKING:
    from fimbot.engines.open import Opened
    from fimbot.engines.protocol import Engine

PATCHES = "fimbot/patches"
# Some 30,000 bodies.
CACHE_BYTES = 50_000_000


class Session(NamedTuple):
    repository: Repository
    selection: Selection
    settings: Settings

    @contextmanager
    def blobs(self) -> Iterator[Blobs]:
        with open_blobs(self.repository, self.selection, max_file_bytes=self.settings.max_file_bytes) as blobs:
            yield blobs


def open_session(
    words: Sequence[str],
    staged: bool,
    all_files: bool,
    command_line: Mapping[str, Any],
    at: Path | None = None,
) -> Session:
    """`at`: where the user stands, for the demo, whose repository is elsewhere."""
    repository = open_repository(at or Path.cwd())
    settings = load_settings(command_line, os.environ, files_in(repository.root), user_file()).settings
    revision, paths = split_revision(repository, words)
    selection = Selection(revision, staged, all_files, paths)
    return Session(repository, replace(selection, resolved=resolve(repository, selection)), settings)


def style_of(repository: Repository, color: str, *, verbose: bool, quiet: bool, patches: Path | None = None) -> Style:
    return Style(
        color=wants_color(color, sys.stdout),
        verbose=verbose,
        quiet=quiet,
        patches=shown_path(patches) if patches else None,
        root="" if same_directory(repository.root, Path.cwd()) else str(repository.root),
    )


def wants_color(color: str, stream: Any) -> bool:
    """https://no-color.org: the variable counts when it is not empty, an explicit option counts more."""
    if color != "auto":
        return color == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def same_directory(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def shown_path(path: Path) -> str:
    """Relative where that is short: below the directory in which the user stands."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def say(message: str, *, quiet: bool = False) -> None:
    """To standard error: everything that is not the data that was asked for."""
    if not quiet:
        click.echo(f"fimbot: {one_line(message)}", err=True)


def mention_untracked(session: Session, *, quiet: bool) -> None:
    """For a change of no files: where somebody wrote a new one, it is the one that was meant."""
    if session.selection.revision is not None or quiet:
        return
    from fimbot.stubs.table import language_of

    names = [name for name in untracked_files(session.repository, session.selection.paths) if language_of(name)]
    if names:
        were, them = ("was", "it") if len(names) == 1 else ("were", "them")
        example = one_line(names[0]) + (", ..." if len(names) > 1 else "")
        say(f"{count(len(names), 'untracked file')} {were} not looked at: `git add` {them} first ({example})")


@contextmanager
def progress_bar(
    label: str, *, quiet: bool, at_least: Callable[[int], float] = lambda left: 0.0
) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, on a terminal only, and one that can move the cursor. `at_least`: the seconds that so
    many more take for a reason that the pace so far does not show, such as a quota."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda done, total: None
        return
    from fimbot.quota.size import span

    begun, looked, least = time.monotonic(), 0.0, 0.0
    with click.progressbar(
        length=1, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda eta: eta
    ) as bar:

        def advance(done: int, total: int) -> None:
            nonlocal looked, least
            now, left = time.monotonic(), total - done
            if now - looked > 1:
                looked, least = now, at_least(left)
            pace = (now - begun) / done * left if done else 0.0
            bar.length = total
            eta = max(pace, least - (now - looked))
            bar.current_item = f"{span(max(1.0, eta))} left" if left and eta > 0 else ""
            bar.update(done - bar.pos)
            bar.render_progress()  # `update` alone shows nothing before the first answer

        yield advance


@contextmanager
def file_counter(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """How many files were looked at, on a terminal only, where it takes longer than half a second; wiped in the end."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda files: None
        return
    due, shown = time.monotonic() + 0.5, ""

    def advance(files: int) -> None:
        nonlocal due, shown
        now = time.monotonic()
        if now >= due:
            due, shown = now + 0.1, f"fimbot: {count(files, 'file')} looked at"
            click.echo(f"\r{shown}", err=True, nl=False)

    try:
        yield advance
    finally:
        if shown:
            click.echo(f"\r{' ' * len(shown)}\r", err=True, nl=False)


def cache_directory() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("fimbot", appauthor=False)


def _tell_passed_over(engine: Engine) -> None:
    from fimbot.engines.fallback import passed_over

    for each in passed_over(engine):
        say(f"{each.engine} was passed over: {each.why}")


@contextmanager
def remembering(opened: Opened, settings: Settings) -> Iterator[Engine]:
    """The engine with the user's cache of answers, unless `--no-cache`; closed in the end. Which engine was passed
    over, and why, is said then."""
    with closing(opened.engine), ExitStack() as after:
        after.callback(_tell_passed_over, opened.engine)
        with _cached(opened.engine, settings) as engine:
            yield engine
        for problem in dict.fromkeys(quota.problem for quota in opened.quotas):
            if problem:
                say(problem)


@contextmanager
def _cached(engine: Engine, settings: Settings) -> Iterator[Engine]:
    from fimbot.engines.cache import CompletionCache
    from fimbot.engines.remember import remembered

    if not settings.cache:
        yield engine
        return
    path = cache_directory() / "completions.sqlite"
    with closing(CompletionCache(path, max_bytes=CACHE_BYTES, clock=time.time)) as cache:
        yield remembered(engine, cache)
        if cache.problem:
            say(cache.problem)
