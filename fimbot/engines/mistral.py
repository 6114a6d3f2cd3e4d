"""Mistral's FIM route, at its own host and at the Codestral host, whose keys are not interchangeable.

https://docs.mistral.ai/capabilities/code_generation
"""

from __future__ import annotations

from fimbot.engines.fim_engine import FimEngine, open_fim
from fimbot.engines.protocol import Outside
from fimbot.settings.values import Settings

ROUTE = "v1/fim/completions"
DEFAULT_MODEL = "codestral-latest"


def open_mistral(settings: Settings, outside: Outside) -> FimEngine:
    return open_fim(
        "mistral",
        settings,
        outside,
        base_url="https://api.mistral.ai",
        route=ROUTE,
        default_model=DEFAULT_MODEL,
    )


def open_codestral(settings: Settings, outside: Outside) -> FimEngine:
    return open_fim(
        "codestral",
        settings,
        outside,
        base_url="https://codestral.mistral.ai",
        route=ROUTE,
        default_model=DEFAULT_MODEL,
    )
