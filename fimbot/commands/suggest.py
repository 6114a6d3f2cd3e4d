"""`fimbot suggest`: find the stubs of a change, fill them, show and write patches."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fimbot.commands import options
from fimbot.commands.main import INTERRUPTED
from fimbot.commands.output import write_bytes, write_report
from fimbot.commands.session import (
    PATCHES,
    Session,
    mention_untracked,
    open_session,
    progress_bar,
    remembering,
    say,
    style_of,
)
from fimbot.errors import FimbotError, PatchError, SettingsError
from fimbot.patches.store import combined_patch, write_patches
from fimbot.pipeline import Asked, Filled, Findings, ask, fill, find
from fimbot.reporters.style import count, one_line, printable
from fimbot.reporters.text import place
from fimbot.values import Outcome, Report, Share, Skip, Suggestion, Usage, stub_of

if TYPE_CHECKING:
    from fimbot.engines.open import Opened
    from fimbot.engines.protocol import Engine

_NOTHING = Filled((), (), 0, ())


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
        from fimbot.commands.apply import apply_suggestions

        apply_suggestions(session.repository, run.suggestions)
        say(f"applied {count(len(run.suggestions), 'suggestion')} to the working tree", quiet=quiet)
    for notice in run.report.notices:
        say(notice, quiet=quiet)
    for problem in problems:
        say(problem)
    if run.interrupted:
        say("interrupted; what was done is kept")
        return INTERRUPTED
    if problems:
        return FimbotError.exit_status
    return int(exit_code and any(stub_of(each).tier != "report" for each in run.report.outcomes))


@dataclass(frozen=True, slots=True)
class Run:
    report: Report
    findings: Findings
    interrupted: bool = False

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        return tuple(each for each in self.report.outcomes if isinstance(each, Suggestion))


def run_suggest(session: Session, *, quiet: bool) -> Run:
    """Everything but the reporting: finds, asks, cuts, proves."""
    begun = time.monotonic()
    with session.blobs() as blobs:
        findings = find(session.repository, session.selection, blobs, session.settings)
        if not findings.files:
            mention_untracked(session, quiet=quiet)
        if not findings.wanted:
            return Run(make_report(findings, None, _NOTHING, begun), findings)
        # Where nothing is found, no engine is imported, and nothing that counts its requests: 35 ms.
        from fimbot.commands.run_size import RunSize, say_what_had_no_room
        from fimbot.engines.open import open_engine
        from fimbot.engines.protocol import Deadline

        opened = open_engine(session.settings, os.environ)
        say(f"engine {opened.why}", quiet=quiet)
        asked = list(ask(findings, blobs, opened.engine, session.settings))
    with remembering(opened, session.settings) as engine:
        deadline = Deadline.after(session.settings.deadline)
        questions = [each for each in asked if isinstance(each, Asked)]
        size = RunSize.of(opened, questions)
        if size.seconds:
            say(size.text(), quiet=quiet)
        label = f"filling {count(len(questions), 'stub')}"
        with progress_bar(label, quiet=quiet, at_least=size.left) as progress:
            filled = fill(findings, questions, engine, session.settings, deadline, progress)
        say_what_had_no_room(opened, questions, filled, quiet=quiet)
    unasked = tuple(each for each in asked if isinstance(each, Skip))
    filled = replace(filled, outcomes=filled.outcomes + unasked)
    return Run(make_report(findings, opened.engine, filled, begun), findings, filled.interrupted)


def make_report(findings: Findings, engine: Engine | None, filled: Filled, begun: float) -> Report:
    """`begun` is on `time.monotonic`."""
    outcomes = sorted((*filled.outcomes, *findings.listed), key=_place)
    suggestions = [each for each in outcomes if isinstance(each, Suggestion)]
    answers = [each for each in filled.completions if not each.cached]
    usages = [each.usage for each in answers if each.usage]
    shares: tuple[Share, ...] = ()
    if engine is not None:
        from fimbot.engines.fallback import shares_of

        shares = shares_of(engine, filled.completions)
    most = max(shares, key=lambda share: share.answers, default=None)
    return Report(
        engine=most.engine if most else None,
        model=most.model if most else None,
        outcomes=tuple(outcomes),
        files=findings.files,
        skipped_files=findings.skipped_files,
        withheld=filled.withheld,
        requests=filled.requests,
        usage=Usage(sum(u.prompt_tokens for u in usages), sum(u.completion_tokens for u in usages)),
        untold=len(answers) - len(usages),
        seconds=time.monotonic() - begun,
        patch=combined_patch(suggestions, findings.contents),
        problems=filled.problems,
        shares=shares,
        notices=filled.notices,
    )


def _place(outcome: Outcome) -> tuple[str, int]:
    return stub_of(outcome).path, stub_of(outcome).hole.start


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
    from fimbot.commands.run_size import RunSize
    from fimbot.engines.metered import prompt_tokens

    with session.blobs() as blobs:
        findings = find(session.repository, session.selection, blobs, session.settings)
        opened = _engine_to_show(session)
        engine = opened.engine
        asked: list[Asked] = []
        for each in ask(findings, blobs, engine, session.settings):
            stub = stub_of(each) if isinstance(each, Skip) else each.stub
            title = f"{place(stub)}  {one_line(stub.name)}"
            if isinstance(each, Skip):
                click.echo(f"=== {title}: skipped, {each.reason}")
                continue
            asked.append(each)
            first, *others = _shown_engines(engine)
            to = f"to {first}"
            tokens = prompt_tokens(engine, each.question)
            click.echo(f"=== {title}: {to}, about {tokens:,} tokens and {each.question.max_tokens:,} at most back")
            prompt, suffix = engine.render(each.question)
            click.echo(f"--- prompt\n{printable(prompt)}\n--- suffix\n{printable(suffix)}")
            for other in others:
                click.echo(f"--- where that one does not answer: the same to {other}")
            for kept in each.window.withheld:
                click.echo(f"--- withheld: {one_line(kept.path)}:{kept.line}: {kept.reason}")
    say(f"nothing was sent: {count(len(findings.wanted), 'stub')}; {RunSize.of(opened, asked).text()}")
    return 0


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
