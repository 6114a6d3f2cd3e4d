"""Anthropic's messages: https://platform.claude.com/docs/en/api/messages"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fimbot.engines.answer import Answer, Piece, finish_of, read_answer, usage_of
from fimbot.engines.chat.engine import Body, ChatEngine, ChatWire
from fimbot.engines.chat.prompt import Messages
from fimbot.engines.faults import Passing, message_in
from fimbot.engines.fim_wire import known
from fimbot.engines.http import Headers, Incoming
from fimbot.engines.openai import open_chat
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import EngineError
from fimbot.settings.values import Settings
from fimbot.values import FinishReason

# Of October 2026: the fastest and cheapest (https://platform.claude.com/docs/en/models/overview).
MODEL = "claude-haiku-5-5"
ROUTE = "v1/messages"
VERSION = "2023-06-01"

_FINISHES: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}


def payload(model: str, asked: Messages, question: Question) -> Body:
    return known(
        {
            "model": model,
            "system": asked.system,
            "messages": [{"role": "user", "content": asked.user}],
            "max_tokens": max(1, question.max_tokens),
            "stream": True,
            # The newer ones think unless told not to, and their thoughts count as max_tokens.
            "thinking": {"type": "disabled"},
            "temperature": None if question.temperature is None else min(1.0, question.temperature),
            "top_p": question.top_p,
            # One of nothing but white space is refused.
            "stop_sequences": [stop for stop in question.stop if stop.strip()] or None,
        }
    )


def read(incoming: Incoming, done: Callable[[str], bool]) -> Answer:
    return read_answer(incoming, done, _Events().piece)


class _Events:
    """The events of one answer: `message_start` tells what the prompt took, `message_delta` the rest."""

    def __init__(self) -> None:
        self._prompt: object = None

    def piece(self, value: dict[str, Any], quote: Callable[[str], str]) -> Piece:
        """Raises `Passing` for an error event (overloaded), `EngineError` for a refusal."""
        match value.get("type"):
            case "error":
                raise Passing(f"the server broke the answer off: {quote(message_in(value))}")
            case "message_start":
                message = value.get("message")
                self._prompt = _prompt_tokens(message.get("usage") if isinstance(message, dict) else None)
            case "content_block_start":
                return Piece(_text(value.get("content_block")), None, None, has_choice=True)
            case "content_block_delta":
                return Piece(_text(value.get("delta")), None, None, has_choice=True)
            case "message_delta":
                delta, usage = value.get("delta"), value.get("usage")
                reason = delta.get("stop_reason") if isinstance(delta, dict) else None
                spent = usage.get("output_tokens") if isinstance(usage, dict) else None
                return Piece("", _finish(reason), usage_of(self._prompt, spent), has_choice=True)
            case "message":
                return self._whole(value)
        return Piece("", None, None, has_choice=False)  # ping, content_block_stop, message_stop, what is yet to come

    def _whole(self, value: dict[str, Any]) -> Piece:
        content, usage = value.get("content"), value.get("usage")
        text = "".join(map(_text, content)) if isinstance(content, list) else ""
        spent = usage.get("output_tokens") if isinstance(usage, dict) else None
        reason = _finish(value.get("stop_reason"))
        return Piece(text, reason, usage_of(_prompt_tokens(usage), spent), has_choice=True)


def _text(block: object) -> str:
    """Of a `text` block or its delta; what a model thinks is none."""
    if not isinstance(block, dict) or block.get("type") not in ("text", "text_delta"):
        return ""
    text = block.get("text")
    return text if isinstance(text, str) else ""


def _prompt_tokens(usage: object) -> object:
    """What was read from a cache counts as well."""
    if not isinstance(usage, dict):
        return None
    cached = (usage.get(name) for name in ("cache_creation_input_tokens", "cache_read_input_tokens"))
    prompt = usage.get("input_tokens")
    return prompt + sum(n for n in cached if type(n) is int) if type(prompt) is int else None


def _finish(reason: object) -> FinishReason | None:
    if reason == "refusal":
        raise EngineError("the model refuses to answer this question")
    return finish_of(reason, _FINISHES) if reason else None


WIRE = ChatWire(payload, read)


def headers(secret: str) -> Headers:
    return {"x-api-key": secret, "anthropic-version": VERSION}


def open_anthropic(settings: Settings, outside: Outside) -> ChatEngine:
    base = "https://api.anthropic.com"
    return open_chat("anthropic", settings, outside, base, ROUTE, MODEL, WIRE, auth=headers)
