"""llama.cpp's server, its `/infill`: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md

It puts the FIM tokens in as ids, so that a text of the user's holds none; and of a prefix that is longer than three
quarters of a batch (1,536 tokens unless it was started with another `-b`) it takes the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from fimbot.engines.answer import Answer, Piece, expect_no_error, finish_of, read_answer, usage_of
from fimbot.engines.completions_wire import COMPLETIONS_RANGES
from fimbot.engines.fim_engine import FimEngine, Wire
from fimbot.engines.fim_tokens import LAYOUT, code_model, under_paths
from fimbot.engines.fim_wire import check_ranges, known, sendable, shown_path
from fimbot.engines.http import Incoming
from fimbot.engines.own_server import OwnServer
from fimbot.engines.protocol import Outside, Question
from fimbot.settings.values import Settings
from fimbot.values import FinishReason

BASE_URL = "http://127.0.0.1:8080"
ROUTE = "infill"
MODELS = "v1/models"
_FINISHES: Mapping[str, FinishReason] = {"eos": "stop", "word": "stop", "limit": "length"}
_NO_TOKENS = "its model has no FIM tokens; start it with one that fills in, such as qwen2.5-coder"
# As it says it now, and as it said it until 2025.
_REFUSALS = {"Infill is not supported": _NO_TOKENS, "does not support infill": _NO_TOKENS}


def open_llama_cpp(settings: Settings, outside: Outside) -> FimEngine:
    check_ranges("llama.cpp", settings, COMPLETIONS_RANGES)
    server = OwnServer.of("llama.cpp", settings, outside, BASE_URL)
    server.url(ROUTE)  # a base-url that no code may go to is refused before anything is asked
    model = _shown(server.model(MODELS, lambda models: code_model(models) or _only(models)))
    wire = Wire(render, payload, read, COMPLETIONS_RANGES, LAYOUT, _REFUSALS)
    return FimEngine("llama.cpp", model, server.channel(ROUTE, model), wire)


def _only(models: Sequence[str]) -> str | None:
    """Its name is whatever the file was called: whether it fills in, the server says by itself."""
    return models[0] if models else None


def _shown(model: str) -> str:
    """A server of one model names it by its path, which is nobody else's business."""
    return PurePath(model.replace("\\", "/")).stem if model.endswith(".gguf") else model


def render(question: Question) -> tuple[str, str]:
    """As far as it is text; what the server puts between the parts is the model's."""
    return sendable(under_paths(question)), sendable(question.suffix)


def payload(engine: str, model: str, question: Question) -> dict[str, object]:
    check_ranges(engine, question, COMPLETIONS_RANGES)
    extra = [{"filename": shown_path(part.path), "text": sendable(part.text)} for part in question.context]
    return known(
        {
            "model": model,
            "input_prefix": sendable(question.prefix),
            "input_suffix": sendable(question.suffix),
            "input_extra": extra or None,
            "n_predict": question.max_tokens,
            "stream": True,
            "temperature": question.temperature,
            "top_p": question.top_p,
            "stop": list(question.stop) or None,
            "seed": question.random_seed,
        }
    )


def read(incoming: Incoming, done: Callable[[str], bool]) -> Answer:
    return read_answer(incoming, done, _piece)


def _piece(value: dict[str, Any], quote: Callable[[str], str]) -> Piece:
    expect_no_error(value, quote)
    content = value.get("content")
    usage = usage_of(value.get("tokens_evaluated"), value.get("tokens_predicted"))
    finish = finish_of(value.get("stop_type"), _FINISHES) if value.get("stop") is True else None
    return Piece(content if isinstance(content, str) else "", finish, usage, has_choice=isinstance(content, str))
