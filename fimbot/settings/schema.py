"""What each setting may be: the one table behind the files, the environment and the command line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args

from fimbot.errors import SettingsError
from fimbot.settings.values import Mode, ReviewMode, Settings
from fimbot.values import Kind, Tier

Read = Callable[[Any], Any]
"""From a TOML value, or a string of the environment, to the setting's value; ValueError says what it may be."""


LARGEST = 2**53
"""What every reader of JSON takes exactly; git takes no number beyond 2**63."""


def _text(value: Any) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value.strip()
    raise ValueError("a text")


def _whole(minimum: int) -> Read:
    def read(value: Any) -> int:
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if isinstance(number, int) and number > LARGEST:
            raise ValueError("a smaller number")
        if isinstance(number, int) and not isinstance(number, bool) and number >= minimum:
            return number
        raise ValueError(f"a whole number, {minimum} or more")

    return read


def _number(minimum: float, maximum: float) -> Read:
    def read(value: Any) -> float:
        try:
            number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if minimum <= number <= maximum:
            return number
        raise ValueError(f"a number from {minimum:g} to {maximum:g}" if maximum < math.inf else "a number of seconds")

    return read


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("1", "true", "yes", "on"):
        return True
    if isinstance(value, str) and value.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("true or false")


def _patterns(value: Any) -> tuple[str, ...]:
    """For git's command line, which no NUL can be in."""
    patterns = _texts(value)
    if any("\0" in pattern for pattern in patterns):
        raise ValueError("a list of texts without NUL")
    return patterns


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) and part for part in value):
        return tuple(value)
    raise ValueError("a list of texts")


def _names(value: Any) -> tuple[str, ...]:
    names = _texts([_text(value)] if isinstance(value, str) and "," not in value else value)
    if names and all(name.isprintable() for name in names):
        return names
    raise ValueError("a name, or a list of names")


def _words(value: Any) -> tuple[str, ...]:
    """A command, one text an argument. A single text is a program without arguments: nothing is split by a shell."""
    return (value,) if isinstance(value, str) and value else _texts(value)


def _some_of(choices: tuple[str, ...]) -> Read:
    def read(value: Any) -> tuple[str, ...]:
        chosen = _texts(value)
        if chosen and all(choice in choices for choice in chosen):
            return chosen
        raise ValueError("some of " + ", ".join(choices))

    return read


def _one_of(choices: tuple[str, ...]) -> Read:
    def read(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ValueError(" or ".join(choices))

    return read


def _redis(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"rediss?://[!-~]+", value.strip()):
        return value.strip()
    raise ValueError("redis:// or rediss:// and a host")


READ: dict[str, Read] = {
    "engine": _names,
    "model": _text,
    "base_url": _text,
    "region": _text,
    "api_key_command": _words,
    "temperature": _number(0, 1.5),
    "top_p": _number(0, 1),
    "max_tokens": _whole(1),
    "min_tokens": _whole(0),
    "stop": _texts,
    "random_seed": _whole(0),
    "window_tokens": _whole(64),
    "concurrency": _whole(1),
    "rpm": _whole(1),
    "tpm": _whole(1),
    "quota_store": _redis,
    "deadline": _number(0.1, math.inf),
    "mode": _one_of(get_args(Mode)),
    "hook_deadline": _number(0.1, math.inf),
    "background": _flag,
    "kinds": _some_of(get_args(Kind)),
    "tiers": _some_of(get_args(Tier)),
    "max_suggestions": _whole(1),
    "exclude": _patterns,
    "max_file_bytes": _whole(1),
    "cache": _flag,
    "review_mode": _one_of(get_args(ReviewMode)),
    "skip_drafts": _flag,
    "skip_bots": _flag,
    "skip_generated": _flag,
    "require_label": _text,
}

USER_ONLY: dict[str, str] = {
    "base_url": "where the key goes is the user's to say",
    "api_key_command": "a repository may not start programs",
    "quota_store": "it names a host and may hold a password",
}
"""Settings that a file of the repository being worked on may not set, and why."""

SECRET = frozenset({"quota_store"})
"""Settings whose value is not quoted."""

NAMES = tuple(field.name for field in fields(Settings))


def read_setting(name: str, value: Any, source: str) -> Any:
    """Raises SettingsError: one line that says what it may be and where it stands."""
    try:
        return READ[name](value)
    except ValueError as error:
        given = "" if name in SECRET else f", not {_shown(value)}"
        raise SettingsError(f"{source}: {kebab(name)} must be {error}{given}") from None


def _shown(value: Any) -> str:
    try:
        shown = repr(value)
    except ValueError:  # an integer of more digits than Python converts
        return "a number of thousands of digits"
    return shown if len(shown) <= 100 else f"{shown[:100]}…"


def setting_named(key: str, source: str) -> str:
    """The name of the setting that a file's key means. Raises SettingsError for an unknown one."""
    name = key.replace("-", "_")
    if name in NAMES:
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, NAMES, n=1)
    hint = f"did you mean {kebab(near[0])}?" if near else f"there are {', '.join(map(kebab, NAMES))}"
    raise SettingsError(f"{source}: unknown setting {key!r}: {hint}")


def kebab(name: str) -> str:
    return name.replace("_", "-")
