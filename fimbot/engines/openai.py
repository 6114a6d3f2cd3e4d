"""OpenAI's chat completions, and everybody who speaks them: https://platform.openai.com/docs/api-reference/chat"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fimbot.engines.answer import Answer, Piece, choice_piece, read_answer
from fimbot.engines.chat.engine import Body, ChatEngine, ChatWire
from fimbot.engines.chat.prompt import Messages
from fimbot.engines.fim_wire import check_ranges, known
from fimbot.engines.http import (
    SILENCE_SECONDS,
    SILENCE_SECONDS_OF_OWN,
    Channel,
    Headers,
    Incoming,
    bearer,
    endpoint,
)
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import EngineError, SettingsError
from fimbot.settings.keys import Key, find_key, find_key_if_any
from fimbot.settings.values import Settings

# Of November 2026: the cheapest that OpenAI recommends; gpt-4.1-mini and gpt-5-mini are shut down within two months
# (https://developers.openai.com/api/docs/deprecations). It reasons unless told not to.
OPENAI_MODEL = "gpt-6-luna"
OPENROUTER_MODEL = "openai/gpt-6-luna"
ROUTE = "v1/chat/completions"


def payload(
    model: str, asked: Messages, question: Question, *, limit: str = "max_tokens", thinks: bool = False
) -> Body:
    """`limit`: OpenAI wants `max_completion_tokens`, others know the older name only. `thinks`: it is to be told not
    to, since five lines of code are not worth the seconds, and the thoughts count as max-tokens."""
    return known(
        {
            "model": model,
            "messages": [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.user}],
            limit: question.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "reasoning_effort": "none" if thinks else None,
            "temperature": question.temperature,
            "top_p": question.top_p,
            "stop": list(question.stop)[:4] or None,  # it takes four at most
            "seed": question.random_seed,
        }
    )


def read(incoming: Incoming, done: Callable[[str], bool]) -> Answer:
    return read_answer(incoming, done, _piece)


def _piece(value: dict[str, Any], quote: Callable[[str], str]) -> Piece:
    """Raises `EngineError` for an answer that was refused or filtered, which another try does not change."""
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    if choice.get("finish_reason") == "content_filter":
        raise EngineError("the provider's content filter withheld the answer")
    holder = choice.get("delta") or choice.get("message")
    refusal = holder.get("refusal") if isinstance(holder, dict) else None
    if isinstance(refusal, str) and refusal.strip():
        raise EngineError(f'the model refuses: "{quote(refusal)}"')
    return choice_piece(value, quote)


WIRE = ChatWire(payload, read)
OPENAI_WIRE = ChatWire(partial(payload, limit="max_completion_tokens", thinks=True), read)
OPENROUTER_WIRE = ChatWire(partial(payload, thinks=True), read)


def open_openai(settings: Settings, outside: Outside) -> ChatEngine:
    return open_chat("openai", settings, outside, "https://api.openai.com", ROUTE, OPENAI_MODEL, OPENAI_WIRE)


def open_openrouter(settings: Settings, outside: Outside) -> ChatEngine:
    base = "https://openrouter.ai/api"
    return open_chat("openrouter", settings, outside, base, ROUTE, OPENROUTER_MODEL, OPENROUTER_WIRE)


def open_openai_chat(settings: Settings, outside: Outside) -> ChatEngine:
    """Any server that speaks chat completions (vLLM, llama.cpp, LM Studio, a gateway); most at home ask for no key."""
    if settings.base_url is None:
        raise SettingsError("openai-chat is a server of your own: set base-url, such as http://localhost:8000")
    if settings.model is None:
        raise SettingsError("openai-chat has no model of its own: set model to one that the server has")
    key = find_key_if_any("openai-chat", outside.environ, settings.api_key_command)
    model, silence = settings.model, SILENCE_SECONDS_OF_OWN
    return open_chat("openai-chat", settings, outside, settings.base_url, ROUTE, model, WIRE, key=key, silence=silence)


def open_chat(
    name: str,
    settings: Settings,
    outside: Outside,
    base_url: str,
    route: str,
    default_model: str,
    wire: ChatWire,
    *,
    key: Key | None = None,
    auth: Callable[[str], Headers] = bearer,
    silence: float = SILENCE_SECONDS,
) -> ChatEngine:
    """Raises `SettingsError`: a value out of its range, an unusable base-url, no key (unless `key` is given)."""
    check_ranges(name, settings)
    key = find_key(name, outside.environ, settings.api_key_command) if key is None else key
    url = endpoint(settings.base_url or base_url, route, keyed=bool(key))
    model = settings.model or default_model
    channel = Channel.of(url, key, model, outside, auth=auth, silence=silence)
    return ChatEngine(name, model, channel, wire)
