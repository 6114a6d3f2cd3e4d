"""`fimbot dismiss`: the hook says no more about a stub, as long as it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import click

from fimbot.apps.hook.kept import dismissal, read_kept, write_kept
from fimbot.changes import open_repository
from fimbot.cli.session import PATCHES, say
from fimbot.errors import UsageError
from fimbot.patches.store import keep, read_suggestions
from fimbot.reporters.style import count


@click.command(short_help="Keep a stub: the hook says no more about it.")
@click.argument("ids", nargs=-1, metavar="ID...", required=True)
def dismiss(ids: tuple[str, ...]) -> int:
    """Keeps stubs: the hook shows them no more, as long as their text stays as it is.

    The ids are those that the hook shows; the beginning of one will do.
    """
    repository = open_repository(Path.cwd())
    kept = read_kept(repository)
    patches = repository.git_path(PATCHES)
    stored = read_suggestions(patches)
    known = {each.id: dismissal(each.id, each.twins) for each in kept.shown}
    known |= {each.id: dismissal(each.stub_id, each.twins) for each in stored}
    chosen = [_chosen(wanted, known) for wanted in ids]
    # An id that is not known comes from `scan --format json` or another clone, without a number.
    write_kept(repository, kept.with_dismissed(known.get(each, each) for each in chosen))
    if stored:
        keep(patches, [each for each in stored if each.id not in chosen])
    say(f"{count(len(chosen), 'stub')} kept: not shown again until changed")
    return 0


def _chosen(wanted: str, known: Collection[str]) -> str:
    matches = sorted(each for each in known if each.startswith(wanted))
    if len(matches) > 1:
        raise UsageError(f"{wanted} names {len(matches)} stubs: {', '.join(matches)}")
    if not matches and re.fullmatch("[0-9a-f]{12}", wanted):
        return wanted
    if not matches:
        raise UsageError(f"no stub {wanted}: the hook shows the ids, and `fimbot scan --format json`")
    return matches[0]
