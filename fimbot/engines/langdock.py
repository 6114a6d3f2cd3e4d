"""Langdock's FIM endpoint: https://docs.langdock.com/api-endpoints/codestral"""

from __future__ import annotations

from fimbot.engines.fim_engine import FimEngine, open_fim
from fimbot.engines.protocol import Outside
from fimbot.errors import SettingsError
from fimbot.settings.values import Settings

# A dedicated deployment is at {deployment}/api/public instead.
BASE_URL = "https://api.langdock.com"
REGIONS = ("eu",)
DEFAULT_MODEL = "codestral-2501"


def open_langdock(settings: Settings, outside: Outside) -> FimEngine:
    region = settings.region
    if settings.base_url is None and region not in REGIONS:
        raise SettingsError(f"region is {region!r}, but {BASE_URL} has {', '.join(REGIONS)}")
    if not region.isascii() or not region.replace("-", "").isalnum():
        raise SettingsError(f"region {region!r} is not a name of letters, digits and dashes")
    return open_fim(
        "langdock",
        settings,
        outside,
        base_url=BASE_URL,
        route=f"mistral/{region}/v1/fim/completions",
        default_model=DEFAULT_MODEL,
    )
