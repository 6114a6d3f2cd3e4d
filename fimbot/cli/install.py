"""`fimbot install` and `fimbot uninstall`: git's own hooks, where no hook manager is used."""

from __future__ import annotations

from pathlib import Path

import click

from fimbot.apps.hook.scripts import HOOKS, install_script, remove_script
from fimbot.changes import Repository, open_repository
from fimbot.cli.session import say, shown_path
from fimbot.errors import UsageError

_which = click.option(
    "--hook-type",
    "hooks",
    multiple=True,
    type=click.Choice(list(HOOKS)),
    help="Which hook; may be given several times. pre-commit unless said otherwise.",
)


@click.command(short_help="Write Git hooks that run fimbot.")
@_which
def install(hooks: tuple[str, ...]) -> int:
    """Writes .git/hooks/pre-commit, which runs `fimbot hook`. A hook that is not fimbot's own is never overwritten."""
    repository = open_repository(Path.cwd())
    status, configured, _ = repository.status_of("config", "core.hooksPath")
    if not status:
        where = configured.decode("utf-8", "replace").strip()
        raise UsageError(
            f"core.hooksPath is {where!r}: those hooks are another tool's or shared, and are left alone; "
            "add the line `fimbot hook` to its pre-commit"
        )
    for hook in hooks or ("pre-commit",):
        path = _path(repository, hook)
        new = install_script(path, hook)
        say(f"{shown_path(path)} {'runs' if new else 'already runs'} `fimbot hook`")
    return 0


@click.command(short_help="Remove the Git hooks that install wrote.")
@_which
def uninstall(hooks: tuple[str, ...]) -> int:
    """Removes the hooks that `fimbot install` has written; all of them unless one is named."""
    repository = open_repository(Path.cwd())
    removed = [hook for hook in hooks or HOOKS if remove_script(_path(repository, hook))]
    say(f"removed: {', '.join(removed)}" if removed else "no hook of fimbot's is installed here")
    return 0


def _path(repository: Repository, hook: str) -> Path:
    return repository.shared_git_path(f"hooks/{hook}")
