"""DeepSeek's FIM endpoint: https://api-docs.deepseek.com/api/create-completion"""

from __future__ import annotations

from fimbot.engines.completions_wire import COMPLETIONS_RANGES, completions_body
from fimbot.engines.fim_engine import FimEngine, Wire, open_fim
from fimbot.engines.fim_tokens import LAYOUT, broken, under_paths
from fimbot.engines.fim_wire import Ranges, check_ranges
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import SettingsError
from fimbot.settings.values import Settings

BASE_URL = "https://api.deepseek.com"
ROUTE = "beta/completions"
DEFAULT_MODEL = "deepseek-v4-pro"
RANGES: Ranges = {**COMPLETIONS_RANGES, "max_tokens": (int, (1, 4096))}
MOST_STOPS = 16


def open_deepseek(settings: Settings, outside: Outside) -> FimEngine:
    return open_fim(
        "deepseek",
        settings,
        outside,
        base_url=BASE_URL,
        route=ROUTE,
        default_model=DEFAULT_MODEL,
        wire=Wire(render, payload, ranges=RANGES, layout=LAYOUT),
    )


def render(question: Question) -> tuple[str, str]:
    """What the host makes of a control token in a text is not documented."""
    return broken(under_paths(question)), broken(question.suffix)


def payload(engine: str, model: str, question: Question) -> dict[str, object]:
    check_ranges(engine, question, RANGES)
    if len(question.stop) > MOST_STOPS:
        raise SettingsError(f"stop holds {len(question.stop)} texts, but {engine} takes {MOST_STOPS}")
    prompt, suffix = render(question)
    body = completions_body(model, prompt, suffix, question)
    body.pop("seed", None)  # it has none
    return body
