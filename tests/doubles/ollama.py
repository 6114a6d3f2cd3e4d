"""A strict server on loopback that speaks Ollama's `/api/generate`, traps included.

An empty suffix leaves FIM mode: the model chats. An empty prompt only loads the model. A template without `.Suffix`
refuses. Written after server/routes.go; the real one passes unknown fields over, here they are refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.doubles.completions import KEY
from tests.doubles.exchange import (
    INFINITE,
    NUMBER,
    Exchange,
    Numbers,
    Received,
    Refusal,
    Script,
    StrictServer,
    is_number,
    is_stop,
)
from tests.doubles.scripts import fill

_OPTIONS: Numbers = {
    "temperature": (NUMBER, 0, INFINITE),
    "top_p": (NUMBER, 0, 1),
    "num_predict": ((int,), -2, INFINITE),
    "num_ctx": ((int,), 1, INFINITE),
    "seed": ((int,), 0, 2**53),
}
CHAT = "Sure! Here is a function that returns 1:\n\n```python\ndef one():\n    return 1\n```\n"


class GenerateDialect:
    stream_type = "application/x-ndjson"
    opening = b""

    def whole(self, text: str, finish: str) -> object:
        return {**_record(text), "done": True, "done_reason": finish, "prompt_eval_count": 16, "eval_count": len(text)}

    def piece(self, text: str, finish: str | None) -> bytes:
        """The last record has no text of its own."""
        line = _line({**_record(text), "done": False})
        return line + (_line(self.whole("", finish)) if finish else b"")

    def end(self) -> bytes:
        return b""

    def error(self, status: int, message: str) -> object:
        return {"error": message}


def _record(text: str) -> dict[str, object]:
    return {"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": text}


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


@dataclass
class OllamaServer(StrictServer):
    key: str = KEY
    """Of a proxy before it; "" asks for none, as Ollama itself."""
    models: tuple[str, ...] = ("llama3.2:3b", "qwen3-coder:30b", "qwen2.5-coder:1.5b")
    with_suffix: tuple[str, ...] = ("qwen2.5-coder:1.5b",)
    tells_capabilities: bool = True
    dialect = GenerateDialect()

    def at_once(self, request: Received) -> Refusal | None:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return 401, {"error": "unauthorized"}
        body = request.body if isinstance(request.body, dict) else {}
        match request.method, request.path:
            case "GET", "/api/tags":
                return 200, {"models": [{"name": name, "model": name, "size": 1} for name in self.models]}
            case "POST", "/api/show":
                return self._shown(body.get("model"))
            case "POST", "/api/generate":
                return self._fault_of(body)
        return 404, {"error": "404 page not found"}

    def next_script(self, body: dict[str, Any]) -> Script:
        if not body.get("prompt"):
            return _loaded
        return super().next_script(body) if body.get("suffix") else fill(CHAT)

    def _shown(self, model: object) -> Refusal:
        if model not in self.models:
            return 404, {"error": f"model '{model}' not found"}
        inserts = model in self.with_suffix
        template = "{{ if .Suffix }}<|fim_prefix|>{{ .Prompt }}{{ end }}" if inserts else "{{ .Prompt }}"
        capabilities = ["completion", "insert"] if inserts else ["completion"]
        return 200, {"template": template, **({"capabilities": capabilities} if self.tells_capabilities else {})}

    def _fault_of(self, body: dict[str, Any]) -> Refusal | None:
        wrong = [name for name, value in body.items() if not _fits(name, value)]
        if wrong or "model" not in body:
            return 400, {"error": f"invalid options: {wrong}"}
        if body["model"] not in self.models:
            return 404, {"error": f"model '{body['model']}' not found"}
        if body.get("suffix") and body["model"] not in self.with_suffix:
            return 400, {"error": f"registry.ollama.ai/library/{body['model']} does not support insert"}
        return None


def _loaded(exchange: Exchange) -> None:
    exchange.whole(200, _line({**_record(""), "done": True, "done_reason": "load"}), "application/json")


def _fits(name: str, value: object) -> bool:
    match name:
        case "model" | "prompt" | "suffix":
            return isinstance(value, str)
        case "stream":
            return isinstance(value, bool)
        case "options":
            return isinstance(value, dict) and all(_is_option(*each) for each in value.items())
        case _:
            return False


def _is_option(name: str, value: object) -> bool:
    return is_stop(value) if name == "stop" else name in _OPTIONS and is_number(_OPTIONS, name, value)
