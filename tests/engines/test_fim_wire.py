"""The exact text that is sent for a window."""

from __future__ import annotations

import json
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.fim_wire import payload, render
from fimbot.engines.protocol import Question
from fimbot.values import ContextPart, Hole, Stub, Window


def window(*context: ContextPart, path: str = "src/a.py", prefix: str = "def f():\n", suffix: str = "\n") -> Window:
    kind: Literal["empty-body"] = "empty-body"
    stub = Stub("id", path, "python", kind, "fill", "f", 1, 2, 0, 9, Hole(5, 9, "    "), 2, 2, "\n", "is empty")
    return Window(stub, prefix, suffix, context, tokens=9)


def test_without_context_it_is_prefix_and_suffix_as_they_are() -> None:
    assert render(window(prefix="\tdef f():\r\n", suffix="\r\n\r\n")) == ("\tdef f():\r\n", "\r\n\r\n")


def test_other_files_come_first_each_under_the_marker_that_codestral_was_taught() -> None:
    parts = (
        ContextPart("definition", "src/b.py", "class B:\n    x: int\n"),
        ContextPart("test", "tests/test_a.py", "assert f() == 1\n"),
    )
    assert render(window(*parts)) == (
        "+++++ src/b.py\nclass B:\n    x: int\n\n\n"
        "+++++ tests/test_a.py\nassert f() == 1\n\n\n"
        "+++++ src/a.py\ndef f():\n",
        "\n",
    )


def test_the_prompt_ends_where_the_fill_begins() -> None:
    prompt, _ = render(window(ContextPart("call", "b.py", "f()")))
    assert prompt.endswith("def f():\n")


def test_a_file_name_cannot_end_its_line() -> None:
    prompt, _ = render(window(ContextPart("call", "b\n+++++ c\x1b.py", "f()"), path="caf\udce9.py"))
    assert prompt == "+++++ b?+++++ c?.py\nf()\n\n+++++ caf\ufffd.py\ndef f():\n"


def test_the_model_stops_before_it_writes_another_file() -> None:
    prompt, suffix = render(window(ContextPart("call", "b.py", "f()")))
    assert payload("langdock", "m", Question(prompt, suffix, 5, stop=("x",)))["stop"] == ["x", "\n+++++ "]
    assert "stop" not in payload("langdock", "m", Question("+ 1", "", 5))


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_whatever_a_file_holds_can_be_sent(prefix: str, suffix: str, text: str) -> None:
    prompt, rendered = render(window(ContextPart("call", text, text), prefix=prefix, suffix=suffix))
    body = payload("langdock", "m", Question(prompt, rendered, 5))
    assert (body["prompt"], body["suffix"]) == (prompt, rendered), "what is shown is what is sent"
    assert json.loads(json.dumps(body, ensure_ascii=False).encode()) == body


@given(st.text(), st.text())
def test_well_formed_text_is_sent_untouched(prefix: str, suffix: str) -> None:
    assert render(window(prefix=prefix, suffix=suffix)) == (prefix, suffix)
