"""The body of a request is taken or refused exactly as documented: https://docs.langdock.com/api-endpoints/codestral"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.apps.serve.request import FimRequest, Invalid, read_request
from fimbot.engines.protocol import Question
from fimbot.settings.values import Settings
from tests.serve.running import MODEL, asked

DEFAULTS = Settings(temperature=0.0, max_tokens=512)


def read(body: object) -> FimRequest:
    return read_request(json.dumps(body).encode(), [MODEL], DEFAULTS)


def faults(body: object) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(Invalid) as raised:
        read(body)
    return [(fault.loc, fault.type) for fault in raised.value.faults]


def test_what_is_not_given_has_its_default() -> None:
    assert read(asked("a")) == FimRequest(Question("a", "", 512, temperature=0.0), stream=False)


def test_null_is_not_given() -> None:
    names = ("suffix", "temperature", "top_p", "max_tokens", "min_tokens", "stop", "random_seed", "stream")
    assert read(asked("a", **dict.fromkeys(names))) == read(asked("a"))


def test_fields_that_nobody_documents_are_passed_over() -> None:
    assert read(asked("a", presence_penalty=0, n=1)) == read(asked("a"))


def test_each_field_is_taken_over() -> None:
    body = asked(
        "a",
        suffix="b",
        temperature=1.5,
        top_p=1,
        max_tokens=0,
        min_tokens=1,
        stop=["x", "y"],
        random_seed=7,
        stream=True,
    )
    assert read(body) == FimRequest(Question("a", "b", 0, (), "", 1.5, 1, 1, ("x", "y"), 7), stream=True)


def test_stop_may_be_one_text() -> None:
    assert read(asked("a", stop="x")).question.stop == ("x",)


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("model", "gpt-4", "enum"),
        ("model", None, "string_type"),
        ("prompt", 1, "string_type"),
        ("prompt", None, "string_type"),
        ("suffix", ["a"], "string_type"),
        ("temperature", -0.1, "greater_than_equal"),
        ("temperature", 1.6, "less_than_equal"),
        ("temperature", "0.2", "float_type"),
        ("temperature", True, "float_type"),
        ("top_p", 1.01, "less_than_equal"),
        ("max_tokens", -1, "greater_than_equal"),
        ("max_tokens", 1.5, "int_type"),
        ("max_tokens", 10**400, "less_than_equal"),
        ("min_tokens", "1", "int_type"),
        ("random_seed", -1, "greater_than_equal"),
        ("random_seed", False, "int_type"),
        ("stop", 1, "string_type"),
        ("stop", 0, "string_type"),
        ("stop", False, "string_type"),
        ("stop", {}, "string_type"),
        ("stop", ["a", 1], "string_type"),
        ("stop", [""], "string_too_short"),
        ("stop", {"a": 1}, "string_type"),
        ("stop", "\udfff", "string_unicode"),
        ("stop", ["a", "b\ud800"], "string_unicode"),
        ("stream", "yes", "bool_type"),
    ],
)
def test_what_does_not_fit_is_told_by_field(field: str, value: object, kind: str) -> None:
    assert faults(asked("a") | {field: value}) == [(("body", field), kind)]


def test_all_faults_are_told_at_once() -> None:
    assert faults({"temperature": 2, "top_p": 2}) == [
        (("body", "model"), "missing"),
        (("body", "prompt"), "missing"),
        (("body", "temperature"), "less_than_equal"),
        (("body", "top_p"), "less_than_equal"),
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff{}", b'{"temperature": NaN}', b"[" * 100_000, b"9" * 10_000])
def test_what_is_no_json_is_told(body: bytes) -> None:
    with pytest.raises(Invalid) as raised:
        read_request(body, [MODEL], DEFAULTS)
    assert [fault.type for fault in raised.value.faults] in (["json_invalid"], ["model_attributes_type"])


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"a"'])
def test_what_is_no_object_is_told(body: bytes) -> None:
    with pytest.raises(Invalid) as raised:
        read_request(body, [MODEL], DEFAULTS)
    assert [fault.type for fault in raised.value.faults] == ["model_attributes_type"]


def test_what_somebody_wrote_is_not_quoted() -> None:
    with pytest.raises(Invalid) as raised:
        read({"model": "their-secret", "prompt": ["their-secret"], "stop": [1, "their-secret"]})
    assert "their-secret" not in repr(raised.value.faults)


TEXTS = st.text("ab\0\ud800é", max_size=3)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["model", "prompt", "suffix", "temperature", "top_p", "max_tokens", "min_tokens", "stop", "random_seed", "stream"]
)


@given(st.dictionaries(NAMES, VALUES))
def test_any_object_is_refused_or_within_its_ranges(fields: dict[str, Any]) -> None:
    try:
        question = read(asked("a") | fields).question
    except Invalid as found:
        assert found.faults
        return
    assert question.max_tokens >= 0
    assert question.temperature is None or 0 <= question.temperature <= 1.5
    assert question.top_p is None or 0 <= question.top_p <= 1
    assert all(isinstance(stop, str) and stop for stop in question.stop)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_as_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_request(body, [MODEL], DEFAULTS)
