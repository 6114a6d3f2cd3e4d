"""Which of an Ollama's models fill in. Without any HTTP: whoever asks hands the answers over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fimbot.engines.fim_tokens import family_of

# Each costs a request; whoever has more sets `model`.
MOST_ASKED = 8
DEFAULT_PORT = 11434


def host_url(value: str) -> str:
    """What OLLAMA_HOST means to a client, as Ollama's own reads it: a host, a port or a URL."""
    text = value.strip().strip("\"'").strip()
    if not text:
        return f"http://127.0.0.1:{DEFAULT_PORT}"
    scheme, has_scheme, rest = text.rpartition("://")
    scheme, rest = scheme or "http", rest.rstrip("/")
    place, slash, path = rest.partition("/")
    host, colon, port = place.rpartition(":")
    if not colon or not (port.isdigit() or not port) or (":" in host and not host.endswith("]")):
        host, port = place, ""
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    # Where it listens on every interface, it is spoken to on this machine.
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104
    port = port or {"http": "80", "https": "443"}.get(scheme, "") if has_scheme else port or str(DEFAULT_PORT)
    return f"{scheme}://{host}:{port}{slash}{path}"


def choose(models: Sequence[str], show: Callable[[str], Mapping[str, Any]]) -> str | None:
    """The first that takes a suffix, those of known families before the others. `show`: what /api/show tells."""
    known = [model for model in models if family_of(model) is not None]
    rest = [model for model in models if family_of(model) is None]
    return next((model for model in [*known, *rest][:MOST_ASKED] if takes_suffix(show(model))), None)


def takes_suffix(shown: Mapping[str, Any]) -> bool:
    """Servers since 0.6.4 tell it; before that, it is in the template that the server goes by itself."""
    capabilities = shown.get("capabilities")
    if isinstance(capabilities, list):
        return "insert" in capabilities
    template = shown.get("template")
    return isinstance(template, str) and ".Suffix" in template
