"""The decisions about a server's faults, apart from any server."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.faults import LONGEST_QUOTE, Passing, pause_before, quoted, retry_after, said
from fimbot.settings.keys import Key
from tests.doubles.langdock import KEY

SECRET = Key(KEY, "LANGDOCK_API_KEY")
NOW = 1_700_000_000.0
THEN = "Tue, 14 Nov 2023 22:13:20 GMT"  # NOW, as HTTP writes it
LATER = "Tue, 14 Nov 2023 22:15:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        pytest.param("", "", None, id="none"),
        pytest.param("0", "", 0.0, id="at once"),
        pytest.param(" 120 ", "", 120.0, id="seconds"),
        pytest.param("1.5", "", 1.5, id="a fraction, as some gateways send"),
        pytest.param(LATER, THEN, 100.0, id="a date against the server's own"),
        pytest.param(LATER, "", 100.0, id="a date against this machine's clock"),
        pytest.param(LATER, "nonsense", 100.0, id="a date beside a broken one"),
        pytest.param(THEN, LATER, 0.0, id="a date that has passed"),
        pytest.param("-5", "", None, id="a negative number"),
        pytest.param("nan", "", None, id="not a number"),
        pytest.param("1e9", "", None, id="an exponent"),
        pytest.param("٣", "", None, id="digits of another script"),
        pytest.param("9" * 5000, "", None, id="5,000 digits"),
        pytest.param("Tue, 99 Nov 2023 22:13:20 GMT", "", None, id="no such day"),
        pytest.param("soon", "", None, id="a word"),
    ],
)
def test_what_retry_after_asks_for(value: str, date: str, seconds: float | None) -> None:
    assert retry_after(value, date, NOW) == seconds


@given(st.text(), st.text())
def test_no_retry_after_breaks_anything(value: str, date: str) -> None:
    asked = retry_after(value, date, NOW)
    assert asked is None or asked >= 0


@given(st.integers(1, 10), st.booleans(), st.floats(0, 1))
def test_pauses_grow_and_end(tries: int, throttled: bool, jitter: float) -> None:
    pause = pause_before(tries, Passing("x", throttled=throttled), lambda: jitter)
    assert (pause is None) == (tries >= (7 if throttled else 4))
    if pause is not None:
        full = min(30.0, (2.0 if throttled else 0.5) * 2 ** (tries - 1))
        assert full / 2 <= pause <= full


@given(st.floats(0, 1e6), st.floats(0, 1))
def test_a_pause_is_never_shorter_than_asked(asked: float, jitter: float) -> None:
    pause = pause_before(1, Passing("x", throttled=True, retry_after=asked), lambda: jitter)
    assert pause is not None and asked <= pause <= asked + 0.5


_INVISIBLE = st.sampled_from(["\x00", "\u200b", "\u202e", "\x1b", "\ue000", ""])


@given(st.text(max_size=300), st.lists(_INVISIBLE, min_size=len(KEY), max_size=len(KEY)), st.text())
def test_no_foreign_text_shows_the_key_or_leaves_its_line(before: str, between: list[str], after: str) -> None:
    echoed = "".join(char + mark for char, mark in zip(KEY, between, strict=True))
    line = quoted(before + echoed + after, SECRET)
    assert KEY not in line
    assert len(line) <= LONGEST_QUOTE + 1
    assert all(char.isprintable() for char in line)


_JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.just(KEY),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["message", "detail", "error", "msg", "loc", "x"]), inner)
    ),
)


def test_an_error_that_is_nested_too_deep_to_be_read_is_quoted_as_it_is() -> None:
    assert said(b"[" * 60_000, SECRET).startswith(' (it says: "[[[')


@given(_JSON.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_no_error_body_breaks_anything(body: bytes) -> None:
    assert KEY not in said(body, SECRET)
