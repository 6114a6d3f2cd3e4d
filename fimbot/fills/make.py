"""From a completion to a fill: clean, cut, indent, prove; or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from fimbot.fills.clean import is_junk, readings
from fimbot.fills.cut import Cut, cut
from fimbot.fills.frame import Frame, enclosure
from fimbot.fills.indent import arrangements, indented
from fimbot.fills.overlap import repeatable, without_repeated_prefix, without_repeated_suffix
from fimbot.fills.prove import prove
from fimbot.fills.stream import hole_complete
from fimbot.values import Checks, Completion, Fill, Skip, Stub, Window

__all__ = ["hole_complete", "make_fill"]

_CUT_OFF = "the answer was cut off by the token limit"


def make_fill(source: bytes, stub: Stub, window: Window, completion: Completion) -> Fill | Skip:
    """The part of an answer that fills exactly the hole, in the file's indentation and line breaks."""
    beside = _beside_code(source, stub)
    if beside is not None:
        return Skip(stub, beside)
    if not completion.text.strip():
        return Skip(stub, "the answer is empty")
    if is_junk(completion.text):
        return Skip(stub, "the answer is junk")
    frame = enclosure(source, stub)
    cut_reasons: list[str] = []
    proof_reasons: list[str] = []
    for text in _texts(frame, stub, window, completion.text):
        laid, reason = _fill_text(frame, source, stub, completion, text)
        if reason is None:
            return Fill(stub, laid, Checks(exact_hole=True, parses=True, complete=True), completion)
        (proof_reasons if laid else cut_reasons).append(reason)
    # The reading that came furthest says best what was wrong.
    return Skip(stub, next(iter(proof_reasons + cut_reasons), "the answer is empty"))


def _beside_code(source: bytes, stub: Stub) -> str | None:
    hole = stub.hole
    line = source[source.rfind(b"\n", 0, hole.start) + 1 : hole.start]
    if hole.shape == "block" and not hole.lead and line.strip(b" \t\xef\xbb\xbf"):
        return "the comment stands beside code"
    return None


def _texts(frame: Frame, stub: Stub, window: Window, text: str) -> Iterator[str]:
    """What the answer may mean, the likeliest first."""
    known = repeatable(stub, window, frame)
    whole_body = stub.kind in ("empty-body", "placeholder") and stub.hole.shape == "block"
    for reading in readings(text):
        own = without_repeated_prefix(reading, known)
        if not whole_body:
            own = without_repeated_suffix(own, window.suffix)
        if own.strip():
            yield from arrangements(frame, own) if frame.needs_indentation else (own,)


def _fill_text(frame: Frame, source: bytes, stub: Stub, completion: Completion, text: str) -> tuple[str, str | None]:
    """The text of the fill, "" where nothing fits the hole; and the reason why it is none."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return "", "the answer is not valid Unicode"
    found = cut(frame, raw)
    if not isinstance(found, Cut):
        return "", _CUT_OFF if completion.finish_reason == "length" else found
    if completion.finish_reason == "length" and not found.surely_complete:
        return "", _CUT_OFF
    laid = indented(frame, found.text.decode()).replace("\n", stub.newline)
    return laid, prove(source, stub, laid)
