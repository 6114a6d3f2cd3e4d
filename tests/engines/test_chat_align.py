"""From what a chat model answers to the middle: what is left as it is first, then what is undone."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fimbot.engines.chat.align import align, watching
from fimbot.fills.frame import edit_of
from fimbot.fills.make import hole_complete, make_fill
from fimbot.values import Completion, Fill, Window, apply_edits
from tests.fills.asking import frame_in, stub_in
from tests.fills.bodies import SAMPLES, anything, true_bodies

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PREFIX = '''import re


class Account:
    def close(self):
        return 0

    def late_fee(
        self, days, rate
    ):
        """The fee.

        For each day.
        """
        # TODO: implement
'''
SUFFIX = "\n    def open(self):\n        return 1\n"
BODY = "        if days > 1:\n            return days * rate\n        return 0"
SIGNATURE = PREFIX[PREFIX.index("    def late_fee") : PREFIX.index("        # TODO")]
AT_MARGIN = re.sub(r"(?m)^    ", "", SIGNATURE + BODY)


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        "        return 0",
        "        pass  # nothing: it is free.",
        '        return """\nHere is the fee:\n\n```\n1\n```\n"""',
        "        # Use a set.\n        seen = set()\n        return len(seen)",
        "        return re.sub('<hole>', '', days)",
        "\n        return 0\n",
        "",
        " ",
    ],
)
def test_an_answer_that_is_the_middle_stays_as_it_is(body: str) -> None:
    assert align(body, PREFIX, SUFFIX) == body


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(f"```\n{BODY}\n```", id="a fence"),
        pytest.param(f"~~~python\n{BODY}\n~~~", id="a fence of tildes with a language"),
        pytest.param(f"````python\n{BODY}\n````\n", id="a longer fence"),
        pytest.param(f"```python\n{BODY}", id="a fence that stays open"),
        pytest.param(f"        ```python\n{BODY}\n        ```", id="a fence that is indented as the code"),
        pytest.param(f"{BODY}\n```\nThis returns the fee.", id="only the closing fence"),
        pytest.param(f"Sure! Here's the code:\n\n```python\n{BODY}\n```\n\nIt is good.", id="prose around a fence"),
        pytest.param(f"1. Compare the days.\n2. Multiply them\n\n```\n{BODY}\n```", id="a list before a fence"),
        pytest.param(f"```\n{BODY}\n```\n\nUsage:\n\n```python\nAccount().late_fee(1, 2)\n```", id="a second block"),
        pytest.param(f"```\n\n```\n\n```\n{BODY}\n```", id="an empty block first"),
        pytest.param(f"Here is the missing piece:\n\n{BODY}", id="prose first, no fence"),
        pytest.param(f"{BODY}\n\n**Explanation:**\n\n- It compares the days.\n- It is `good`.", id="prose behind"),
        pytest.param(f"        # TODO: implement\n{BODY}", id="the TODO"),
        pytest.param(SIGNATURE + BODY, id="the signature and the docstring"),
        pytest.param(SIGNATURE.partition('        """')[0] + BODY, id="the signature without its docstring"),
        pytest.param(f"```\n{SIGNATURE}{BODY}\n{SUFFIX}```", id="the function and what follows"),
        pytest.param(f"```\n{PREFIX}{BODY}\n{SUFFIX}```", id="the whole file"),
        pytest.param(f"import math\n{PREFIX}{BODY}\n{SUFFIX}", id="the whole file with one more import"),
        pytest.param(f"{PREFIX.partition('# TODO')[0].rstrip()}\n{BODY}\n{SUFFIX}", id="the whole file, TODO done"),
        pytest.param(f"{BODY}\n{SUFFIX}", id="the suffix"),
        pytest.param(f"```python\n{AT_MARGIN}\n```", id="the function at the margin"),
        pytest.param(f"<hole-0123abcd/>{BODY}", id="the marker of the hole"),
        pytest.param(f"<file-0123abcd>\n{PREFIX}{BODY}\n{SUFFIX}</file-0123abcd>", id="the markers of the file"),
        pytest.param(f"<think>\nDays. ```\n</think>\n\n{BODY}", id="thoughts"),
        pytest.param(f"```python\r\n{(SIGNATURE + BODY)}\n```".replace("\n", "\r\n"), id="CRLF"),
    ],
)
def test_what_is_around_the_middle_is_taken_away(answer: str) -> None:
    assert align(answer, PREFIX, SUFFIX).strip("\n") == BODY


def test_a_prefix_with_crlf_is_found_again() -> None:
    assert align(SIGNATURE + BODY, PREFIX.replace("\n", "\r\n"), SUFFIX).strip("\n") == BODY


def test_thoughts_without_an_answer_are_none() -> None:
    assert align("<think>\nIt could be 0. Or 1.", PREFIX, SUFFIX) == ""


def test_of_two_functions_of_one_name_the_right_one_is_found() -> None:
    prefix = "class A:\n    def close(self):\n        a()\n\n\nclass B:\n    def close(self):\n"
    assert align(f"{prefix}        b()", prefix, "\n").strip("\n") == "        b()"


