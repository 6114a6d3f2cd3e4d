"""`fimbot config show`: each value, and where it came from."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from fimbot.changes import open_repository
from fimbot.errors import GitError
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, KEY_NAMES
from fimbot.settings.load import files_in, load_settings, user_file
from fimbot.settings.schema import SECRET, kebab


@click.group(short_help="Show the settings in force.")
def config() -> None:
    """The settings, from the command line down to the defaults."""


@config.command()
def show() -> int:
    """Shows each value and where it came from; of keys only that they are there."""
    try:
        files = files_in(open_repository(Path.cwd()).root)
    except GitError:
        files = None
    loaded = load_settings({}, os.environ, files, user_file())
    for field in fields(loaded.settings):
        value = getattr(loaded.settings, field.name)
        shown = _host(value) if field.name in SECRET and value else _shown(value)
        click.echo(f"{kebab(field.name)} = {shown}  # {loaded.sources.get(field.name, 'default')}")
    for name in (*KEY_NAMES.values(), *CHAT_KEY_NAMES.values(), ANY_ENGINE):
        if os.environ.get(name):
            click.echo(f"# {name} is set")
    click.echo(f"# the user's own file: {user_file()}")
    return 0


def _host(url: str) -> str:
    """Of a URL that may hold a password in any of its parts."""
    try:
        parts = urlsplit(url)
        return f'"{parts.scheme}://{parts.hostname}:{parts.port or 6379}"'
    except ValueError:
        return "(set)"


def _shown(value: Any) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(each) for each in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    # No setting takes a password, but a URL may have been given with one.
    return f'"{re.sub("//[^/]*@", "//***@", value)}"' if isinstance(value, str) else str(value)
