"""`fimbot apply`: take suggestions over into the working tree or the index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from fimbot.changes import Repository, Selection, open_blobs, open_repository
from fimbot.cli.session import PATCHES, say
from fimbot.errors import FimbotError, UsageError
from fimbot.patches.apply import apply_stored, changes_of, choose, left_after
from fimbot.patches.replace import replace_files
from fimbot.patches.store import Stored, keep, read_suggestions, stored_of
from fimbot.reporters.style import count, one_line
from fimbot.values import SkippedFile, Suggestion

# A file that a suggestion was made for was read before: it was small enough then.
_NO_LIMIT = 1 << 30


def _ids(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    try:
        repository = open_repository(Path.cwd())
        stored = read_suggestions(repository.git_path(PATCHES))
    except FimbotError:
        return []
    return [CompletionItem(each.id, help=each.name) for each in stored if each.id.startswith(incomplete)]


@click.command(short_help="Apply written suggestions.")
@click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=_ids)
@click.option("--list", "list_", is_flag=True, help="Show what there is to apply.")
@click.option("--all", "all_", is_flag=True, help="Apply all of them.")
@click.option("--cached", is_flag=True, help="Apply to the index, and leave the working tree alone.")
def apply(ids: tuple[str, ...], list_: bool, all_: bool, cached: bool) -> int:
    """Applies suggestions of the last run by their ids, all or nothing.

    A stub that has been changed or filled in the meantime is never overwritten.
    """
    repository = open_repository(Path.cwd())
    stored = read_suggestions(repository.git_path(PATCHES))
    if list_:
        for each in stored:
            click.echo(f"{one_line(each.id)}  {one_line(each.path)}:{each.start_line}  {one_line(each.name)}")
        return 0
    if bool(ids) == all_:
        raise UsageError("say which: ids, or --all; `fimbot apply --list` shows them")
    if not stored:
        raise UsageError("there is nothing to apply; `fimbot suggest` comes first")
    chosen = stored if all_ else choose(stored, ids)
    _apply(repository, chosen, cached=cached)
    say(f"applied {count(len(chosen), 'suggestion')} to the {'index' if cached else 'working tree'}")
    return 0


def apply_suggestions(repository: Repository, suggestions: Sequence[Suggestion]) -> None:
    """For `suggest --apply`."""
    _apply(repository, [stored_of(each) for each in suggestions], cached=False)


def _apply(repository: Repository, chosen: Sequence[Stored], *, cached: bool) -> None:
    # "All files" without a revision is the working tree, or the index where staged.
    selection = Selection(staged=cached, all_files=True)
    with open_blobs(repository, selection, max_file_bytes=_NO_LIMIT) as blobs:

        def read(path: str) -> bytes | None:
            content = blobs.read_path(path)
            return None if isinstance(content, SkippedFile) else content

        def git_apply(patch: bytes) -> str | None:
            status, _, message = repository.status_of("apply", "--whitespace=nowarn", "--cached", "-", input=patch)
            return message.strip().replace("\n", "; ") if status else None

        if cached:
            apply_stored(chosen, read, git_apply)
            return
        changes = changes_of(chosen, read)
        replace_files(repository.root, changes)
    directory = repository.git_path(PATCHES)
    stored = read_suggestions(directory)
    if stored:  # else nothing was written, as in the demo
        keep(directory, left_after(stored, chosen, {path: change.before for path, change in changes.items()}))
