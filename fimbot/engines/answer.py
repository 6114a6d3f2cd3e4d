"""An answer as OpenAI or Mistral shape it, streamed or whole. Liberal in what is read: unknown fields are passed over,
and what kind of answer it is shows in its first bytes, whatever its content type says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeGuard

from fimbot.engines.faults import Passing, message_in
from fimbot.engines.sse import events, lines
from fimbot.errors import EngineUnavailable
from fimbot.values import Completion, FinishReason, Usage

_FINISHES: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "model_length": "length",
    "max_tokens": "length",
}
_EVENT_STARTS = (b"data", b"event", b"id", b"retry", b":")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Incoming(Protocol):
    @property
    def content_type(self) -> str: ...

    def quote(self, text: str) -> str:
        """Text of the server's as part of one line, without the key."""

    def chunks(self) -> Iterator[bytes]: ...

    def expect_end(self) -> None:
        """Everything that matters has come: what is still to follow gets little time."""


class Answer(NamedTuple):
    text: str
    finish_reason: FinishReason
    usage: Usage | None
    cancelled: bool = False

    def completion(self, engine: str, model: str, requests: int) -> Completion:
        return Completion(self.text, self.finish_reason, engine, model, self.usage, self.cancelled, requests)


class Piece(NamedTuple):
    """What one record of an answer says."""

    text: str
    finish: FinishReason | None
    usage: Usage | None
    has_choice: bool


ReadPiece = Callable[[dict[str, Any], Callable[[str], str]], Piece]
"""From a record's JSON and `Incoming.quote`. Raises `Passing` where the server says that it failed."""


def choice_piece(value: dict[str, Any], quote: Callable[[str], str]) -> Piece:
    """The FIM route's and the completions route's: `choices`, of which there is one."""
    usage = _usage(value.get("usage"))
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        expect_no_error(value, quote)
        return Piece("", None, usage, has_choice=False)
    choice = choices[0]
    finish = choice.get("finish_reason")
    if finish == "error":
        raise Passing("the server broke the answer off with an error")
    return Piece(_text(choice), finish_of(finish, _FINISHES) if finish else None, usage, has_choice=True)


def finish_of(reason: object, reasons: Mapping[str, FinishReason]) -> FinishReason:
    return reasons.get(reason, "unknown") if isinstance(reason, str) else "unknown"


def expect_no_error(value: dict[str, Any], quote: Callable[[str], str]) -> None:
    if value.get("error") or value.get("object") == "error":
        raise Passing(f"the server broke the answer off: {quote(message_in(value))}")


def read_answer(
    incoming: Incoming, done: Callable[[str], bool], read_piece: ReadPiece = choice_piece, *, by_line: bool = False
) -> Answer:
    """`by_line`: a stream is JSON objects, one a line, in place of events.

    Raises `Passing` for an answer that is cut short or garbled, `EngineUnavailable` for one that is
    something else altogether."""
    start = b""
    chunks = incoming.chunks()
    for chunk in chunks:
        start = (start + chunk).lstrip(b"\xef\xbb\xbf \t\r\n")
        if len(start) >= max(map(len, _EVENT_STARTS)):
            break
    if not start:
        raise Passing("the answer is empty")
    everything = chain([start], chunks)
    if start.startswith(b"{") and by_line:
        records = (line.decode("utf-8", "replace") for line in lines(everything) if line.strip())
        return _streamed(incoming, records, done, read_piece)
    if start.startswith(_EVENT_STARTS):
        return _streamed(incoming, events(everything), done, read_piece)
    if start.startswith(b"{"):
        return _whole(b"".join(everything), incoming.quote, read_piece)
    raise EngineUnavailable(f"the answer is {incoming.content_type or 'of no known type'}, not JSON")


def _streamed(incoming: Incoming, records: Iterator[str], done: Callable[[str], bool], read_piece: ReadPiece) -> Answer:
    text, usage, finish = "", None, None
    seen = ended = halved = False
    try:
        for data in records:
            if data.strip() == "[DONE]":
                ended = True
                break
            piece = read_piece(_object(data), incoming.quote)
            usage = piece.usage or usage
            seen = seen or piece.has_choice
            if finish is not None:
                continue  # only the usage may follow
            text += piece.text
            halved = halved or _has_half(piece.text)
            if piece.finish is not None:
                finish = piece.finish
                incoming.expect_end()
            elif piece.text and done(_joined(text) if halved else text):
                return Answer(_joined(text), "cancelled", usage, cancelled=True)
    except EngineUnavailable:
        if finish is None:
            raise
    if not seen or (finish is None and not ended):
        raise Passing("the answer broke off")
    return Answer(_joined(text), finish or "unknown", usage)


def _whole(body: bytes, quote: Callable[[str], str], read_piece: ReadPiece) -> Answer:
    piece = read_piece(_object(body.decode("utf-8", "replace")), quote)
    if not piece.has_choice:
        raise Passing("the answer holds no choice")
    return Answer(_joined(piece.text), piece.finish or "unknown", piece.usage)


def _object(data: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Passing("the answer is garbled: not JSON") from None
    if not isinstance(value, dict):
        raise Passing("the answer is garbled: not an object")
    return value


def _text(choice: dict[str, Any]) -> str:
    """`delta.content` of a stream, `message.content` of a whole answer, `text` of the older API: a string,
    a list of parts, or null."""
    holder = next((choice[name] for name in ("delta", "message") if isinstance(choice.get(name), dict)), None)
    content = holder.get("content") if holder is not None else choice.get("text")
    parts = content if isinstance(content, list) else [content]
    texts = (part.get("text") if isinstance(part, dict) else part for part in parts)
    return "".join(text for text in texts if isinstance(text, str))


def _usage(value: object) -> Usage | None:
    if not isinstance(value, dict):
        return None
    return usage_of(value.get("prompt_tokens"), value.get("completion_tokens"))


def usage_of(prompt: object, completion: object) -> Usage | None:
    return Usage(prompt, completion) if _is_count(prompt) and _is_count(completion) else None


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < 2**53


def _has_half(text: str) -> bool:
    return _SURROGATE.search(text) is not None


def _joined(text: str) -> str:
    """The halves of a surrogate pair may come as two \\u escapes in two pieces; a half that stays alone
    becomes U+FFFD, since it could be written nowhere."""
    if not _has_half(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
