"""Strict servers on loopback that speak OpenAI's `/v1/completions`: DeepSeek's host, vLLM, LM Studio, any other.

What tells them apart is written down as they document it: who refuses a suffix, who passes it over, which ranges hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.doubles.exchange import (
    EVENTS,
    INFINITE,
    NUMBER,
    Numbers,
    Received,
    Refusal,
    Script,
    StrictServer,
    is_number,
    is_stop,
)
from tests.doubles.scripts import event, fill, usage

KEY = "lang-planted-key-4f6b1c9d"

_NUMBERS: Numbers = {
    "temperature": (NUMBER, 0, 2),
    "top_p": (NUMBER, 0, 1),
    "max_tokens": ((int,), 0, INFINITE),
    "seed": ((int,), -(2**63), 2**63 - 1),
}
_DEEPSEEK_NUMBERS: Numbers = {
    "temperature": (NUMBER, 0, 2),
    "top_p": (NUMBER, 0, 1),
    "max_tokens": ((int,), 1, 4096),
}


class CompletionsDialect:
    stream_type = EVENTS
    opening = b""

    def whole(self, text: str, finish: str) -> object:
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
        return {"id": "cmpl-1", "object": "text_completion", "created": 1, "choices": [choice], "usage": usage(text)}

    def piece(self, text: str, finish: str | None) -> bytes:
        """The usage comes in a record of its own behind the last choice, as `stream_options` asks for it."""
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
        record = {"id": "cmpl-1", "object": "text_completion", "created": 1, "choices": [choice]}
        last = event({**record, "choices": [], "usage": usage(text)}) if finish else b""
        return event(record) + last

    def end(self) -> bytes:
        return b"data: [DONE]\n\n"

    def error(self, status: int, message: str) -> object:
        return {"error": {"message": message, "type": "BadRequestError", "param": None, "code": status}}


@dataclass
class CompletionsServer(StrictServer):
    key: str = KEY
    """"" asks for none."""
    route: str = "/v1/completions"
    models: tuple[str, ...] = ("qwen2.5-coder-7b-instruct",)
    suffix: Literal["honoured", "ignored", "refused"] = "ignored"
    numbers: Mapping[str, Any] = field(default_factory=lambda: _NUMBERS)
    most_stops: int | None = None
    unknown_model: int = 404
    dialect = CompletionsDialect()

    def at_once(self, request: Received) -> Refusal | None:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return self._error(401, "Unauthorized")
        if (request.method, request.path) == ("GET", "/v1/models"):
            return 200, {"object": "list", "data": [{"id": model, "object": "model"} for model in self.models]}
        if request.path != self.route:
            return self._error(404, "Not Found")
        if request.method != "POST":
            return self._error(405, "Method Not Allowed")
        if request.headers.get_content_type() != "application/json":
            return self._error(415, "Unsupported Media Type")
        return self._fault_of(request.body)

    def next_script(self, body: dict[str, Any]) -> Script:
        """A question whose answer only the suffix gives is answered as this server can."""
        told = re.search(r'== "(\w+)"', body.get("suffix", ""))
        if told is not None and body["prompt"].endswith('= "'):
            return fill(told[1] if self.suffix == "honoured" else "hunter2")
        return super().next_script(body)

    def _fault_of(self, body: object) -> Refusal | None:
        if not isinstance(body, dict):
            return self._error(400, "a JSON object is required")
        missing = [name for name in ("model", "prompt") if name not in body]
        wrong = [name for name, value in body.items() if not self._fits(name, value)]
        if missing or wrong:
            return self._error(422, f"missing: {missing}, not permitted or out of range: {wrong}")
        if body["model"] not in self.models:
            return self._error(self.unknown_model, f"The model `{body['model']}` does not exist.")
        if "suffix" in body and self.suffix == "refused":
            return self._error(400, "suffix is not currently supported")
        return None

    def _fits(self, name: str, value: object) -> bool:
        match name:
            case "model" | "prompt" | "suffix":
                return isinstance(value, str)
            case "stream":
                return isinstance(value, bool)
            case "stream_options":
                return value == {"include_usage": True}
            case "stop":
                return is_stop(value, self.most_stops)
            case _:
                return name in self.numbers and is_number(self.numbers, name, value)

    def _error(self, status: int, message: str) -> Refusal:
        return status, self.dialect.error(status, message)


def deepseek_server() -> CompletionsServer:
    """https://api-docs.deepseek.com/api/create-completion; an unknown model is 400 "Model Not Exist"."""
    return CompletionsServer(
        route="/beta/completions",
        models=("deepseek-v4-pro",),
        suffix="honoured",
        numbers=_DEEPSEEK_NUMBERS,
        most_stops=16,
        unknown_model=400,
    )


def vllm_server() -> CompletionsServer:
    """vllm/entrypoints/openai/completion: `suffix` is refused whatever the model."""
    return CompletionsServer(models=("Qwen/Qwen2.5-Coder-7B",), suffix="refused")


def lmstudio_server() -> CompletionsServer:
    return CompletionsServer(models=("text-embedding-nomic", "qwen2.5-coder-7b-instruct"))


def suffix_server() -> CompletionsServer:
    """One that honours the suffix, with a model whose tokens nobody knows."""
    return CompletionsServer(models=("house-model",), suffix="honoured")
