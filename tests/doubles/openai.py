"""A strict server on loopback that speaks OpenAI's chat completions: unknown fields, wrong types and what a model does
not take are refused in OpenAI's words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.exchange import EVENTS, JSON, Exchange, Received, Refusal, Script
from tests.doubles.langdock import LangdockServer
from tests.doubles.scripts import event
from tests.doubles.scripts import usage as usage_of

ROUTE = "/v1/chat/completions"
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "model": str,
    "messages": list,
    "max_tokens": int,
    "max_completion_tokens": int,
    "stream": bool,
    "stream_options": dict,
    "temperature": (int, float),
    "top_p": (int, float),
    "stop": (str, list),
    "seed": int,
    "reasoning_effort": str,
}


def _frame(kind: str) -> dict[str, object]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1764000000, "model": "gpt-6-luna", "service_tier": "default"}


def _whole(text: str, finish: str, refusal: str | None, usage: dict[str, int]) -> dict[str, object]:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return {**_frame("chat.completion"), "choices": choices, "usage": usage}


def _usage_chunk(usage: dict[str, int]) -> bytes:
    return event({**_frame("chat.completion.chunk"), "choices": [], "usage": usage})


def _chunk(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return event({**_frame("chat.completion.chunk"), "choices": [choice], "usage": None})


class ChatDialect:
    stream_type = EVENTS
    opening = _chunk({"role": "assistant", "content": "", "refusal": None})

    def whole(self, text: str, finish: str) -> object:
        return _whole(text, finish, None, usage_of(text))

    def piece(self, text: str, finish: str | None) -> bytes:
        """What tells the end has no text, and the usage comes behind it, as `stream_options` asks for it."""
        piece = _chunk({"content": text})
        return piece + (_chunk({}, finish) + _usage_chunk(usage_of(text)) if finish else b"")

    def end(self) -> bytes:
        return b"data: [DONE]\n\n"

    def error(self, status: int, message: str) -> object:
        return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


@dataclass
class OpenAIServer(LangdockServer):
    route: str = ROUTE
    models: frozenset[str] = frozenset({"gpt-6-luna"})
    refuses: dict[str, str] = field(default_factory=dict)
    """Parameters that the model does not take, and what is said about it."""
    keyless: bool = False
    listed: object = None
    """What the models endpoint answers; None: there is none."""
    dialect = ChatDialect()

    def next_script(self, body: dict[str, Any]) -> Script:
        if self.scripts or self.always:
            return super().next_script(body)
        return chat(self.text(body) if callable(self.text) else self.text)

    def at_once(self, request: Received) -> Refusal | None:
        if request.method == "GET" and self.listed is not None and request.path == _models_of(self.route):
            return (200, self.listed) if self._known(request) else _error(401, "Incorrect API key provided.")
        if request.path != self.route:
            return _error(404, f"Invalid URL ({request.method} {request.path})")
        if request.method != "POST":
            return _error(405, "Not allowed to use this method.")
        if not self._known(request):
            return _error(401, "Incorrect API key provided.")
        if request.headers.get_content_type() != "application/json" or not isinstance(request.body, dict):
            return _error(400, "We could not parse the JSON body of your request.")
        return self._fault(request.body)

    def _known(self, request: Received) -> bool:
        wanted = None if self.keyless else f"Bearer {self.key}"
        return request.headers.get("Authorization") == wanted

    def _fault(self, body: dict[str, Any]) -> tuple[int, object] | None:
        for name, value in body.items():
            if name not in _TYPES:
                return _error(400, f"Unrecognized request argument supplied: {name}")
            if name in self.refuses:
                return _error(400, self.refuses[name])
            if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and _TYPES[name] is not bool):
                return _error(400, f"Invalid type for '{name}'.")
        for message in body.get("messages", [{}]):
            if set(message) != {"role", "content"} or message["role"] not in ("system", "user"):
                return _error(400, "Invalid value for 'messages'.")
        if len(body["stop"] if isinstance(body.get("stop"), list) else []) > 4:
            return _error(400, "Invalid 'stop': array too long.")
        if "stream_options" in body and not body.get("stream"):
            return _error(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
        if body.get("model") not in self.models:
            return _error(404, f"The model `{body.get('model')}` does not exist or you do not have access to it.")
        return None


def _models_of(route: str) -> str:
    return route.removesuffix("/chat/completions") + "/models"


def _error(status: int, message: str) -> tuple[int, object]:
    return status, ChatDialect().error(status, message)


def unsupported(name: str, instead: str = "") -> str:
    more = f" Use '{instead}' instead." if instead else ""
    return f"Unsupported parameter: '{name}' is not supported with this model.{more}"


def chat(text: str, *, finish: str = "stop", refusal: str | None = None, pause: float = 0.0) -> Script:
    """Streamed or whole, as it was asked; the usage only where it was asked for, in a chunk without choices."""

    def answer(exchange: Exchange) -> None:
        body = exchange.request.body
        if not body.get("stream", False):
            exchange.whole(200, json.dumps(_whole(text, finish, refusal, usage(text))).encode(), JSON)
            return
        exchange.begin()
        for number, piece in enumerate(re.findall(r"\s*\S+|\s+", text), 1):
            if not exchange.write(_chunk({"content": piece})):
                return
            exchange.request.pieces_sent = number
            if pause and not exchange.wait(pause):
                return
        if refusal is not None:
            exchange.write(_chunk({"refusal": refusal}))
        exchange.write(_chunk({}, finish))
        if body.get("stream_options", {}).get("include_usage"):
            exchange.write(_usage_chunk(usage(text)))
        exchange.write(b"data: [DONE]\n\n")
        exchange.end()

    return answer


def usage(text: str) -> dict[str, int]:
    return {"prompt_tokens": 120, "completion_tokens": len(text.split()), "total_tokens": 120 + len(text.split())}
