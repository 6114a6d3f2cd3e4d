"""How the strict server answers: well, or in one of the ways in which a server fails."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from tests.doubles.exchange import EVENTS, JSON, Exchange, Script


def fill(
    text: str,
    *,
    finish: str = "stop",
    pause: float = 0.0,
    rest: str = "",
    headers: Mapping[str, str] | None = None,
    streams: bool = True,
) -> Script:
    """Answers as documented, streamed or whole as it was asked; whole in any case where it does not stream. `rest` is
    streamed behind `text`."""

    def answer(exchange: Exchange) -> None:
        dialect = exchange.dialect
        if not (streams and exchange.request.body.get("stream", False)):
            exchange.whole(200, json.dumps(dialect.whole(text + rest, finish)).encode(), JSON, headers)
            return
        exchange.begin(headers)
        pieces = re.findall(r"\s*\S+|\s+", text + rest) or [""]
        for number, piece in enumerate(pieces, 1):
            last = number == len(pieces)
            if not exchange.write(dialect.piece(piece, finish if last else None)):
                return
            exchange.request.pieces_sent = number
            if pause and not exchange.wait(pause):
                return
        exchange.write(dialect.end())
        exchange.end()

    return answer


def status(code: int, body: object = None, headers: Mapping[str, str] | None = None) -> Script:
    def answer(exchange: Exchange) -> None:
        content = exchange.dialect.error(code, f"planned {code}") if body is None else body
        exchange.whole(code, json.dumps(content).encode(), JSON, headers)

    return answer


def raw(body: bytes | Sequence[bytes], content_type: str = EVENTS, *, end: bool = True, gap: float = 0.0) -> Script:
    """Exactly these bytes, each element in a packet of its own."""

    def answer(exchange: Exchange) -> None:
        exchange.head(200, content_type)
        for part in [body] if isinstance(body, bytes) else body:
            exchange.write(part)
            if gap:
                exchange.wait(gap)
        if end:
            exchange.end()

    return answer


def silent(exchange: Exchange) -> None:
    """Takes the request and never answers."""
    while exchange.wait(0.1):
        pass


def stalled(text: str) -> Script:
    """Begins an answer and then says nothing more."""

    def answer(exchange: Exchange) -> None:
        exchange.begin()
        exchange.write(exchange.dialect.piece(text, None))
        silent(exchange)

    return answer


def dripping(exchange: Exchange) -> None:
    """Keeps the connection alive with comments, so that no timeout of a single read is ever met."""
    exchange.head(200, EVENTS)
    while exchange.write(b": keep-alive\n\n") and exchange.wait(0.05):
        pass


def endless(exchange: Exchange) -> None:
    """Answers without ever coming to an end, as fast as it is read."""
    exchange.begin()
    while not exchange.closing.is_set() and exchange.write(exchange.dialect.piece("x" * 4000, None)):
        exchange.request.pieces_sent += 1


def truncated(text: str) -> Script:
    """Part of an answer, then the connection is closed in mid-chunk."""

    def answer(exchange: Exchange) -> None:
        exchange.begin()
        following = exchange.dialect.piece("more", None)
        exchange.write(exchange.dialect.piece(text, None) + following[: len(following) // 2])

    return answer


def reset(exchange: Exchange) -> None:
    exchange.reset()


def redirect(target: str, code: int = 307) -> Script:
    return status(code, {}, {"Location": target})


def whole(text: str, finish: str = "stop") -> dict[str, object]:
    """The example of Langdock's documentation, with the field that no schema names."""
    return {
        "data": "asd",
        "id": "245c52bc936f53ba90327800c73d1c3e",
        "object": "chat.completion",
        "model": "codestral",
        "usage": usage(text),
        "created": 1732902806,
        "choices": [
            {
                "index": 0,
                "message": {"content": text, "prefix": False, "role": "assistant"},
                "finish_reason": finish,
            }
        ],
    }


def chunk(text: object, finish: str | None = None) -> dict[str, object]:
    value: dict[str, object] = {
        "id": "245c52bc936f53ba90327800c73d1c3e",
        "object": "chat.completion.chunk",
        "created": 1732902806,
        "model": "codestral",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}],
    }
    if finish is not None:
        value["usage"] = usage(text if isinstance(text, str) else "")
    return value


def usage(text: str) -> dict[str, int]:
    return {"prompt_tokens": 16, "completion_tokens": len(text), "total_tokens": 16 + len(text)}


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
