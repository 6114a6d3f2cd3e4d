from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.sse import events


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n\n\r\n", [], id="blank lines"),
        pytest.param(b": comment\n\n", [], id="a comment"),
        pytest.param(b"event: ping\nid: 1\nretry: 9\n\n", [], id="fields that are not data"),
        pytest.param(b"data\n\n", [""], id="data without a colon"),
        pytest.param(b"data: a\n\ndata: b\n\n", ["a", "b"], id="two events"),
        pytest.param(b"data:a\n\ndata:  b\n\n", ["a", " b"], id="one blank is not part of it"),
        pytest.param(b"data: a\ndata: b\n\n", ["a\nb"], id="two lines of one event"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\r", ["a", "b"], id="CRLF and CR"),
        pytest.param(b"data: a\x0b\x0c\x85\x1cb\n\n", ["a\x0b\x0c\ufffd\x1cb"], id="no other line break"),
        pytest.param("data: a\u2028b\u0085\n\n".encode(), ["a\u2028b\u0085"], id="nor one of Unicode's"),
        pytest.param(b"data: a: b\n\n", ["a: b"], id="a colon in the data"),
        pytest.param(b"data: a", ["a"], id="no line break at the end"),
        pytest.param(b"database: a\n\n", [], id="another field that begins alike"),
    ],
)
def test_the_events_of(stream: bytes, expected: list[str]) -> None:
    assert list(events([stream])) == expected


@given(
    st.lists(st.sampled_from([b"data: a", b"data: \xc3\xa9", b":", b"\n", b"\r\n", b"\r", b"\n\n", b"d"])),
    st.data(),
)
def test_the_events_are_the_same_however_the_bytes_arrive(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert list(events(pieces)) == list(events([stream]))


@pytest.mark.parametrize("cut", range(24))
def test_the_two_halves_of_a_line_break_are_one(cut: int) -> None:
    stream = b"data: a\r\ndata: b\r\n\r\n"
    assert list(events([stream[:cut], b"", stream[cut:]])) == ["a\nb"]


def test_an_event_is_given_out_as_soon_as_it_is_whole() -> None:
    def arriving() -> Iterator[bytes]:
        yield b"data: a\n\n"
        raise AssertionError("it was not given out before more was read")

    assert next(events(arriving())) == "a"
