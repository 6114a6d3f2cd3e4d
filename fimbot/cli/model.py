"""`fimbot model`: the embedded model, for a machine without a key."""

from __future__ import annotations

import os
from pathlib import Path

import click

from fimbot.cli.session import progress_bar, say
from fimbot.errors import ModelError
from fimbot.model.known import EMBEDDED


@click.group(short_help="Get, find or remove the embedded model.")
def model() -> None:
    """The embedded model: Qwen2.5-Coder-1.5B, 1.1 GB, fetched once. No key and no network after that."""


@model.command()
def pull() -> int:
    """Fetches the model; goes on where an earlier attempt stopped, and verifies its SHA-256."""
    say(f"the model is at {pull_with_progress()}")
    return 0


@model.command()
def path() -> int:
    """Prints where the model is."""
    from fimbot.model.store import find_model, model_path

    found = find_model()
    if found is None:
        raise ModelError(f"no model at {model_path()}: get it with `fimbot model pull`")
    click.echo(found)
    return 0


@model.command()
def remove() -> int:
    """Removes the model, and what was fetched of it."""
    from fimbot.model.store import remove_model

    say(f"{remove_model() / 1e6:,.0f} MB removed")
    return 0


def pull_with_progress() -> Path:
    """Says what comes, and how far it is."""
    from fimbot.apps.model.download import open_client
    from fimbot.apps.model.index import configured_index
    from fimbot.apps.model.pull import pull_model
    from fimbot.model.store import find_model

    if (there := find_model()) is not None:
        return there
    say(f"getting the embedded model {EMBEDDED.name}, {EMBEDDED.size / 1e9:.1f} GB, once")
    messages: list[str] = []
    with progress_bar("fetching", quiet=False) as advance:

        def on_progress(done: int, total: int, message: str) -> None:
            if message and message not in messages:
                messages.append(message)
                say(message)
            advance(done, total)

        with open_client() as client:
            return pull_model(client, configured_index(os.environ, Path.home()), on_progress)
