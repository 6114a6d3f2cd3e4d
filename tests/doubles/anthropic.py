"""A strict server on loopback that speaks Anthropic's messages: named events, `x-api-key`, its own errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.exchange import EVENTS, JSON, Exchange, Received, Refusal, Script
from tests.doubles.langdock import LangdockServer

ROUTE = "/v1/messages"
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "model": str,
    "system": str,
    "messages": list,
    "max_tokens": int,
    "stream": bool,
    "thinking": dict,
    "temperature": (int, float),
    "top_p": (int, float),
    "stop_sequences": list,
}


_STOPS = {"stop": "end_turn", "length": "max_tokens"}
_KINDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
}


def named(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _message(content: list[dict[str, str]]) -> dict[str, object]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "content": content, "model": "claude-haiku-5-5"}


class MessagesDialect:
    stream_type = EVENTS
    # What the prompt took is told here, and only here.
    opening = named(
        "message_start",
        message={**_message([]), "stop_reason": None, "usage": {"input_tokens": 16, "output_tokens": 1}},
    ) + named("content_block_start", index=0, content_block={"type": "text", "text": ""})

    def whole(self, text: str, finish: str) -> object:
        usage = {"input_tokens": 16, "output_tokens": len(text)}
        return {**_message([{"type": "text", "text": text}]), "stop_reason": _STOPS[finish], "usage": usage}

    def piece(self, text: str, finish: str | None) -> bytes:
        piece = named("content_block_delta", index=0, delta={"type": "text_delta", "text": text})
        if finish is None:
            return piece
        delta = {"stop_reason": _STOPS[finish], "stop_sequence": None}
        ended = named("message_delta", delta=delta, usage={"output_tokens": len(text)})
        return piece + named("content_block_stop", index=0) + ended

    def end(self) -> bytes:
        return named("message_stop")

    def error(self, status: int, message: str) -> object:
        kind = _KINDS.get(status, "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


@dataclass
class AnthropicServer(LangdockServer):
    route: str = ROUTE
    models: frozenset[str] = frozenset({"claude-haiku-5-5"})
    refuses: dict[str, str] = field(default_factory=dict)
    bearer: bool = False
    """Takes the key as Langdock does."""
    dialect = MessagesDialect()

    def next_script(self, body: dict[str, Any]) -> Script:
        if self.scripts or self.always:
            return super().next_script(body)
        return message(self.text(body) if callable(self.text) else self.text)

    def at_once(self, request: Received) -> Refusal | None:
        if request.path != self.route:
            return _error(404, "Not Found")
        if request.method != "POST":
            return _error(405, "Method Not Allowed")
        name, wanted = ("Authorization", f"Bearer {self.key}") if self.bearer else ("x-api-key", self.key)
        if request.headers.get(name) != wanted:
            return _error(401, "invalid x-api-key")
        if request.headers.get("anthropic-version") != "2023-06-01":
            return _error(400, "anthropic-version: header is required")
        fault = self._fault(request.body) if isinstance(request.body, dict) else "not an object"
        if fault is not None:
            return _error(400, fault)
        if request.body["model"] not in self.models:
            return _error(404, f"model: {request.body['model']}")
        return None

    def _fault(self, body: dict[str, Any]) -> str | None:
        for name in ("model", "messages", "max_tokens"):
            if name not in body:
                return f"{name}: Field required"
        for name, value in body.items():
            if name not in _TYPES:
                return f"{name}: Extra inputs are not permitted"
            if name in self.refuses:
                return self.refuses[name]
            if not isinstance(value, _TYPES[name]):
                return f"{name}: Input should be another type"
        if any(set(each) != {"role", "content"} or each["role"] != "user" for each in body["messages"]):
            return "messages: roles must alternate"
        if not all(stop.strip() for stop in body.get("stop_sequences", [])):
            return "stop_sequences: each stop sequence must contain non-whitespace"
        if not 0 <= body.get("temperature", 0) <= 1:
            return "temperature: range: 0..1"
        return None


def _error(status: int, text: str) -> tuple[int, object]:
    return status, MessagesDialect().error(status, text)


def message(text: str, *, stop: str = "end_turn", thought: str = "", pause: float = 0.0) -> Script:
    def answer(exchange: Exchange) -> None:
        if not exchange.request.body.get("stream", False):
            blocks = [{"type": "thinking", "thinking": thought}] if thought else []
            content = [*blocks, {"type": "text", "text": text}]
            whole = {**_message(content), "stop_reason": stop, "usage": {"input_tokens": 120, "output_tokens": 9}}
            exchange.whole(200, json.dumps(whole).encode(), JSON)
            return
        exchange.head(200, EVENTS)
        start = {
            **_message([]),
            "stop_reason": None,
            "usage": {"input_tokens": 100, "cache_read_input_tokens": 20, "output_tokens": 1},
        }
        exchange.write(named("message_start", message=start))
        exchange.write(named("ping"))
        if thought:
            exchange.write(named("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""}))
            exchange.write(named("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": thought}))
            exchange.write(named("content_block_stop", index=0))
        exchange.write(named("content_block_start", index=1, content_block={"type": "text", "text": ""}))
        for number, piece in enumerate(re.findall(r"\s*\S+|\s+", text), 1):
            if not exchange.write(named("content_block_delta", index=1, delta={"type": "text_delta", "text": piece})):
                return
            exchange.request.pieces_sent = number
            if pause and not exchange.wait(pause):
                return
        exchange.write(named("content_block_stop", index=1))
        delta = {"stop_reason": stop, "stop_sequence": None}
        exchange.write(named("message_delta", delta=delta, usage={"output_tokens": 9}))
        exchange.write(named("message_stop"))
        exchange.end()

    return answer


def broken_off(text: str, kind: str = "overloaded_error") -> Script:
    def answer(exchange: Exchange) -> None:
        exchange.head(200, EVENTS)
        exchange.write(
            named("message_start", message={**_message([]), "usage": {"input_tokens": 1, "output_tokens": 1}})
        )
        exchange.write(named("content_block_delta", index=0, delta={"type": "text_delta", "text": text}))
        exchange.write(named("error", error={"type": kind, "message": "Overloaded"}))
        exchange.end()

    return answer
