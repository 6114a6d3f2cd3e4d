"""`fimbot suggest`: find the stubs of a change, fill them, show and write patches."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fimbot import pipeline
from fimbot.cli import options
from fimbot.cli.main import INTERRUPTED
from fimbot.cli.output import write_bytes, write_report
from fimbot.cli.session import (
    PATCHES,
    Session,
    mention_untracked,
    open_session,
    progress_bar,
    remembering,
    say,
    style_of,
)
from fimbot.engines.pool import Answers
from fimbot.errors import FimbotError, PatchError, SettingsError
from fimbot.patches.store import write_patches
from fimbot.reporters.style import count, one_line, printable
from fimbot.reporters.text import place
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Findings
from fimbot.values import Report, Skip, Suggestion, Window, stub_of

if TYPE_CHECKING:
    from fimbot.engines.open import Opened
    from fimbot.engines.protocol import Engine, Question


@click.command(cls=options.ChangeCommand, short_help="Fill the stubs of a change, as patches.")
@options.change
@options.asking
@options.listing
@click.option("--output", metavar="FILE", help="All patches in one file; - for standard output.")
@click.option("--apply", "apply_", is_flag=True, help="Apply them to the working tree at once.")
@click.option("--dry-run", is_flag=True, help="Show exactly what would be sent; contact nobody.")
def suggest(
    words: tuple[str, ...],
    staged: bool,
    all_files: bool,
    engine: str | None,
    model: str | None,
    base_url: str | None,
    max_suggestions: str | None,
    deadline: str | None,
    no_cache: bool,
    kinds: str | None,
    format_: str,
    exit_code: bool,
    quiet: bool,
    verbose: bool,
    color: str,
    output: str | None,
    apply_: bool,
    dry_run: bool,
) -> int:
    """Finds the stubs of a change, asks a fill-in-the-middle model for the bodies, and writes patches.

    REVISION is what `git diff` takes. Without one: the staged change if there is one, else the working tree.
    A REV is compared with the working tree, A..B with the content at B.
    """
    given = options.given(
        engine=engine, model=model, base_url=base_url, max_suggestions=max_suggestions, deadline=deadline, kinds=kinds
    )
    session = open_session(words, staged, all_files, given | ({"cache": False} if no_cache else {}))
    if dry_run:
        return show_questions(session)
    run = run_suggest(session, quiet=quiet)
    directory = session.repository.git_path(PATCHES)
    unwritten = _written(directory, run)
    problems = [*run.report.problems, *unwritten]
    written = None if unwritten else directory
    style = style_of(session.repository, color, verbose=verbose, quiet=quiet, patches=written)
    if output is not None:
        write_bytes(run.report.patch, output)
    if output != "-":
        write_report(run.report, format_, "-", style)
    if apply_ and run.suggestions:
        from fimbot.cli.apply import apply_suggestions

        apply_suggestions(session.repository, run.suggestions)
        say(f"applied {count(len(run.suggestions), 'suggestion')} to the working tree", quiet=quiet)
    for notice in run.report.notices:
        say(notice, quiet=quiet)
    for problem in problems:
        say(problem)
    if run.report.interrupted:
        say("interrupted; what was done is kept")
        return INTERRUPTED
    if problems:
        return FimbotError.exit_status
    return int(exit_code and any(stub_of(each).tier != "report" for each in run.report.outcomes))


class Run(NamedTuple):
    report: Report
    findings: Findings

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        return tuple(each for each in self.report.outcomes if isinstance(each, Suggestion))


def run_suggest(session: Session, *, quiet: bool) -> Run:
    """Do everything but the reporting."""
    begun, settings = time.monotonic(), session.settings
    with session.blobs() as blobs:
        findings = pipeline.find(session.repository, session.selection, blobs, settings)
        if not findings.scanned:
            mention_untracked(session, quiet=quiet)
        if not findings.wanted:
            return Run(pipeline.report(findings, (), (), None, Answers(), begun), findings)
        # Where nothing is found, no engine is imported, nor what counts its requests: 35 ms.
        from fimbot.engines.open import open_engine

        opened = open_engine(settings, os.environ)
        say(f"engine {opened.why}", quiet=quiet)
        windows = list(pipeline.windows_of(findings, blobs, opened.engine, settings))
    return Run(ask_engine(findings, windows, opened, settings, begun, quiet=quiet), findings)


def ask_engine(
    findings: Findings,
    windows: Sequence[Window | Skip],
    opened: Opened,
    settings: Settings,
    begun: float,
    *,
    quiet: bool,
) -> Report:
    """Ask with a bar on the terminal, and say before how long it takes at the quota's limit."""
    from fimbot.cli.run_size import RunSize, say_what_had_no_room
    from fimbot.values import Deadline

    asked = [each for each in windows if isinstance(each, Window)]
    with remembering(opened, settings) as engine:
        deadline = Deadline.after(settings.deadline)
        size = RunSize.of(opened, asked, settings)
        if size.seconds:
            say(size.text(), quiet=quiet)
        with progress_bar(f"filling {count(len(asked), 'stub')}", quiet=quiet, at_least=size.left) as progress:
            report = pipeline.suggest(findings, windows, engine, settings, deadline, progress, begun)
        say_what_had_no_room(opened, asked, settings, report, quiet=quiet)
    return report


