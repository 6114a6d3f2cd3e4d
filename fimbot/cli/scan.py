"""`fimbot scan`: the stubs of a change, offline."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import get_args

import click

from fimbot.cli import options
from fimbot.cli.output import write_report
from fimbot.cli.session import file_counter, mention_untracked, open_session, style_of
from fimbot.values import Kind, Report, stub_of


@click.command(cls=options.ChangeCommand, short_help="List the stubs of a change, offline.")
@options.change
@options.listing
def scan(
    words: tuple[str, ...],
    staged: bool,
    all_files: bool,
    kinds: str | None,
    format_: str,
    exit_code: bool,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Lists the stubs of a change; no engine is asked, nothing is written.

    REVISION is what `git diff` takes. Without one: the staged change if there is one, else the working tree.
    """
    from fimbot.pipeline import find

    if format_ == "patch":
        raise click.UsageError("a scan has no patches: --format text, json, sarif or rdjson")
    begun = time.monotonic()
    session = open_session(words, staged, all_files, options.given(kinds=kinds))
    # A scan lists every kind unless it is told which.
    settings = session.settings if kinds else replace(session.settings, kinds=get_args(Kind))
    with session.blobs() as blobs, file_counter(quiet=quiet) as progress:
        findings = find(session.repository, session.selection, blobs, settings, progress)
    # Without words the answer may come from the quick way, which has no time for another git process.
    if words and not findings.scanned:
        mention_untracked(session, quiet=quiet)
    outcomes = sorted((*findings.wanted, *findings.listed), key=lambda o: (stub_of(o).path, stub_of(o).hole.start))
    if kinds:
        outcomes = [outcome for outcome in outcomes if stub_of(outcome).kind in settings.kinds]
    report = Report(
        engine=None,
        model=None,
        outcomes=tuple(outcomes),
        files=findings.scanned,
        skipped_files=findings.skipped_files,
        seconds=time.monotonic() - begun,
    )
    write_report(report, format_, "-", style_of(session.repository, color, verbose=verbose, quiet=quiet))
    return int(exit_code and any(stub_of(outcome).tier != "report" for outcome in outcomes))
