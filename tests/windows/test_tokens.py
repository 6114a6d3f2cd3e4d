"""The estimate is never above bytes + 5, grows with the text, and takes time in proportion to it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fimbot.windows.tokens import count_pieces, estimate_tokens, pieces_within, tokens_of


def test_an_empty_text_is_only_the_framing() -> None:
    assert estimate_tokens("") == 4


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("total", 1, id="a short word"),
        pytest.param("camelCase", 2, id="a camelCase word is split"),
        pytest.param("2024", 4, id="digits one by one"),
        pytest.param("a b", 2, id="a blank belongs to the word after it"),
        pytest.param("f(x);", 5, id="punctuation one by one"),
        pytest.param("\n\n\n", 1, id="a run of newlines"),
        pytest.param("        x", 2, id="an indentation and its word"),
        pytest.param("é", 2, id="what may be unknown is its bytes"),
        pytest.param("a" * 800, 100, id="a long word is many"),
    ],
)
def test_pieces(text: str, pieces: int) -> None:
    assert count_pieces(text) == pieces


# Counted by Mistral's v3 tokenizer (mistral-common 1.x, mistral_instruct_tokenizer_240323.model.v3).
@pytest.mark.parametrize(
    ("text", "true"),
    [
        pytest.param("def add(a, b):\n    return a + b\n", 14, id="a function"),
        pytest.param("from collections.abc import Iterable\n", 8, id="an import"),
        pytest.param("const answer = 42;\n", 8, id="digits"),
        pytest.param("x = {'key': [1, 2, 3]}\n", 15, id="brackets"),
    ],
)
def test_the_estimate_is_not_below_the_tokenizer(text: str, true: int) -> None:
    assert true <= estimate_tokens(text) <= 2 * true + 4


@settings(deadline=None)
@given(st.text())
def test_the_estimate_is_at_most_bytes_and_five(text: str) -> None:
    assert 4 <= estimate_tokens(text) <= len(text.encode("utf-8", "replace")) + 5


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n")).map(lambda s: s + "\n")))
def test_lines_together_are_at_most_their_sum(lines: list[str]) -> None:
    assert count_pieces("".join(lines)) <= sum(map(count_pieces, lines))


@settings(deadline=None)
@given(st.text(), st.text())
def test_more_text_is_not_less_by_more_than_the_joint(first: str, second: str) -> None:
    assert count_pieces(first + second) >= count_pieces(first) - 1


@settings(deadline=None)
@given(st.integers(min_value=4, max_value=10**6))
def test_pieces_within_a_budget_fit_it(budget: int) -> None:
    pieces = pieces_within(budget)
    assert tokens_of(pieces, 10**9) <= budget < tokens_of(pieces + 2, 10**9)


@pytest.mark.parametrize("unit", ["a", " ", "é"], ids=repr)
def test_five_megabytes_on_one_line_take_seconds_at_most(unit: str) -> None:
    text = unit * (5_000_000 // len(unit))
    start = time.perf_counter()
    estimate_tokens(text)
    assert time.perf_counter() - start < 10
