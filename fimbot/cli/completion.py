"""`fimbot completion`: what a shell needs in order to complete commands, options, revisions and ids."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Prints a script for the shell's start-up file.

    \b
    bash   eval "$(fimbot completion bash)"                              in ~/.bashrc
    zsh    eval "$(fimbot completion zsh)"                               in ~/.zshrc
    fish   fimbot completion fish > ~/.config/fish/completions/fimbot.fish
    """
    from fimbot.cli.main import cli

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(complete(cli, {}, "fimbot", "_FIMBOT_COMPLETE").source())
    return 0
