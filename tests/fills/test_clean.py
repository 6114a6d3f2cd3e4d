"""Readings of an answer, and what it repeats."""

from __future__ import annotations

import pytest

from fimbot.fills.clean import forbidden_character, is_junk, readings
from fimbot.fills.overlap import without_repeated_suffix

FIRST = {
    "x = 1\n": "x = 1\n",
    "x = '```'\n": "x = '```'\n",
    "    ```\nx": "    ```\nx",
    "x = PREFIX[SUFFIX]\n": "x = PREFIX[SUFFIX]\n",
    "x = '</s>y'\n": "x = '</s>y'\n",
    "```python\nx = 1\n```\nprose": "x = 1\n",
    "```\nx = 1\n": "x = 1\n",
    "~~~~\nx = 1\n~~~~": "x = 1\n",
    "Here you go:\n```\nx = 1\n```": "x = 1\n",
    "Here you go\n```c++\nx = 1\n```": "x = 1\n",
    "x = 1\n```\nThat's it.": "x = 1\n",
    "x = 1\r\ny = 2": "x = 1\ny = 2",
    "x = 1<|endoftext|>y": "x = 1",
    "<|fim_middle|>x = 1<|im_end|>": "x = 1",
    "x = 1\n[SUFFIX]\ny": "x = 1\n",
    "[MIDDLE]x = 1": "x = 1",
    "x = 1</s>": "x = 1",
}


@pytest.mark.parametrize(("answer", "code"), FIRST.items(), ids=[repr(answer) for answer in FIRST])
def test_the_likeliest_reading(answer: str, code: str) -> None:
    assert readings(answer)[0] == code


@pytest.mark.parametrize("text", ["x = 1\n\ty = 'é語😀'", "", "naïve"])
def test_what_people_write_is_allowed(text: str) -> None:
    assert forbidden_character(text) is None


@pytest.mark.parametrize("point", [0x00, 0x07, 0x0D, 0x7F, 0x85, 0xA0, 0xAD, 0x200B, 0x200E, 0x202A, 0x2066, 0x2029,
                                   0x2800, 0xFE0F, 0xFEFF, 0xE0001, 0xE0100, 0xF0000, 0x1D173, 0x3000])  # fmt: skip
def test_what_nobody_sees_is_named(point: int) -> None:
    assert forbidden_character(f"x = '{chr(point)}'") == f"U+{point:04X}"


def test_junk_is_told_from_code() -> None:
    assert is_junk("\n***** x")
    assert is_junk("+++++ b/a.py")
    assert not is_junk("**options")
    assert not is_junk("++i;")


SUFFIX = "    total += 1\n    return total\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("    total = 0\n", "    total = 0\n"),
        ("    total = 0\n    total += 1\n    return total\n\ndef", "    total = 0"),
        ("    total = 0\n\n  total += 1\n  return", "    total = 0\n\n  total += 1\n  return"),
        ("    total = 0\n    total += 1", "    total = 0"),
        ("    return total\n    total += 1\n    x", "    return total\n    total += 1\n    x"),
    ],
    ids=["nothing repeated", "all and more", "another line in between", "its beginning", "another order"],
)
def test_a_repeated_suffix_is_cut_and_nothing_else(text: str, left: str) -> None:
    assert without_repeated_suffix(text, SUFFIX) == left
