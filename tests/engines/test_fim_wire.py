"""The exact text that is sent for a question."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.fim_wire import payload, render
from fimbot.engines.protocol import Question
from fimbot.values import ContextPart


def asked(*context: ContextPart, path: str = "src/a.py", prefix: str = "def f():\n", suffix: str = "\n") -> Question:
    return Question(prefix, suffix, max_tokens=5, context=context, path=path)


def test_without_context_it_is_prefix_and_suffix_as_they_are() -> None:
    assert render(asked(prefix="\tdef f():\r\n", suffix="\r\n\r\n")) == ("\tdef f():\r\n", "\r\n\r\n")


def test_other_files_come_first_each_under_the_marker_that_codestral_was_taught() -> None:
    parts = (
        ContextPart("definition", "src/b.py", "class B:\n    x: int\n"),
        ContextPart("test", "tests/test_a.py", "assert f() == 1\n"),
    )
    assert render(asked(*parts)) == (
        "+++++ src/b.py\nclass B:\n    x: int\n\n\n"
        "+++++ tests/test_a.py\nassert f() == 1\n\n\n"
        "+++++ src/a.py\ndef f():\n",
        "\n",
    )


def test_the_prompt_ends_where_the_fill_begins() -> None:
    prompt, _ = render(asked(ContextPart("call", "b.py", "f()")))
    assert prompt.endswith("def f():\n")


def test_a_file_name_cannot_end_its_line() -> None:
    prompt, _ = render(asked(ContextPart("call", "b\n+++++ c\x1b.py", "f()"), path="caf\udce9.py"))
    assert prompt == "+++++ b?+++++ c?.py\nf()\n\n+++++ caf\ufffd.py\ndef f():\n"


def test_the_model_stops_before_it_writes_another_file() -> None:
    question = replace(asked(ContextPart("call", "b.py", "f()")), stop=("x",))
    assert payload("langdock", "m", question)["stop"] == ["x", "\n+++++ "]
    assert "stop" not in payload("langdock", "m", asked(prefix="+++++ 1"))


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_whatever_a_file_holds_can_be_sent(prefix: str, suffix: str, text: str) -> None:
    question = asked(ContextPart("call", text, text), prefix=prefix, suffix=suffix)
    body = payload("langdock", "m", question)
    assert (body["prompt"], body["suffix"]) == render(question), "what is shown is what is sent"
    assert json.loads(json.dumps(body, ensure_ascii=False).encode()) == body


@given(st.text(), st.text())
def test_well_formed_text_is_sent_untouched(prefix: str, suffix: str) -> None:
    assert render(asked(prefix=prefix, suffix=suffix)) == (prefix, suffix)
