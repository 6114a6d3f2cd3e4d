"""Settings from the command line, the environment and the files, each value with where it came from.

Command line > FIMBOT_* > fimbot.toml > [tool.fimbot] in pyproject.toml > the user's own file > defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fimbot.errors import SettingsError
from fimbot.settings.schema import USER_ONLY, kebab, read_setting, setting_named
from fimbot.settings.values import Settings

PREFIX = "FIMBOT_"
# With the prefix, and no setting.
NOT_SETTINGS = frozenset({"FIMBOT_API_KEY", "FIMBOT_GITHUB_TOKEN"})


ReadFile = Callable[[str], bytes | None]
"""A file at the top of the repository: in the working tree, the index or a commit. None where there is none."""


@dataclass(frozen=True, slots=True)
class Loaded:
    settings: Settings
    sources: Mapping[str, str]
    """Where each setting that is not a default came from: "FIMBOT_MODEL", "fimbot.toml"."""


def user_file() -> Path:
    from platformdirs import user_config_path

    return user_config_path("fimbot", appauthor=False) / "fimbot.toml"


def files_in(directory: Path) -> ReadFile:
    """Raises OSError where a file is there and cannot be read."""

    def read(name: str) -> bytes | None:
        try:
            return (directory / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    return read


def load_settings(
    command_line: Mapping[str, Any], environ: Mapping[str, str], repository: ReadFile | None, user: Path | None
) -> Loaded:
    """`command_line` holds only what was given; `repository` is None outside of one.

    Raises SettingsError: an unknown setting, a value out of range, a file that is no TOML, or a repository's file
    that sets what is the user's alone.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for source, settings in _layers(command_line, environ, repository, user):
        values |= settings
        sources |= dict.fromkeys(settings, source)
    environment = {name: f"{PREFIX}{name.upper()}" for name, source in sources.items() if source == "environment"}
    return Loaded(Settings(**values), sources | environment)


def _layers(
    command_line: Mapping[str, Any], environ: Mapping[str, str], repository: ReadFile | None, user: Path | None
) -> list[tuple[str, dict[str, Any]]]:
    """The weakest first."""
    layers: list[tuple[str, dict[str, Any]]] = []
    if user is not None:
        layers.append((str(user), _file(files_in(user.parent), user.name, str(user), of_user=True)))
    if repository is not None:
        pyproject = "pyproject.toml [tool.fimbot]"
        layers.append((pyproject, _file(repository, "pyproject.toml", pyproject, of_user=False)))
        layers.append(("fimbot.toml", _file(repository, "fimbot.toml", "fimbot.toml", of_user=False)))
    layers.append(("environment", _environment(environ)))
    layers.append(("command line", {k: read_setting(k, v, "command line") for k, v in command_line.items()}))
    return layers


def _file(read: ReadFile, file: str, source: str, *, of_user: bool) -> dict[str, Any]:
    table: Any = _toml(read, file, source)
    if file == "pyproject.toml":
        tools = table.get("tool", {})
        table = tools.get("fimbot", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(f"{source}: must be a table")
    settings: dict[str, Any] = {}
    for key, value in table.items():
        name = setting_named(key, source)
        if name in USER_ONLY and not of_user:
            raise SettingsError(
                f"{source}: {kebab(name)} may not be set in a repository, {USER_ONLY[name]}: "
                f"use {PREFIX}{name.upper()} or {user_file()}"
            )
        settings[name] = read_setting(name, value, source)
    return settings


def _toml(read: ReadFile, file: str, source: str) -> dict[str, Any]:
    try:
        content = read(file)
        if content is None:
            return {}
        import tomllib

        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number or a nesting beyond Python's limits
        if file == "pyproject.toml":
            return {}  # somebody else's file: its own tools complain about it
        raise SettingsError(f"{source}: no valid TOML: {error}") from None
    except OSError as error:
        raise SettingsError(f"{source}: cannot be read: {error.strerror}") from None


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key, value in environ.items():
        if key.startswith(PREFIX) and key not in NOT_SETTINGS and value:
            name = setting_named(key.removeprefix(PREFIX).lower(), key)
            settings[name] = read_setting(name, value, key)
    return settings
