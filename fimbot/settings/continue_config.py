"""The engine that somebody has set up for autocompletion in the editor extension Continue.

https://docs.continue.dev/reference (config.yaml) and https://docs.continue.dev/reference/json-reference (config.json,
which counts only where there is no config.yaml). It is somebody else's file: what cannot be used is told in one line.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fimbot.errors import SettingsError
from fimbot.settings.keys import NO_KEY, Key, checked_key

# A configuration with a hundred models is 20 KB; libyaml reads 200 KB in 50 ms.
MAX_BYTES = 200_000

# The same pattern as Continue's own.
_TEMPLATE = re.compile(r"\$\{\{\s*([^}\s]+)\s*\}\}")
# Continue takes comments in its JSON.
_STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Autocomplete:
    """One model of the configuration, its variables filled in."""

    source: str
    """For people: "~/.continue/config.json"."""
    provider: str
    model: str | None
    api_base: str | None
    key: Key


@dataclass(frozen=True, slots=True)
class Unusable:
    why: str
    """One line that begins with the file."""


def continue_directory(environ: Mapping[str, str]) -> Path | None:
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    named = environ.get("CONTINUE_GLOBAL_DIR")
    if named:
        return Path(named)
    return Path(home, ".continue") if home else None


def read_continue(environ: Mapping[str, str]) -> Iterator[Autocomplete | Unusable]:
    """The models for autocompletion, in the file's order. Nothing where Continue is not set up."""
    directory = continue_directory(environ)
    if directory is None:
        return
    for name, models_in in (("config.yaml", _of_yaml), ("config.json", _of_json)):
        path = directory / name
        source = f"~/.continue/{name}" if not environ.get("CONTINUE_GLOBAL_DIR") else str(path)
        try:
            text = _text(path)
            if text is None:
                continue
            for entry in models_in(text):
                yield _read(entry, source, _variables(directory, environ))
        except (SettingsError, ValueError) as error:
            yield Unusable(f"{source} is not used: {error}")
        return


def _text(path: Path) -> str | None:
    """None where there is none. Raises ValueError, with what is wrong in one line."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1000} KB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8") from None


def _of_json(text: str) -> list[dict[str, Any]]:
    try:
        config = json.loads(_STRING_OR_COMMENT.sub(lambda match: match[1] or " ", text))
    except (ValueError, RecursionError):  # the parser's own message may quote the line with the key
        raise ValueError("it is no valid JSON") from None
    models = config.get("tabAutocompleteModel") if isinstance(config, dict) else None
    if isinstance(models, dict):
        return [models]
    return [model for model in models if isinstance(model, dict)] if isinstance(models, list) else []


def _of_yaml(text: str) -> list[dict[str, Any]]:
    import yaml

    # libyaml's reader is ten times as fast; both build plain values only.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        config = yaml.load(text, loader)  # noqa: S506 - either is a safe loader
    # What does not fit a tag (!!bool, !!timestamp) is told by whatever PyYAML's constructor stumbles over; the texts of
    # such errors hold the value, which may be a key.
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        raise ValueError("it is no valid YAML") from None
    models = config.get("models") if isinstance(config, dict) else None
    found = [model for model in models if isinstance(model, dict)] if isinstance(models, list) else []
    return [model for model in found if _is_for_autocomplete(model)]


def _is_for_autocomplete(model: Mapping[str, Any]) -> bool:
    """A block of Continue's Hub (`uses`) may be given the role in what it overrides."""
    override = model.get("override")
    entries = [model, override] if isinstance(override, dict) else [model]
    return any(isinstance(roles := entry.get("roles"), list) and "autocomplete" in roles for entry in entries)


def _read(entry: Mapping[str, Any], source: str, variable: Callable[[str], str | None]) -> Autocomplete | Unusable:
    if "uses" in entry:
        return Unusable(f"{source} is not used: its model for autocompletion is a block of Continue's Hub, see `uses`")
    values: dict[str, str] = {}
    for name in ("provider", "model", "apiBase", "apiKey"):
        value = entry.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            return Unusable(f"{source} is not used: {name} is no text")
        filled, missing = _filled(value, variable)
        if missing:
            where = "neither in the .env beside it nor in the environment"
            return Unusable(f"{source} is not used: {name} is ${{{{ {missing} }}}}, which is {where}")
        values[name] = filled.strip()
    if not values.get("provider"):
        return Unusable(f"{source} is not used: its model for autocompletion has no provider")
    try:
        key = checked_key(values["apiKey"], source) if values.get("apiKey") else NO_KEY
    except SettingsError as error:
        return Unusable(f"{source} is not used: {str(error).removeprefix(f'{source} ')}")
    return Autocomplete(source, values["provider"], values.get("model"), values.get("apiBase"), key)


def _filled(value: str, variable: Callable[[str], str | None]) -> tuple[str, str]:
    """The text with its variables, and the first that has no value."""
    missing = ""

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        kind, _, name = match[1].rpartition(".")
        # `inputs` and the secrets of an organisation are kept by Continue's own service, which only it may ask.
        found = variable(name) if kind in ("secrets", "env") else None
        missing = missing or ("" if found else match[1])
        return found or ""

    return _TEMPLATE.sub(fill, value), missing


def _variables(directory: Path, environ: Mapping[str, str]) -> Callable[[str], str | None]:
    """As Continue looks: its own .env, then the environment. Not the .env of a workspace: a repository could name the
    key's value, but worse, the host in apiBase."""

    def variable(name: str) -> str | None:
        from dotenv import dotenv_values

        text = _text(directory / ".env")
        own = dotenv_values(stream=io.StringIO(text), interpolate=False) if text else {}
        return own.get(name) or environ.get(name)

    return variable
