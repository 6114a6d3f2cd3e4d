"""Answers in the documented shapes: whole, as the events of a stream, as an error, as the list of models."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from fimbot.apps.serve.request import Invalid
from fimbot.values import FinishReason, Usage

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What all events of one answer have in common."""

    model: str
    id: str = field(default_factory=lambda: f"cmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))


def whole(head: Head, text: str, finish: FinishReason, usage: Usage) -> dict[str, object]:
    message = {"role": "assistant", "content": text, "prefix": False, "tool_calls": None}
    return {
        "id": head.id,
        "object": "chat.completion",
        "created": head.created,
        "model": head.model,
        "choices": [{"index": 0, "message": message, "finish_reason": _told(finish)}],
        "usage": _counts(usage),
    }


def piece(head: Head, text: str) -> bytes:
    return _event(_chunk(head, {"role": "assistant", "content": text}, None))


def last(head: Head, finish: FinishReason, usage: Usage) -> bytes:
    return _event(_chunk(head, {"content": ""}, _told(finish)) | {"usage": _counts(usage)})


def broken_off(message: str) -> bytes:
    """In place of the last event: nobody shall take half an answer for a whole one."""
    return _event(error(message, "server_error"))


def error(message: str, kind: str) -> dict[str, object]:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": None}


def invalid(found: Invalid) -> dict[str, object]:
    return {"detail": [asdict(fault) for fault in found.faults]}


def models(names: Iterable[str], created: int, temperature: float | None) -> dict[str, object]:
    return {"object": "list", "data": [_model(name, created, temperature) for name in names]}


def _model(name: str, created: int, temperature: float | None) -> dict[str, object]:
    return {
        "id": name,
        "object": "model",
        "type": "base",
        "created": created,
        "owned_by": "fimbot",
        "name": name,
        "capabilities": {"completion_fim": True, "completion_chat": False, "function_calling": False},
        "default_model_temperature": temperature,
    }


def _chunk(head: Head, delta: dict[str, object], finish: str | None) -> dict[str, object]:
    return {
        "id": head.id,
        "object": "chat.completion.chunk",
        "created": head.created,
        "model": head.model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _event(value: dict[str, object]) -> bytes:
    # ASCII only: some readers take U+2028 or U+0085 inside a string for the end of the line.
    return b"data: " + json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n\n"


def _told(finish: FinishReason) -> str:
    return "length" if finish == "length" else "stop"


def _counts(usage: Usage) -> dict[str, int]:
    total = usage.prompt_tokens + usage.completion_tokens
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": total,
    }
