"""Which models a server lists: where the list is, and what it says. Liberal: no two of them agree on a schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fimbot.apps.doctor.values import Model

# Beside the route that completes. DeepSeek's list is not below /beta.
_ROUTES = (
    ("/beta/completions", "/models"),
    ("/fim/completions", "/models"),
    ("/chat/completions", "/models"),
    ("/completions", "/models"),
    ("/messages", "/models"),
    ("/api/generate", "/api/tags"),
    ("/infill", "/v1/models"),
)
MOST = 2000
HOTTEST = 10


def models_path(path: str) -> str | None:
    for route, models in _ROUTES:
        if path.endswith(route):
            return path.removesuffix(route) + models
    return None


def read_models(body: bytes, quote: Callable[[str], str]) -> tuple[Model, ...] | None:
    """None for what is no list of models. `quote` cleans what will be shown."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        value = next((value[name] for name in ("data", "models") if isinstance(value.get(name), list)), None)
    if not isinstance(value, list):
        return None
    return tuple(
        Model(quote(name), _temperature(entry), _fills(entry))
        for entry in value[:MOST]
        if isinstance(entry, dict)
        for name in _names(entry)
    )


def _names(entry: dict[str, Any]) -> list[str]:
    """Mistral's "codestral-latest" is an alias of the model that it is today."""
    own = next((entry[name] for name in ("id", "name", "model") if isinstance(entry.get(name), str)), None)
    aliases = entry["aliases"] if isinstance(entry.get("aliases"), list) else []
    return list(dict.fromkeys(name for name in (own, *aliases) if isinstance(name, str)))


def _temperature(entry: dict[str, Any]) -> float | None:
    value = entry.get("default_model_temperature", entry.get("default_temperature"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= HOTTEST else None


def _fills(entry: dict[str, Any]) -> bool | None:
    can = entry.get("capabilities")
    value = can.get("completion_fim") if isinstance(can, dict) else None
    return value if isinstance(value, bool) else None
