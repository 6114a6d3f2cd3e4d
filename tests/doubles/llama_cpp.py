"""A strict server on loopback that speaks llama.cpp's `/infill`, as the real one does in test_real_llama_cpp.py.

The real one takes unknown fields and passes them over; here they are refused, so that a misspelt one is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.doubles.completions import KEY
from tests.doubles.exchange import (
    EVENTS,
    INFINITE,
    NUMBER,
    Numbers,
    Received,
    Refusal,
    StrictServer,
    is_number,
    is_stop,
)
from tests.doubles.scripts import event

_NUMBERS: Numbers = {
    "temperature": (NUMBER, 0, INFINITE),
    "top_p": (NUMBER, 0, 1),
    "n_predict": ((int,), -1, INFINITE),
    "seed": ((int,), -1, 2**53),
}


class InfillDialect:
    stream_type = EVENTS
    opening = b""

    def whole(self, text: str, finish: str) -> object:
        stop_type = {"stop": "eos", "length": "limit"}[finish]
        return {"content": text, "stop": True, "stop_type": stop_type, "model": "m.gguf", **_counts(text)}

    def piece(self, text: str, finish: str | None) -> bytes:
        """The last record has no text of its own."""
        record = event({"index": 0, "content": text, "tokens": [1], "stop": False, **_counts(text)})
        return record + (event(self.whole("", finish)) if finish else b"")

    def end(self) -> bytes:
        return b""

    def error(self, status: int, message: str) -> object:
        return {"error": {"code": status, "message": message, "type": "invalid_request_error"}}


def _counts(text: str) -> dict[str, int]:
    return {"tokens_predicted": len(text), "tokens_evaluated": 16}


@dataclass
class LlamaCppServer(StrictServer):
    key: str = KEY
    """"" asks for none."""
    model: str = "/home/somebody/models/qwen2.5-coder-1.5b-q4_k_m.gguf"
    fills_in: bool = True
    dialect = InfillDialect()

    def at_once(self, request: Received) -> Refusal | None:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return self._error(401, "Invalid API Key")
        if (request.method, request.path) == ("GET", "/v1/models"):
            return 200, {"object": "list", "data": [{"id": self.model, "object": "model", "owned_by": "llamacpp"}]}
        if (request.method, request.path) == ("GET", "/props"):
            return 200, {"default_generation_settings": {"n_ctx": 4096}, "total_slots": 1}
        if (request.method, request.path) != ("POST", "/infill"):
            return self._error(404, "File Not Found")
        if not self.fills_in:
            return 501, self.dialect.error(501, "Infill is not supported by this model: prefix token is missing. ")
        return self._fault_of(request.body)

    def _fault_of(self, body: object) -> Refusal | None:
        if not isinstance(body, dict):
            return self._error(400, "parse error at line 1")
        for name in ("input_suffix", "input_prefix"):
            if name not in body:
                return self._error(400, f"[json.exception.out_of_range.403] key '{name}' not found")
        wrong = [name for name, value in body.items() if not _fits(name, value)]
        return self._error(400, f"not permitted or out of range: {wrong}") if wrong else None

    def _error(self, status: int, message: str) -> Refusal:
        return status, self.dialect.error(status, message)


def _fits(name: str, value: object) -> bool:
    match name:
        case "model" | "input_prefix" | "input_suffix":
            return isinstance(value, str)
        case "input_extra":
            return isinstance(value, list) and all(_is_chunk(chunk) for chunk in value)
        case "stream":
            return isinstance(value, bool)
        case "stop":
            return is_stop(value)
        case _:
            return name in _NUMBERS and is_number(_NUMBERS, name, value)


def _is_chunk(chunk: object) -> bool:
    return (
        isinstance(chunk, dict)
        and set(chunk) == {"filename", "text"}
        and all(isinstance(text, str) for text in chunk.values())
    )
