"""The engines that there are. A new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from fimbot.errors import SettingsError
from fimbot.quota.values import Limits

# Named, not imported: httpx and the embedded runtime cost 100 ms each, and `fimbot scan` needs neither.
ENGINES: Mapping[str, str] = {
    "langdock": "fimbot.engines.langdock:open_langdock",
    "mistral": "fimbot.engines.mistral:open_mistral",
    "codestral": "fimbot.engines.mistral:open_codestral",
    "deepseek": "fimbot.engines.deepseek:open_deepseek",
    "llama.cpp": "fimbot.engines.llama_cpp:open_llama_cpp",
    "ollama": "fimbot.engines.ollama:open_ollama",
    "vllm": "fimbot.engines.openai_completions:open_vllm",
    "lmstudio": "fimbot.engines.openai_completions:open_lmstudio",
    "openai-completions": "fimbot.engines.openai_completions:open_openai_completions",
    "langdock-chat": "fimbot.engines.langdock:open_langdock_chat",
    "langdock-anthropic": "fimbot.engines.langdock:open_langdock_anthropic",
    "anthropic": "fimbot.engines.anthropic:open_anthropic",
    "openai": "fimbot.engines.openai:open_openai",
    "openrouter": "fimbot.engines.openai:open_openrouter",
    "openai-chat": "fimbot.engines.openai:open_openai_chat",
    "local": "fimbot.engines.local:open_local",
}

# As Langdock documents them, per workspace and model; what another server says of its own is believed.
LIMITS = Limits(requests=500, tokens=60_000)

# What has no model of its own name: the server is asked which it has.
SERVERS = frozenset({"llama.cpp", "ollama", "vllm", "lmstudio", "openai-completions"})
# Nobody counts what runs on one's own machines.
UNMETERED = SERVERS - {"openai-completions"} | {"local"}


def known(name: str) -> str:
    """Raises `SettingsError` for a name that is none."""
    if name in ENGINES:
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, ENGINES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "there are " + ", ".join(ENGINES)
    raise SettingsError(f"unknown engine {name!r}: {hint}")
