"""GitHub Models, with the token that a workflow has anyway: https://docs.github.com/en/rest/models/inference

GitHub has retired the service on 30 July 2026 for everybody
(https://github.blog/changelog/2026-07-01-github-models-is-being-fully-retired-on-july-30-2026/), so what is left to see
there may be nothing but refusals: nobody's job fails for one where the engine is only the default.
"""

from __future__ import annotations

import httpx

from fimbot.engines.chat.engine import ChatEngine
from fimbot.engines.http import endpoint, is_loopback
from fimbot.engines.openai import WIRE, open_chat
from fimbot.engines.protocol import Outside
from fimbot.errors import SettingsError
from fimbot.settings.keys import GITHUB_TOKENS, find_token
from fimbot.settings.values import Settings

BASE_URL = "https://models.github.ai/inference"
# Of the tier "low", which has the larger limits.
MODEL = "openai/gpt-4.1-mini"


def open_github_models(settings: Settings, outside: Outside) -> ChatEngine:
    """Raises `SettingsError` for no token, or a base-url elsewhere: this token is GitHub's, and opens a repository."""
    if settings.base_url is not None:
        host = endpoint(settings.base_url, "chat/completions").host
        if host != httpx.URL(BASE_URL).host and not is_loopback(host):
            raise SettingsError(
                f"github-models is at {BASE_URL}, and GitHub's token goes nowhere else; "
                f"for base-url {settings.base_url!r} choose openai-chat"
            )
    token = find_token(outside.environ)
    if not token:
        raise SettingsError(f"no token for github-models: set {' or '.join(GITHUB_TOKENS)}, with `models: read`")
    return open_chat("github-models", settings, outside, BASE_URL, "chat/completions", MODEL, WIRE, key=token)
