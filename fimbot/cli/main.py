"""The commands by name, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from fimbot import __version__
from fimbot.errors import FimbotError
from fimbot.reporters.style import one_line, printable

# Named, not imported: each command imports what it needs when it runs.
COMMANDS = {
    "suggest": "fimbot.cli.suggest:suggest",
    "scan": "fimbot.cli.scan:scan",
    "apply": "fimbot.cli.apply:apply",
    "hook": "fimbot.cli.hook:hook",
    "dismiss": "fimbot.cli.dismiss:dismiss",
    "install": "fimbot.cli.install:install",
    "uninstall": "fimbot.cli.install:uninstall",
    "review": "fimbot.cli.review:review",
    "serve": "fimbot.cli.serve:serve",
    "model": "fimbot.cli.model:model",
    "doctor": "fimbot.cli.doctor:doctor",
    "config": "fimbot.cli.config:config",
    "demo": "fimbot.cli.demo:demo",
    "completion": "fimbot.cli.completion:completion",
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
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

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


def run(arguments: Sequence[str], begun: float | None = None) -> int:
    """Runs the command line; the exit status. Every error ends here, in one line.

    `begun`: when the process did, by the monotonic clock; the hook's deadline counts from there.
    """
    try:
        return _status(cli.main(list(arguments), prog_name="fimbot", standalone_mode=False, obj=begun))
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _told("interrupted", INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return _told(error.format_message(), error.exit_code)
    except FimbotError as error:
        return _told(one_line(str(error)), error.exit_status)
    except BrokenPipeError:
        return 0  # whoever read it has seen enough (`| head`)
    except Exception as error:
        return _told(
            f"{type(error).__name__}, which should not have happened: {log_unexpected(error)}", FimbotError.exit_status
        )
    finally:
        _flush_or_forget()


def _status(result: object) -> int:
    return result if isinstance(result, int) else 0


def _told(message: str, status: int) -> int:
    # Names of files and what a server or git said are in it.
    click.echo(f"fimbot: {printable(message)}", err=True)
    return status


def _flush_or_forget() -> None:
    """What cannot be written (pipe closed, disk full) has been told by now; the interpreter would tell it again.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def log_unexpected(error: BaseException) -> str:
    """Where it was written: the traceback, which shows code lines but no values, so no key."""
    import traceback
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
