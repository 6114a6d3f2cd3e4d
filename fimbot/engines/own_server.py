"""What servers of one's own have in common: a key that may be missing, plain HTTP at home, models to choose from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from fimbot.engines.fim_tokens import FAMILIES, code_model
from fimbot.engines.http import SILENCE_SECONDS_OF_OWN, Channel, Incoming, endpoint
from fimbot.engines.protocol import Outside
from fimbot.errors import EngineRefused, EngineUnavailable
from fimbot.settings.keys import Key, find_key_if_any
from fimbot.settings.values import Settings
from fimbot.values import Deadline

# A list is quick to tell, also where a model is still being loaded.
LIST_SECONDS = 5.0
# As many names as fit into one line.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class OwnServer:
    name: str
    base_url: str
    key: Key
    settings: Settings
    outside: Outside

    @classmethod
    def of(cls, name: str, settings: Settings, outside: Outside, default_url: str) -> OwnServer:
        """Raises `SettingsError` for a key that is none. `api-key-command` is asked for HTTPS only: it may be set for
        another engine, and what runs on this machine or at home seldom asks for a key."""
        base_url = settings.base_url or default_url
        command = settings.api_key_command if base_url.strip().lower().startswith("https://") else ()
        return cls(name, base_url, find_key_if_any(name, outside.environ, command), settings, outside)

    def url(self, route: str) -> httpx.URL:
        return endpoint(self.base_url, route, keyed=bool(self.key))

    def channel(self, route: str, model: str, *, hasty: bool = False) -> Channel:
        outside = replace(self.outside, hasty=self.outside.hasty or hasty)
        return Channel.of(self.url(route), self.key, model, outside, silence=SILENCE_SECONDS_OF_OWN)

    def listed(self, route: str) -> tuple[str, ...]:
        """The server's models, as OpenAI's and Ollama's lists name them. Raises `EngineError`."""
        channel = self.channel(route, "(any)", hasty=True)
        try:
            value, _ = channel.get(self.url(route).path, read_object, Deadline.after(LIST_SECONDS))
        finally:
            channel.close()
        return model_names(value)

    def model(self, route: str, choose: Callable[[Sequence[str]], str | None] = code_model) -> str:
        """The setting, or one that the server has. Raises `EngineError`: unreachable, or none known to fill in."""
        if self.settings.model is not None:
            return self.settings.model
        try:
            models = self.listed(route)
        except EngineUnavailable as error:
            error.args = (f"{error}; start the server there, or set base-url to where it is",)
            raise
        chosen = choose(models)
        if chosen is None:
            raise EngineRefused(f"{self.url(route).netloc.decode('ascii')}: {_none_of(models)}")
        return chosen


def read_object(incoming: Incoming) -> dict[str, Any]:
    body = b"".join(incoming.chunks())
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise EngineUnavailable(f"the answer is {incoming.content_type or 'of no known type'}, not JSON")
    return value


def model_names(value: dict[str, Any]) -> tuple[str, ...]:
    """OpenAI's {data: [{id}]}, Ollama's {models: [{name}]}. Names that could not be shown are passed over."""
    entries = value.get("data") or value.get("models")
    listed = entries if isinstance(entries, list) else []
    found = [entry.get("id") or entry.get("name") for entry in listed if isinstance(entry, dict)]
    return tuple(name for name in found if isinstance(name, str) and name.isprintable())


def _none_of(models: Sequence[str]) -> str:
    if not models:
        return "it has no model; get one that fills in, such as qwen2.5-coder"
    shown = ", ".join(models[:_NAMED]) + (", ..." if len(models) > _NAMED else "")
    names = ", ".join(family.name for family in FAMILIES)
    return f"none of its models ({shown}) is known to fill in ({names}); set model"