def _written(directory: Path, run: Run) -> list[str]:
    """Writes the patches; what kept them from being written, which must not keep them from being shown."""
    if not run.report.engine and not directory.exists():
        return []  # nothing to write, and nothing of an earlier run to replace
    try:
        write_patches(directory, run.suggestions, run.findings.contents)
    except PatchError as error:
        return [str(error)]
    return []


def show_questions(session: Session) -> int:
    """Prints exactly what would be sent, and to whom."""
    from fimbot.cli.run_size import RunSize
    from fimbot.engines.protocol import Question

    with session.blobs() as blobs:
        findings = pipeline.find(session.repository, session.selection, blobs, session.settings)
        opened = _engine_to_show(session)
        windows = list(pipeline.windows_of(findings, blobs, opened.engine, session.settings))
    for each in windows:
        title = f"{place(each.stub)}  {one_line(each.stub.name)}"
        if isinstance(each, Skip):
            click.echo(f"=== {title}: skipped, {each.reason}")
        else:
            _show_question(title, each, opened.engine, Question.of(each, session.settings))
    size = RunSize.of(opened, (each for each in windows if isinstance(each, Window)), session.settings)
    say(f"nothing was sent: {count(len(findings.wanted), 'stub')}; {size.text()}")
    return 0


def _show_question(title: str, window: Window, engine: Engine, question: Question) -> None:
    from fimbot.engines.metered import prompt_tokens

    first, *others = _shown_engines(engine)
    tokens = prompt_tokens(engine, question)
    click.echo(f"=== {title}: to {first}, about {tokens:,} tokens and {question.max_tokens:,} at most back")
    prompt, suffix = engine.render(question)
    click.echo(f"--- prompt\n{printable(prompt)}\n--- suffix\n{printable(suffix)}")
    for other in others:
        click.echo(f"--- where that one does not answer: the same to {other}")
    for kept in window.withheld:
        click.echo(f"--- withheld: {one_line(kept.path)}:{kept.line}: {kept.reason}")


def _shown_engines(engine: Engine) -> list[str]:
    from fimbot.engines.fallback import each_of

    return [f"{each.name} at {each.host}, model {each.model}" for each in each_of(engine)]


def _engine_to_show(session: Session) -> Opened:
    """Without a key and a model too: what would be sent to the main engine."""
    from fimbot.engines.open import open_engine

    try:
        return open_engine(session.settings, os.environ)
    except SettingsError:
        return open_engine(session.settings, {"FIMBOT_API_KEY": "not-sent"})
