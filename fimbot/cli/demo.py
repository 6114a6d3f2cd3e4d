"""`fimbot demo`: the whole job on a small repository that it makes, embedded model and all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from fimbot.cli import options
from fimbot.cli.apply import apply_suggestions
from fimbot.cli.model import pull_with_progress
from fimbot.cli.output import write_report
from fimbot.cli.session import open_session, say, style_of
from fimbot.cli.suggest import run_suggest
from fimbot.engines.choose import choose_engine
from fimbot.errors import FimbotError, SettingsError
from fimbot.reporters.style import Style, one_line
from fimbot.settings.schema import read_setting
from fimbot.settings.values import Settings
from fimbot.values import Report


@click.command(short_help="See the whole job on a small repository.")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--engine", metavar="NAME", help="Another engine than the first that is ready.")
@click.option("--model", metavar="NAME", help="The engine's model; for local, a .gguf file.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours (NO_COLOR).")
def demo(directory: Path | None, engine: str | None, model: str | None, color: str) -> int:
    """Makes a small repository with stubs in three languages and tests beside them, fills the stubs, shows the
    patches, applies them, and runs the tests.

    Uses the engine whose key is in the environment, else the embedded model, which is fetched when it is not there.
    """
    from fimbot.apps.demo.make import make_demo_repository

    _get_engine(engine, model)
    root = make_demo_repository(directory or Path(tempfile.mkdtemp(prefix="fimbot-demo-")), os.environ)
    say(f"a repository with stubs is in {root}")
    say("fimbot suggest HEAD~1")
    session = open_session(["HEAD~1"], False, False, options.given(engine=engine, model=model), at=root)
    run = run_suggest(session, quiet=False)
    style = style_of(session.repository, color, verbose=False, quiet=False)
    write_report(run.report, "text", "-", style)
    for problem in (*run.report.notices, *run.report.problems):
        say(problem)
    if not run.suggestions:
        return FimbotError.exit_status
    say("fimbot apply --all")
    apply_suggestions(session.repository, run.suggestions)
    say("and what the tests beside the stubs say:")
    _run_tests(root, run.report, style)
    click.echo(f"see for yourself: cd {root} && git diff")
    return 0


def _get_engine(engine: str | None, model: str | None) -> None:
    """The embedded model is fetched only where nothing else is ready."""
    try:
        wanted = engine or os.environ.get("FIMBOT_ENGINE")
        names = read_setting("engine", wanted, "--engine") if wanted else ()
        chosen = choose_engine(Settings(engine=names), os.environ).name
    except SettingsError:
        if engine is not None:
            raise
        chosen = "local"
    if chosen == "local" and model is None:
        from fimbot.model.store import find_model

        if find_model() is None:
            pull_with_progress()


def _run_tests(root: Path, report: Report, style: Style) -> None:
    from fimbot.apps.demo.check import run_demo_tests

    results = run_demo_tests(root)
    for result in results:
        sign, colour = {True: ("pass", "green"), False: ("FAIL", "red"), None: ("----", "dim")}[result.passed]
        task = f"{result.task.path}: {result.task.name}"
        click.echo(f"{style.paint(sign, colour)}  {task}: {one_line(result.why)}")
    ran = [result for result in results if result.passed is not None]
    passed = sum(result.passed is True for result in ran)
    click.echo(
        f"{passed} of {len(ran)} stubs pass their tests with {report.engine} ({report.model}): read before you commit"
    )
