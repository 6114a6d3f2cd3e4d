"""An engine that was set up in Continue, as one of fimbot's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from fimbot.engines.protocol import Outside
from fimbot.settings.continue_config import Autocomplete
from fimbot.settings.keys import Key, OnlyKey
from fimbot.settings.values import Settings

# The providers that speak one protocol wherever they are. `mistral` and `openai` depend on the host.
PROVIDERS: Mapping[str, str] = {
    "anthropic": "anthropic",
    "deepseek": "deepseek",
    "llama.cpp": "llama.cpp",
    "lmstudio": "lmstudio",
    "ollama": "ollama",
    "openrouter": "openrouter",
    "vllm": "vllm",
}
# {deployment}/api/public/mistral/eu/v1 is a deployment of Langdock's as well.
_LANGDOCK_ROUTE = re.compile(r"/mistral/[a-z0-9-]+(/|$)")
# By its regions: other hosts have an /openai as well.
_LANGDOCK_CHAT_ROUTE = re.compile(r"/openai/(eu|us|global|ch)(/|$)")
# The model that Continue asks the server for.
_ANY_MODEL = "AUTODETECT"


@dataclass(frozen=True, slots=True)
class TakenOver:
    engine: str
    """A name that may or may not be in the table."""
    source: str
    model: str | None
    base_url: str | None
    key: Key

    def apply(self, settings: Settings, outside: Outside) -> tuple[Settings, Outside]:
        """What an engine's factory is given: the host of the file, its key, and no other key."""
        own = replace(settings, model=settings.model or self.model, base_url=self.base_url, api_key_command=())
        return own, replace(outside, environ=OnlyKey(outside.environ, self.engine, self.key))


def take_over(found: Autocomplete) -> TakenOver | None:
    """None for a provider that none of fimbot's engines could be."""
    host, path = _address(found.api_base)
    match found.provider:
        case "mistral":
            engine = "codestral" if host == "codestral.mistral.ai" else "mistral"
            if _LANGDOCK_ROUTE.search(path):
                engine = "langdock"
        case "openai":
            engine = "openai" if host in ("", "api.openai.com") else "openai-completions"
            if _LANGDOCK_CHAT_ROUTE.search(path):
                engine = "langdock-chat"
        case provider if provider in PROVIDERS:
            engine = PROVIDERS[provider]
        case _:
            return None
    model = None if found.model == _ANY_MODEL else found.model
    return TakenOver(engine, found.source, model, found.api_base, found.key)


def _address(url: str | None) -> tuple[str, str]:
    try:
        parts = urlsplit(url or "")
        return parts.hostname or "", parts.path
    except ValueError:
        return "", ""
