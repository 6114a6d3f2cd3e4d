"""The invariants of DESIGN.md that fills answer for: 1 (bytes), 2 (tree) and 4 (what is never suggested)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.fills.frame import edit_of
from fimbot.stubs.language import load, walk
from fimbot.values import Fill, Skip, Stub, apply_edits
from tests.fills.asking import hung_up_at, made, stub_in, text
from tests.fills.bodies import SAMPLES, anything, true_bodies

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MORE = settings(QUICK, max_examples=40)

languages = pytest.mark.parametrize("path", SAMPLES)
newlines = st.sampled_from([b"\n", b"\r\n"])
Shape = list[tuple[str, int, int]]


def outside(stub: Stub, data: bytes, hole_end: int, mapped_by: int) -> Shape:
    """Every node that does not lie in the hole, by type and place; white space at either end is no part of a node."""
    shape = []
    for node in walk(load(stub.language).parse(data).root_node):
        if not node.is_named and not node.is_missing:
            continue
        start = len(data) - len(data[node.start_byte :].lstrip())
        end = len(data[: node.end_byte].rstrip())
        if start >= end or (start >= stub.hole.start and end <= hole_end):
            continue
        held = data[stub.hole.start : hole_end].rstrip()
        if end == stub.hole.start + len(held):
            end = hole_end
        shape.append(
            (node.type, start if start < hole_end else start - mapped_by, end if end < hole_end else end - mapped_by)
        )
    return shape


def assert_sound(source: bytes, fill: Fill) -> None:
    stub, edit = fill.stub, edit_of(fill.stub, fill.text)
    after = apply_edits(source, [edit])
    assert after.startswith(source[: stub.hole.start])
    assert after.endswith(source[stub.hole.end :])
    assert len(after) == len(source) - (stub.hole.end - stub.hole.start) + len(edit.replacement)

    language = load(stub.language)
    errors = [node for node in walk(language.parse(after).root_node) if node.is_error or node.is_missing]
    assert len(errors) <= sum(n.is_error or n.is_missing for n in walk(language.parse(source).root_node))

    empty = stub.hole.lead + (stub.hole.indent.encode() + language.placeholder) + stub.hole.tail
    reference = source[: stub.hole.start] + empty + source[stub.hole.end :]
    end = stub.hole.start + len(edit.replacement)
    assert outside(stub, after, end, end) == outside(
        stub, reference, stub.hole.start + len(empty), stub.hole.start + len(empty)
    )

    assert fill.text.strip()
    allowed = fill.text.replace(stub.newline, "")
    assert not [c for c in allowed if c != "\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]


@languages
@MORE
@given(data=st.data(), newline=newlines)
def test_whatever_is_answered_nothing_outside_the_hole_changes(path: str, data: st.DataObject, newline: bytes) -> None:
    sample = SAMPLES[path]
    answer = data.draw(anything(sample))
    source = sample.source.replace(b"\n", newline)
    outcome = made(source, answer, path=path)
    assert outcome == made(source, answer, path=path)
    if isinstance(outcome, Fill):
        assert_sound(source, outcome)
    else:
        assert outcome.reason


@languages
@QUICK
@given(data=st.data(), newline=newlines)
def test_a_true_body_is_found_in_any_overrun(path: str, data: st.DataObject, newline: bytes) -> None:
    sample = SAMPLES[path]
    body = data.draw(true_bodies(sample))
    overrun = data.draw(st.sampled_from(("", "\n", *sample.overruns)))
    source = sample.source.replace(b"\n", newline)
    expected = body.replace("\n", newline.decode())
    outcome = made(source, body + overrun, path=path)
    assert isinstance(outcome, Fill), outcome.reason
    assert outcome.text == expected
    assert_sound(source, outcome)


@languages
@QUICK
@given(data=st.data())
def test_a_stream_is_never_hung_up_on_too_early(path: str, data: st.DataObject) -> None:
    sample = SAMPLES[path]
    body = data.draw(true_bodies(sample))
    answer = body + data.draw(st.sampled_from(sample.overruns))
    at = hung_up_at(sample.source, answer, path=path)
    assert text(sample.source, answer[:at], path=path) == body
    assert at is None or at >= len(body)


@languages
@QUICK
@given(data=st.data())
def test_what_the_token_limit_cut_off_within_the_body_is_never_a_fill(path: str, data: st.DataObject) -> None:
    sample = SAMPLES[path]
    body = data.draw(true_bodies(sample))
    cut = data.draw(st.integers(0, len(body)))
    assert isinstance(made(sample.source, body[:cut], path=path, finish="length"), Skip)


@languages
@QUICK
@given(data=st.data())
def test_the_first_lines_indentation_may_be_missing(path: str, data: st.DataObject) -> None:
    sample = SAMPLES[path]
    body = data.draw(true_bodies(sample))
    assert text(sample.source, body.lstrip(), path=path) == body


@languages
def test_the_stub_of_each_sample_is_found(path: str) -> None:
    assert stub_in(SAMPLES[path].source, path).hole.indent == SAMPLES[path].indent
