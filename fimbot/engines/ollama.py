"""Ollama's `/api/generate`: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-completion"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fimbot.engines.answer import Answer, Piece, expect_no_error, finish_of, read_answer, usage_of
from fimbot.engines.completions_wire import COMPLETIONS_RANGES
from fimbot.engines.fim_engine import FimEngine, Payload, Wire
from fimbot.engines.fim_tokens import LAYOUT, broken, under_paths
from fimbot.engines.fim_wire import check_ranges, known
from fimbot.engines.http import Incoming
from fimbot.engines.ollama_models import choose, host_url
from fimbot.engines.own_server import LIST_SECONDS, OwnServer, read_object
from fimbot.engines.protocol import Outside, Question
from fimbot.settings.values import Settings
from fimbot.values import Deadline, FinishReason

ROUTE = "api/generate"
MODELS = "api/tags"
SHOW = "api/show"
# Ollama's own default of a model's context; with another one it loads the model anew.
CONTEXT_TOKENS = 4096
WINDOW_TOKENS = 1500
_FINISHES: Mapping[str, FinishReason] = {"stop": "stop", "length": "length"}
_REFUSALS = {
    "does not support insert": "the template of this model has no place for a suffix (it says: does not support "
    "insert); choose a model that fills in, such as qwen2.5-coder",
}


def open_ollama(settings: Settings, outside: Outside) -> FimEngine:
    check_ranges("ollama", settings, COMPLETIONS_RANGES)
    server = OwnServer.of("ollama", settings, outside, host_url(outside.environ.get("OLLAMA_HOST", "")))
    server.url(ROUTE)  # a base-url that no code may go to is refused before anything is asked
    model = server.model(MODELS, lambda models: _that_fills_in(server, models))
    wire = Wire(render, _payload_for(_context_tokens(settings)), read, COMPLETIONS_RANGES, LAYOUT, _REFUSALS)
    return FimEngine("ollama", model, server.channel(ROUTE, model), wire)


def _that_fills_in(server: OwnServer, models: Sequence[str]) -> str | None:
    channel = server.channel(SHOW, "(any)", hasty=True)

    def show(model: str) -> Mapping[str, Any]:
        return channel.post({"model": model}, read_object, Deadline.after(LIST_SECONDS))[0]

    try:
        return choose(models, show)
    finally:
        channel.close()


def _context_tokens(settings: Settings) -> int:
    """Ollama cuts what is longer at its beginning, and says nothing. One figure for a run: see CONTEXT_TOKENS."""
    wanted = (settings.window_tokens or WINDOW_TOKENS) * 5 // 4 + settings.max_tokens + 64
    return max(CONTEXT_TOKENS, -(-wanted // 1024) * 1024)


def render(question: Question) -> tuple[str, str]:
    """Without a suffix it leaves FIM for chat, and without a prompt it only loads the model: a line break is neither.
    Its template makes one text of both: control tokens in them are broken."""
    return broken(under_paths(question)) or "\n", broken(question.suffix) or "\n"


def _payload_for(context_tokens: int) -> Payload:
    def payload(engine: str, model: str, question: Question) -> dict[str, object]:
        check_ranges(engine, question, COMPLETIONS_RANGES)
        prompt, suffix = render(question)
        options = known(
            {
                "num_predict": question.max_tokens,
                "num_ctx": context_tokens,
                "temperature": question.temperature,
                "top_p": question.top_p,
                "stop": list(question.stop) or None,
                "seed": question.random_seed,
            }
        )
        return {"model": model, "prompt": prompt, "suffix": suffix, "stream": True, "options": options}

    return payload


def read(incoming: Incoming, done: Callable[[str], bool]) -> Answer:
    return read_answer(incoming, done, _piece, by_line=True)


def _piece(value: dict[str, Any], quote: Callable[[str], str]) -> Piece:
    expect_no_error(value, quote)
    text = value.get("response")
    ended = value.get("done") is True
    # It leaves out a count of 0: of a prompt that it still had in memory.
    usage = usage_of(value.get("prompt_eval_count", 0), value.get("eval_count", 0)) if ended else None
    # Older servers tell none.
    finish = finish_of(value.get("done_reason") or "stop", _FINISHES) if ended else None
    return Piece(text if isinstance(text, str) else "", finish, usage, has_choice=isinstance(text, str))
