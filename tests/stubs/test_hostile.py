"""Files that nobody writes, but somebody may commit: they cost seconds, not hours, and end nothing."""

from __future__ import annotations

import time

import pytest

from fimbot.errors import ParseError
from fimbot.stubs.find import find_stubs
from fimbot.stubs.language import load
from fimbot.values import WHOLE_FILE

HOSTILE = {
    "TODOs in one function": ("a.c", b"int f(int a) {\n" + b"// TODO x\n" * 20_000 + b"return a;\n}\n", 20_000),
    "comments above a function": ("a.go", b"// a\n" * 20_000 + b"func f(a int) int {}\n", 1),
    "stubs, one a line": ("a.py", b"def f(a): pass\n" * 10_000, 10_000),
    "headers without an end": ("a.py", b"def f(\n" * 20_000, 0),
    "nested lists": ("a.py", b"x = " + b"[" * 20_000 + b"# todo", 0),
    "calls of calls in Swift": ("a.swift", b"{}" * 20_000, 0),
    "calls of calls in Scala": ("a.scala", b"{}" * 20_000, 0),
}


@pytest.mark.parametrize(("path", "source", "stubs"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_read_in_seconds(path: str, source: bytes, stubs: int) -> None:
    begun = time.process_time()
    assert len(find_stubs(path, source, [WHOLE_FILE])) == stubs
    assert time.process_time() - begun < 5


def test_a_text_that_takes_the_parser_too_long_is_given_up() -> None:
    begun = time.monotonic()
    with pytest.raises(ParseError, match="longer than"):
        load("dart").parse(b"{}" * 20_000, seconds=0.2)
    assert time.monotonic() - begun < 5


def test_a_text_in_several_pieces_is_parsed_as_one() -> None:
    source = b"def f():\n    pass\n\n\n" * 80_000
    assert len(source) > 1 << 20
    tree = load("python").parse(source)
    assert not tree.root_node.has_error
    assert tree.root_node.named_child_count == 80_000
