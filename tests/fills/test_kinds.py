"""Holes that are no whole body: an expression, a TODO between statements."""

from __future__ import annotations

import pytest

from fimbot.fills.make import hole_complete
from tests.fills.asking import frame_in, hung_up_at, stub_in, text, window_of

RUST = b"fn f(x: u8) -> u8 {\n    match x {\n        0 => todo!(),\n        1 => 2,\n        _ => 3,\n    }\n}\n"
SCALA = b"object A {\n  def f(x: Int): Int = ???\n\n  def g(x: Int): Int = 1\n}\n"
HASKELL = b"module A where\n\nf :: Int -> Int\nf x = undefined\n\ng :: Int\ng = 1\n"

EXPRESSIONS = {
    "one expression": ("a.rs", RUST, "7", "7"),
    "the suffix repeated": ("a.rs", RUST, "7,\n        1 => 2,\n", "7"),
    "a block": ("a.rs", RUST, "{\n            x + 1\n        }", "{\n            x + 1\n        }"),
    "a chain over two lines": ("a.rs", RUST, "x\n        .min(3)", "x\n        .min(3)"),
    "lines from column 0": ("a.rs", RUST, "min(\n    x,\n)", "min(\n            x,\n        )"),
    "still to do": ("a.rs", RUST, "unimplemented!()", "skip: the answer leaves something to do"),
    "two expressions": ("a.rs", RUST, "7; 8", "skip: the answer does not parse"),
    "a sibling behind it": ("a.scala", SCALA, "x + 1\n\n  def h(x: Int): Int = 2\n", "x + 1"),
    "a sibling where layout is syntax": ("a.hs", HASKELL, "x + 1\n\nh :: Int\nh = 2\n", "x + 1"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "source", "answer", "fill"), EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_an_expression_takes_the_place_of_one(path: str, source: bytes, answer: str, fill: str) -> None:
    assert text(source, answer, path=path) == fill


def test_a_stream_of_an_expression_ends_with_the_next_definition() -> None:
    answer = "x + 1\n\n  def h(x: Int): Int = 2\n"
    assert hung_up_at(SCALA, answer, path="a.scala") == answer.index("d") + 1
    assert hung_up_at(SCALA, "x match {\n    case 1 => 2\n  }\n", path="a.scala") is None


TODO = b"def f(x):\n    y = 1\n    # TODO: double y\n    return y\n"

TODOS = {
    "a statement": ("    y *= 2\n", "    y *= 2"),
    "the suffix repeated": ("    y *= 2\n    return y\n", "    y *= 2"),
    "the suffix and more": ("    y *= 2\n    return y\n\n\ndef g():\n    return 1\n", "    y *= 2"),
    "the prefix repeated": ("    y = 1\n    # TODO: double y\n    y *= 2\n", "    y *= 2"),
    "a block": ("    if x:\n        y *= 2\n", "    if x:\n        y *= 2"),
    "nothing new": ("    return y\n", "skip: the answer is empty"),
    "another TODO": ("    # TODO: later\n    y *= 2\n", "skip: the answer leaves something to do"),
}


@pytest.mark.parametrize(("answer", "fill"), TODOS.values(), ids=TODOS.keys())
def test_a_todo_between_statements_becomes_statements(answer: str, fill: str) -> None:
    assert text(TODO, answer) == fill


FIRST = {
    "Python": (
        "a.py",
        "def f(x):\n    # TODO: double x\n    if x:\n        return 1\n    return x\n",
        "    x *= 2\n    x -= 1",
    ),
    "Go": (
        "a.go",
        "package a\n\nfunc f(x int) int {\n\t// TODO: double x\n\tif x > 0 {\n\t\treturn 1\n\t}\n\treturn x\n}\n",
        "\treturn 2 * x",
    ),
    "Ruby": (
        "a.rb",
        "def f(x)\n  # TODO: double x\n  if x\n    return 1\n  end\n  x\nend\n",
        "  return 2 * x",
    ),
    "Swift": (
        "a.swift",
        "func f(x: Int) -> Int {\n    // TODO: double x\n    if x > 0 {\n        return 1\n    }\n    return x\n}\n",
        "    let y = 2 * x\n    print(y)",
    ),
}


@pytest.mark.parametrize(("path", "source", "answer"), FIRST.values(), ids=FIRST.keys())
def test_what_follows_a_todo_in_its_block_stays_what_it_is(path: str, source: str, answer: str) -> None:
    assert text(source.encode(), answer, path=path) == answer


def test_a_todo_beside_code_is_left_alone() -> None:
    source = b"def f(x):\n    y = 1  # TODO: double y\n    return y\n"
    assert text(source, "    y *= 2") == "skip: the comment stands beside code"


def test_looking_at_a_stream_costs_the_callable_and_not_the_file() -> None:
    head = b"".join(b"def f%d(x):\n    return %d\n\n\n" % (n, n) for n in range(4_000))
    source = head + b"def last(x):\n    raise NotImplementedError('TODO')\n"
    stub = stub_in(source)
    done = hole_complete(frame_in(source, stub), window_of(source, stub))
    assert len(done._frame.before) < 20_000  # type: ignore[attr-defined]
    assert done("    return x\n\n\nd")


def test_a_stream_that_takes_the_parser_too_long_is_read_to_its_end() -> None:
    source = b"def f(x):\n    raise NotImplementedError('TODO')\n"
    stub = stub_in(source)
    done = hole_complete(frame_in(source, stub), window_of(source, stub))
    assert not done("    y = 1\n    " + "{}" * 60_000 + "\n}\n\nint h() {\n  return 2;\n}\n")
    assert not done("    y = 1\n    " + "{}" * 60_000 + "\n}\n\nint h() {\n  return 2;\n}\n\nint i() {\n}\n")
