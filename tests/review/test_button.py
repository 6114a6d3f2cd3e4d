"""Criterion 2: what the Apply button makes of the body that is posted, by a rule that somebody else wrote down."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fimbot.apps.review.anchors import Hunk
from fimbot.apps.review.comments import Comment, Draft, Unplaced, compose, without_repeats
from fimbot.apps.review.identity import Mark, mark_in
from fimbot.values import Suggestion, apply_edits
from tests.doubles.github.suggestion import apply_suggestion
from tests.reporters.fixed import suggested, suggestions

MARK = Mark("0123456789ab", "ba9876543210")
STUB = b"import os\n\n\ndef f(a):\n    raise NotImplementedError\n"


def whole(source: bytes) -> tuple[Hunk, ...]:
    """As if the file were new."""
    return (Hunk(1, source.count(b"\n") + 1, (), frozenset()),)


def composed(source: bytes, text: str) -> Draft | Unplaced:
    return compose(suggested(source, text), source, whole(source), MARK)


def committed(source: bytes, *comments: Comment) -> bytes:
    for comment in sorted(comments, key=lambda comment: comment.edit.start, reverse=True):
        source = apply_suggestion(source, comment.edit.start, comment.edit.end, comment.body)
    return source


RUNS = st.sampled_from(["", "`", "```", "``````", "~~~", "~~~~~~~", "\t", "ä€𐐀", "-->", "<details>", "@everyone", "|"])


@settings(max_examples=60, deadline=None)
@given(found=suggestions())
def test_the_button_gives_exactly_what_was_meant(found: tuple[bytes, Suggestion]) -> None:
    source, suggestion = found
    draft = compose(suggestion, source, whole(source), MARK)
    if isinstance(draft, Unplaced):
        # Withheld, never altered; and for a reason that is true.
        assert draft.reason
        return
    hole = draft.comments[-1]
    assert committed(source, hole) == apply_edits(source, suggestion.edits[: 1 if len(draft.comments) > 1 else None])
    assert committed(source, *draft.comments) == apply_edits(source, suggestion.edits)
    assert mark_in(hole.body) == MARK


@settings(max_examples=150, deadline=None)
@given(
    first=RUNS,
    inner=RUNS,
    last=RUNS,
    crlf=st.booleans(),
    ended=st.booleans(),
    indented=st.integers(0, 4),
    count=st.integers(1, 9),
)
def test_mistake_12_runs_of_backticks_and_tildes_are_code(
    first: str, inner: str, last: str, crlf: bool, ended: bool, indented: int, count: int
) -> None:
    """In the midst of a line, at its start, and at the end of the text."""
    lines = ["    return '''", f"{' ' * indented}{first * count}", f"{inner}suggestion", last, "'''"]
    source, text = STUB, "\n".join(lines)
    if not ended:
        source = source.rstrip(b"\n")
    if crlf:
        source, text = source.replace(b"\n", b"\r\n"), text.replace("\n", "\r\n")
    draft = composed(source, text)
    assert isinstance(draft, Draft)
    after = committed(source, *draft.comments)
    assert after == source.replace(b"    raise NotImplementedError", text.encode())


def test_most_suggestions_have_a_button() -> None:
    """The property above would hold as well for a bot that posts nothing."""
    seen: list[bool] = []

    @settings(max_examples=30, deadline=None, database=None, derandomize=True)
    @given(found=suggestions())
    def look(found: tuple[bytes, Suggestion]) -> None:
        seen.append(isinstance(compose(found[1], found[0], whole(found[0]), MARK), Draft))

    look()
    assert sum(seen) > 0.9 * len(seen)


def test_mistake_2_one_line_is_line_alone() -> None:
    draft = composed(STUB, "    return a")
    assert isinstance(draft, Draft)
    payload = draft.comments[0].payload()
    assert {key: payload[key] for key in payload if key != "body"} == {"path": "a.py", "line": 5, "side": "RIGHT"}


def test_several_lines_have_a_start_on_the_same_side() -> None:
    source = b"def f(a):\n    # TODO\n    raise NotImplementedError\n"
    draft = composed(source, "    return a")
    assert isinstance(draft, Draft)
    payload = draft.comments[0].payload()
    assert (payload["start_line"], payload["start_side"], payload["line"], payload["side"]) == (2, "RIGHT", 3, "RIGHT")


def test_mistake_14_a_file_that_mixes_line_ends_has_no_button() -> None:
    """The button would write CRLF on all of its lines."""
    draft = composed(b"import os\r\n" + STUB, "    return a")
    assert isinstance(draft, Unplaced)
    assert "exactly the intended file" in draft.reason


def test_mistake_13_code_that_a_comment_would_not_keep_is_withheld() -> None:
    """A form feed behind the hole, on its line."""
    source = b"int f(int a) { /* TODO: implement */ } // \x0c\n"
    draft = compose(suggested(source, "    return a;", "a.c"), source, whole(source), MARK)
    assert isinstance(draft, Unplaced)
    assert draft.reason == "a line holds characters that a comment would not keep"


def test_mistake_20_an_import_is_a_suggestion_of_its_own() -> None:
    draft = composed(STUB, "    return re.sub('a', 'b', a)")
    assert isinstance(draft, Draft)
    added, hole = draft.comments
    assert committed(STUB, added, hole).startswith(b"import os\nimport re\n")
    assert "`import re`: a suggestion of its own" in hole.body
    assert mark_in(hole.body) == MARK
    assert mark_in(added.body) is None, "when the stub is gone, its import is needed all the more"


def test_mistake_20_an_import_outside_of_the_diff_is_said() -> None:
    hunks = (Hunk(4, 5, (), frozenset()),)
    draft = compose(suggested(STUB, "    return re.sub('a', 'b', a)"), STUB, hunks, MARK)
    assert isinstance(draft, Draft)
    (hole,) = draft.comments
    assert "`import re`: its place is not part of this diff" in hole.body


def test_two_fills_bring_the_same_import_once() -> None:
    draft = composed(STUB, "    return re.sub('a', 'b', a)")
    assert isinstance(draft, Draft)
    one, other = without_repeats([draft, draft])
    assert (len(one.comments), len(other.comments)) == (2, 1)


def test_a_hole_outside_of_the_diff_has_no_button() -> None:
    found = compose(suggested(STUB, "    return a"), STUB, (Hunk(1, 4, (), frozenset()),), MARK)
    assert isinstance(found, Unplaced)
    assert found.reason == "its lines are not part of the diff"


def test_a_body_that_is_too_long_has_no_button() -> None:
    found = composed(STUB, "    return '" + "a" * 66_000 + "'")
    assert isinstance(found, Unplaced)
    assert "too long" in found.reason


def test_names_and_models_are_inert_outside_of_the_fence() -> None:
    suggestion = suggested(STUB, "    return a")
    hostile = "@acme/all <img src=x> [x](javascript:0) `code` #1"
    fill = suggestion.fill
    fill = fill._replace(completion=fill.completion._replace(model=hostile), stub=fill.stub._replace(name=hostile))
    draft = compose(suggestion._replace(fill=fill), STUB, whole(STUB), MARK)
    assert isinstance(draft, Draft)
    tokens = MarkdownIt("commonmark").parse(draft.comments[-1].body)
    inline = [child for token in tokens for child in token.children or []]
    assert sum(hostile in child.content for child in inline if child.type == "code_inline") == 2
    assert not any("acme" in child.content for child in inline if child.type != "code_inline")
    assert not re.search("acme", "".join(token.content for token in tokens if token.type == "html_block"))
