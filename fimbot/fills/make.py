"""From a completion to a fill: clean, cut, indent, prove; or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fimbot.errors import ParseError
from fimbot.fills.clean import is_junk, readings
from fimbot.fills.cut import Cut, cut
from fimbot.fills.frame import Frame, frames_in
from fimbot.fills.indent import arrangements, indented
from fimbot.fills.overlap import repeatable, without_repeated_prefix, without_repeated_suffix
from fimbot.fills.prove import prove
from fimbot.fills.stream import hole_complete
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import Checks, Completion, Fill, Skip, Stub, Window

__all__ = ["fills_of", "frames_of", "hole_complete", "make_fill"]

_CUT_OFF = "the answer was cut off by the token limit"


def frames_of(files: Mapping[str, ParsedFile], windows: Sequence[Window]) -> tuple[dict[str, Frame], list[Skip]]:
    """Return each stub's frame by the stub's id, and a Skip where the parser does not get through."""
    by_path: dict[str, list[Stub]] = {}
    for window in windows:
        by_path.setdefault(window.stub.path, []).append(window.stub)
    frames: dict[str, Frame] = {}
    skips: list[Skip] = []
    for path, stubs in by_path.items():
        try:
            frames |= {frame.stub.id: frame for frame in frames_in(files[path], stubs)}
        except ParseError as error:
            skips += [Skip(stub, f"the file with a body {error}") for stub in stubs]
    return frames, skips


def fills_of(
    frames: Mapping[str, Frame], windows: Sequence[Window], answers: Mapping[int, Completion | Exception]
) -> list[Fill | Skip]:
    """Return what became of each window; `answers` by the window's place, without those that never came."""
    outcomes: list[Fill | Skip] = []
    for place, window in enumerate(windows):
        answer = answers.get(place)
        if answer is None:
            outcomes.append(Skip(window.stub, "interrupted"))
        elif not isinstance(answer, Completion):
            outcomes.append(Skip(window.stub, str(answer)))
        else:
            try:
                outcomes.append(make_fill(frames[window.stub.id], window, answer))
            except ParseError as error:
                outcomes.append(Skip(window.stub, f"the answer {error}"))
    return outcomes


def make_fill(frame: Frame, window: Window, completion: Completion) -> Fill | Skip:
    """Return the part of an answer that fills exactly the hole, in the file's indentation and line breaks."""
    stub = frame.stub
    beside = _beside_code(frame.file.source, stub)
    if beside is not None:
        return Skip(stub, beside)
    if not completion.text.strip():
        return Skip(stub, "the answer is empty")
    if is_junk(completion.text):
        return Skip(stub, "the answer is junk")
    cut_reasons: list[str] = []
    proof_reasons: list[str] = []
    for text in _texts(frame, window, completion.text):
        laid, reason = _fill_text(frame, completion, text)
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


def _texts(frame: Frame, window: Window, text: str) -> Iterator[str]:
    """What the answer may mean, the likeliest first."""
    known, stub = repeatable(frame, window), frame.stub
    whole_body = stub.kind in ("empty-body", "placeholder") and stub.hole.shape == "block"
    for reading in readings(text):
        own = without_repeated_prefix(reading, known)
        if not whole_body:
            own = without_repeated_suffix(own, window.suffix)
        if own.strip():
            yield from arrangements(frame, own) if frame.needs_indentation else (own,)


def _fill_text(frame: Frame, completion: Completion, text: str) -> tuple[str, str | None]:
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
    laid = indented(frame, found.text.decode()).replace("\n", frame.stub.newline)
    return laid, prove(frame, laid)
