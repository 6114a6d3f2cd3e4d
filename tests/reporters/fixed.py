"""Suggestions for real files, whatever their bytes are like: what a reader of a fix has to get right."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from fimbot.patches.suggest import suggestion_of
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, Checks, Completion, Fill, Report, Skip, Suggestion, apply_edits
from tests.fills.asking import frame_in, made
from tests.fills.bodies import SAMPLES, true_bodies

COMPLETION = Completion("", "stop", "langdock", "codestral-2501")


def suggested(source: bytes, text: str, path: str = "a.py") -> Suggestion:
    """The file's first stub, filled with exactly this text."""
    stub = next(each for each in find_stubs(path, source, [WHOLE_FILE]) if not isinstance(each, Skip))
    return suggestion_of(frame_in(source, stub), Fill(stub, text, Checks(True, True, True), COMPLETION))


def report_of(*suggestions: Suggestion) -> Report:
    return Report("langdock", "codestral-2501", suggestions, 1)


@st.composite
def suggestions(draw: st.DrawFn) -> tuple[bytes, Suggestion]:
    """(content, a suggestion for it that has been proved): CRLF, a byte order mark, no line break at the end,
    letters of two, three and four bytes before it and in it, tabs, an import that it needs."""
    path = draw(st.sampled_from(sorted(SAMPLES)))
    source, answer = SAMPLES[path].source, draw(true_bodies(SAMPLES[path]))
    if path == "a.py":
        source = source.replace(b"import os", b"import os  # \xc3\xa4\xe2\x82\xac\xf0\x90\x90\x80")
        answer += draw(st.sampled_from(["", "\n        return json.dumps(amount)", '\n        return "ä\t𐐀"']))
    if draw(st.booleans()):
        source = source.rstrip(b"\n")
    if draw(st.booleans()):
        source = source.replace(b"\n", b"\r\n")
    if draw(st.booleans()):
        source = b"\xef\xbb\xbf" + source
    fill = made(source, answer, path=path)
    assume(isinstance(fill, Fill))
    assert isinstance(fill, Fill)
    return source, suggestion_of(frame_in(source, fill.stub), fill)


def intended(source: bytes, suggestion: Suggestion) -> bytes:
    return apply_edits(source, suggestion.edits)
