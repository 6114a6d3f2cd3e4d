"""The commands by name, and what becomes of errors."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from fimbot import __version__
from fimbot.errors import FimbotError

# Named, not imported: each command imports what it needs when it runs.
COMMANDS = {
    "suggest": "fimbot.commands.suggest:suggest",
    "scan": "fimbot.commands.scan:scan",
    "apply": "fimbot.commands.apply:apply",
    "model": "fimbot.commands.model:model",
    "config": "fimbot.commands.config:config",
    "demo": "fimbot.commands.demo:demo",
    "completion": "fimbot.commands.completion:completion",
}

INTERRUPTED = 130


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`fimbot --help` lists them"
            ctx.fail(f"no command {args[0]!r}: {hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fimbot", message="%(prog)s %(version)s")
def cli() -> None:
    """Finds TODO stubs and empty bodies in a Git change, and fills them with a fill-in-the-middle model.

    \b
    fimbot suggest HEAD~1     fill the stubs that the last commit brought
    fimbot scan               list the stubs of the staged change, offline
    fimbot apply --all        take the suggestions over
    fimbot demo               see the whole job on a small repository
    """


def run(arguments: Sequence[str]) -> int:
    """Runs the command line; the exit status. Every error ends here, in one line."""
    try:
        status = cli.main(list(arguments), prog_name="fimbot", standalone_mode=False)
        _flush()
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("fimbot: interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        click.echo(f"fimbot: {error.format_message()}", err=True)
        return error.exit_code
    except FimbotError as error:
        click.echo(f"fimbot: {error}", err=True)
        return error.exit_status
    except BrokenPipeError:
        # Whoever read it has seen enough (`| head`): https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        click.echo(f"fimbot: {type(error).__name__}, which should not have happened: {_log(error)}", err=True)
        return FimbotError.exit_status


def _flush() -> None:
    sys.stdout.flush()


def _log(error: BaseException) -> str:
    """Writes the traceback, which shows code lines but no values, so no key."""
    from datetime import UTC, datetime

    from platformdirs import user_log_path

    trace = "".join(traceback.format_exception(error))
    try:
        path: Path = user_log_path("fimbot", appauthor=False) / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"fimbot {__version__}, Python {sys.version}, {sys.platform}\n{trace}", encoding="utf-8")
    except OSError:
        return trace
    return f"the details are in {path}"