def test_a_sibling_with_the_same_signature_behind_the_hole_is_not_the_beginning() -> None:
    prefix, suffix = (
        "impl R for A {\n    fn get(&self) -> u8 {\n",
        "\n    }\n}\n\nimpl R for B {\n    fn get(&self) -> u8 {\n",
    )
    assert align(f"        self.a(){suffix}        self.b()", prefix, suffix).strip("\n") == "        self.a()"


def test_a_closer_that_belongs_to_the_body_stays() -> None:
    prefix, suffix = "class A {\n  two(a) {\n", "\n  }\n}\n"
    body = "    if (a) {\n      return 1;\n    }"
    assert align(f"```js\n  two(a) {{\n{body}\n  }}\n```", prefix, suffix).strip("\n") == body


@pytest.mark.parametrize("path", SAMPLES)
@QUICK
@given(data=st.data())
def test_the_right_body_comes_out_of_every_wrapping(path: str, data: st.DataObject) -> None:
    sample = SAMPLES[path]
    body = data.draw(true_bodies(sample))
    stub = stub_in(sample.source, path)
    before, after = (text.decode() for text in (sample.source[: stub.hole.start], sample.source[stub.hole.end :]))
    window = Window(stub, before, after, (), 0)
    signature = before[before.rindex("\n", 0, stub.start) + 1 :]
    intended = filled(sample.source, window, body)
    for answer in (
        body,
        f"```\n{body}\n```",
        f"Here is the body:\n\n~~~{path[2:]}\n{body}\n~~~\n\nIt does what its name says.",
        f"{signature}{body}",
        f"```\n{signature}{body}{sample.closer}\n```",
        f"```\n{before}{body}{after}\n```",
        f"```\n{before}{body}{after}\n```".replace("\n", "\r\n"),
    ):
        assert filled(sample.source, window, align(answer, before, after)) == intended, answer
        look = watching(before, after, hole_complete(frame_in(sample.source, stub), window))
        end = next((at for at in range(3, len(answer), 3) if look(answer[:at])), None)
        if end is not None:
            assert filled(sample.source, window, align(answer[:end], before, after)) == intended, answer[:end]


def filled(source: bytes, window: Window, text: str) -> bytes | str:
    made = make_fill(frame_in(source, window.stub), window, Completion(text, "stop", "test", "test"))
    if not isinstance(made, Fill):
        return "skipped"
    return apply_edits(source, [edit_of(window.stub, made.text)])


answers = st.sampled_from(sorted(SAMPLES)).flatmap(lambda path: anything(SAMPLES[path]))


@settings(QUICK, max_examples=150)
@given(answer=st.one_of(st.text(), answers), prefix=st.one_of(st.text(), answers), suffix=st.one_of(st.text(), answers))
@example(answer="```", prefix="", suffix="")
@example(answer="<think>", prefix="```", suffix="\n")
def test_nothing_is_raised_whatever_the_answer_is(answer: str, prefix: str, suffix: str) -> None:
    once = align(answer, prefix, suffix)
    assert once == align(answer, prefix, suffix)
    assert len(once) <= len(answer) * (1 + len(prefix))
    look = watching(prefix, suffix, lambda text: False)
    for end in range(len(answer) + 1):
        look(answer[:end])


@settings(QUICK, max_examples=60)
@given(answer=answers)
def test_once_it_is_settled_where_the_middle_begins_it_only_grows(answer: str) -> None:
    seen: list[str] = []

    def done(text: str) -> bool:
        seen.append(text)
        return False

    look = watching("def f(a):\n", "\n\nx = 1\n", done)
    for end in range(len(answer) + 1):
        look(answer[:end])
    beginnings = [text.strip()[:1] for text in seen if text.strip()]
    assert len(set(beginnings)) <= 1


@pytest.mark.parametrize(
    "text", ["x", "\n", "`", "```\n", "    a\n", "def f(a):\n", "a b.\n", " ", "<", "(", "- a b c\n\n"]
)
def test_an_answer_without_end_is_read_in_a_time_that_grows_with_it(text: str) -> None:
    small, large = (_steps(text * (size // len(text))) for size in (20_000, 80_000))
    assert large < 8 * small + 2000


def _steps(answer: str) -> int:
    """Lines of Python that are run: unlike seconds, the same on every machine."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        align(answer, "def f(a):\n", "\n\nx = 1\n")
    finally:
        sys.settrace(before)
    return count


def test_lines_of_the_suffix_that_stand_before_the_hole_too_do_not_end_a_whole_file() -> None:
    note = "\n    /**\n     * Gives the next value.\n     */\n"
    one = "    function one()\n    {\n        return 1;\n    }\n"
    prefix = f"<?php\n\nclass A\n{{\n{one}{note}    function two()\n    {{\n"
    suffix = f"\n    }}\n{note}    function three()\n    {{\n        return third(3);\n    }}\n}}\n"
    body = "        return second(2);"
    answer = f"<?php\n\nimport extra\n{prefix.removeprefix('<?php')}{body}{suffix}"
    assert align(f"// With one more import.\n{answer}", prefix, suffix) == body
