"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click
from click.shell_completion import CompletionItem

from fimbot.values import Kind

Command = TypeVar("Command", bound=Callable[..., Any])


def _revisions(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For the shell's completion: branches and tags, then files."""
    import subprocess

    done = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"],
        capture_output=True,
        check=False,
    )
    names = ["HEAD", "HEAD~1", *done.stdout.decode("utf-8", "replace").split("\n")]
    found = [CompletionItem(name) for name in names if name and name.startswith(incomplete)]
    return [*found, CompletionItem(incomplete, type="file")]


def _engines(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from fimbot.engines.table import ENGINES

    before, comma, last = incomplete.rpartition(",")
    return [CompletionItem(f"{before}{comma}{name}") for name in ENGINES if name.startswith(last)]


def _stacked(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


class ChangeCommand(click.Command):
    """Keeps `--` among the words, as git does: what follows it is a path even where a revision has that name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            args.insert(args.index("--"), "--")
        return super().parse_args(ctx, args)


change = _stacked(
    click.argument(
        "words", nargs=-1, metavar="[REVISION] [PATH]...", shell_complete=_revisions, type=click.UNPROCESSED
    ),
    click.option("--staged", is_flag=True, help="Read the index, also where nothing would be staged."),
    click.option("--all", "all_files", is_flag=True, help="Whole files instead of a change."),
)

listing = _stacked(
    click.option("--kinds", metavar="KIND,...", help=f"Which stubs: {', '.join(get_args(Kind))}."),
    click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json", "patch", "sarif", "rdjson"]),
        default="text",
        help="How it is reported.",
    ),
    click.option("--exit-code", is_flag=True, help="Exit with 1 when there is something to look at."),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no totals."),
    click.option("-v", "--verbose", is_flag=True, help="Also what is reported only, and what is exempt and why."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours (NO_COLOR)."),
)

engine = click.option(
    "--engine",
    metavar="NAME,...",
    help=(
        "langdock, mistral, codestral, deepseek, llama.cpp, ollama, vllm, lmstudio, openai, anthropic, local ...; "
        "the next where one is down or lacks the model."
    ),
    shell_complete=_engines,
)

asking = _stacked(
    engine,
    click.option("--model", metavar="NAME", help="The engine's model; for local, a .gguf file."),
    click.option("--base-url", metavar="URL", help="Where the engine is; the key goes there."),
    click.option("--max-suggestions", metavar="N", help="At most so many."),
    click.option("--deadline", metavar="SECONDS", help="For everything the engine is asked."),
    click.option("--no-cache", is_flag=True, help="Ask again what was answered before."),
)


def given(**options: Any) -> dict[str, Any]:
    """Those that were given on the command line, for `load_settings`."""
    return {name: value for name, value in options.items() if value is not None and value is not False}
