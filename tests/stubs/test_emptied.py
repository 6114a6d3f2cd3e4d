"""A callable whose statements the change took away, in every language; what was emptied on purpose first."""

from __future__ import annotations

import pytest

from fimbot.settings.values import Settings
from fimbot.stubs.collect import Earlier, collect
from fimbot.stubs.emptied import Before
from fimbot.stubs.find import find_stubs
from fimbot.stubs.near import may_touch_stub
from fimbot.values import WHOLE_FILE, FileChange, LineRange, Stub, stub_of
from tests.stubs.cases import told
from tests.stubs.emptied import Emptied, change, found_in, touched

LEFT_ALONE = (
    change(
        "what the parser does not understand",
        "a.py",
        "class A:\n    def f(self):\n        return all([\n            1,\n        ])\n\n"
        "    def g(self):\n        return 1\n",
        "class A:\n    def f(self):\n        return all([\n            1,\n        ]\n\n"
        "    def g(self):\n        pass\n",
        "report empty-body A.f",
    ),
    change(
        "a body that was filler before",
        "a.py",
        "def f(a):\n    pass\n\n\ndef g(a):\n    return a\n",
        "def f(a):\n    pass\n\n\nx = 1\n",
    ),
    change(
        "a function that was deleted below one of filler",
        "a.py",
        'def f(a):\n    """Doc."""\n\n\ndef g(a):\n    return a\n',
        'def f(a):\n    """Doc."""\n',
    ),
    change(
        "a new function of another name",
        "a.py",
        "def f(a):\n    return a\n",
        "def f(a):\n    return a\n\n\ndef g(b: int): ...\n",
        "suggest empty-body g",
    ),
    change("statements are left", "a.py", "def f(a):\n    a += 1\n    return a\n", "def f(a):\n    return a\n"),
    change(
        "a trivial return is left", "a.py", "def f(a):\n    g(a)\n    return None\n", "def f(a):\n    return None\n"
    ),
    change(
        "a not-implemented idiom became `pass`",
        "a.py",
        "def f(a):\n    raise NotImplementedError\n",
        "def f(a):\n    pass\n",
        "report empty-body f",
    ),
    change(
        "a bare return became `pass`", "a.py", "def f(a):\n    return\n", "def f(a):\n    pass\n", "report empty-body f"
    ),
    change(
        "an overload beside it",
        "a.py",
        "def f(a):\n    return a\n",
        "@overload\ndef f(a: int) -> int: ...\ndef f(a):\n    return a\n",
        "skip empty-body f",
    ),
    change(
        "a setter of the property's name was empty before",
        "a.py",
        "class A:\n    @property\n    def x(self):\n        return 1\n\n"
        "    @x.setter\n    def x(self, a):\n        pass\n",
        "class A:\n    @property\n    def x(self):\n        return 2\n\n"
        "    @x.setter\n    def x(self, a):\n        pass  #\n",
        "report empty-body A.x",
    ),
    change(
        "a comment says that it does nothing",
        "a.py",
        "def f(a):\n    return a\n",
        "def f(a):\n    # no-op since 2.0\n    pass\n",
        "skip empty-body f",
    ),
    change(
        "the documentation says so, and did not before",
        "a.py",
        'def f(a):\n    """Add."""\n    return a\n',
        'def f(a):\n    """Does nothing any more."""\n',
        "skip empty-body f",
    ),
    change(
        "another comment came with it",
        "a.py",
        "def f(a):\n    return a\n",
        "def f(a):\n    # Kept for those who still call it.\n    pass\n",
        "report empty-body f",
    ),
    change(
        "its code was commented out",
        "a.js",
        "function f(a) {\n  b(a);\n  c(a);\n  return d(a);\n}\n",
        "function f(a) {\n  // b(a);\n  // c(a);\n  // return d(a);\n}\n",
        "report empty-body f",
    ),
    change(
        "a no-op by its name",
        "a.js",
        "function noop(a) {\n  a();\n}\n",
        "function noop(a) {\n}\n",
        "skip empty-body noop",
    ),
    change(
        "a mock",
        "a.py",
        "class MockA:\n    def f(self):\n        return 1\n",
        "class MockA:\n    def f(self):\n        pass\n",
        "skip empty-body MockA.f",
    ),
    change(
        "made abstract",
        "a.py",
        "class A:\n    def f(self):\n        return 1\n",
        "class A:\n    @abstractmethod\n    def f(self):\n        pass\n",
        "skip empty-body A.f",
    ),
    change(
        "silenced", "a.py", "def f(a):\n    return a\n", "def f(a):\n    pass  # fimbot: ignore\n", "skip empty-body f"
    ),
    change(
        "what it returned was a function's within",
        "a.js",
        "function f(a) {\n  a(function () {\n    return 1;\n  });\n}\n",
        "function f(a) {\n}\n",
        "suggest empty-body f",
    ),
    change(
        "a method that refuses",
        "a.py",
        "class A:\n    def f(self):\n        return 1\n",
        'class A:\n    def f(self):\n        raise NotImplementedError("not supported on Windows")\n',
        "report placeholder A.f",
    ),
    change(
        "an interface's default",
        "A.java",
        "interface A {\n  default void f() {\n    g();\n  }\n}\n",
        "interface A {\n  default void f() {\n  }\n}\n",
        "skip empty-body A.f",
    ),
    change(
        "a constructor without parameters",
        "A.java",
        "class A {\n  A() {\n    a = 1;\n  }\n}\n",
        "class A {\n  A() {\n  }\n}\n",
        "report empty-body A.A",
    ),
    change("a binary before", "a.py", "\0", "def f():\n    pass\n", "suggest empty-body f"),
)

FILLED = (
    change(
        "a test that asserts nothing any more",
        "tests/test_a.py",
        "def test_f():\n    assert f()\n",
        "def test_f():\n    pass\n",
        "suggest empty-body test_f",
    ),
    change("pass", "a.py", "def f(a):\n    return a\n", "def f(a):\n    pass\n", "fill empty-body f"),
    change("an ellipsis", "a.py", "def f(a):\n    return a\n", "def f(a):\n    ...\n", "fill empty-body f"),
    change("nothing", "a.py", "def f(a):\n    return a\n\n\nx = 1\n", "def f(a):\n\n\nx = 1\n", "fill empty-body f"),
    change(
        "nothing but the documentation",
        "a.py",
        'def f(a):\n    """Does nothing if a is none."""\n\n    return a\n\n\nx = 1\n',
        'def f(a):\n    """Does nothing if a is none."""\n\n\nx = 1\n',
        "fill empty-body f",
    ),
    change(
        "its comment is left",
        "a.py",
        "def f(a):\n    # Not needed where a is none.\n    return a\n",
        "def f(a):\n    # Not needed where a is none.\n",
        "fill empty-body f",
    ),
    change(
        "a hook by its name, a decorator, a base class",
        "a.py",
        "class BaseA:\n    @on('x')\n    def on_x(self):\n        return 1\n",
        "class BaseA:\n    @on('x')\n    def on_x(self):\n        pass\n",
        "fill empty-body BaseA.on_x",
    ),
    change("it yielded", "a.py", "def f(a):\n    yield a\n", "def f(a):\n    pass\n", "fill empty-body f"),
    change("one trivial value", "a.py", 'def f(a):\n    return ""\n', "def f(a):\n    pass\n", "fill empty-body f"),
    change(
        "the second of two with its name",
        "a.py",
        "class A:\n    @property\n    def x(self):\n        return 1\n\n"
        "    @x.setter\n    def x(self, a):\n        self.a = a\n",
        "class A:\n    @property\n    def x(self):\n        return 1\n\n"
        "    @x.setter\n    def x(self, a):\n        pass\n",
        "suggest empty-body A.x",
    ),
    change(
        "with another header",
        "a.py",
        "def f(a):\n    return a\n",
        "def f(a, b=1):\n    pass\n",
        "fill empty-body f",
    ),
    change(
        "a constructor that takes something",
        "a.py",
        "class A:\n    def __init__(self, a):\n        self.a = a\n",
        "class A:\n    def __init__(self, a):\n        pass\n",
        "suggest empty-body A.__init__",
    ),
    change("no value", "a.py", "def f(a):\n    a.b = 1\n", "def f(a):\n    pass\n", "suggest empty-body f"),
    change(
        "a not-implemented idiom in its place",
        "a.py",
        "class A:\n    def f(self):\n        return 1\n",
        "class A:\n    def f(self):\n        raise NotImplementedError\n",
        "fill placeholder A.f",
    ),
    change(
        "a TODO was in it, and is all that is left",
        "a.py",
        "def f(a):\n    # TODO: faster\n    return a\n",
        "def f(a):\n    # TODO: faster\n",
        "fill empty-body f",
    ),
    change(
        "an arrow function that was an expression",
        "a.js",
        "const f = (a) => a + 1;\n",
        "const f = (a) => {};\n",
        "fill empty-body f",
    ),
)

BRACES = {
    "javascript": ("a.js", "function f(a) {", "return a;", "g(a);", "fill", "suggest"),
    "typescript": ("a.ts", "function f(a: number): number {", "return a;", "g(a);", "fill", "fill"),
    "tsx": ("a.tsx", "function f(a: number): void {", "g(a);", "g(a);", "suggest", "suggest"),
    "go": ("a.go", "package a\n\nfunc f(a int) int {", "\treturn a", "\tpanic(a)", "fill", "fill"),
    "go without a result": ("a.go", "package a\n\nfunc f(a int) {", "\tg(a)", "\tg(a)", "suggest", "suggest"),
    "rust": ("a.rs", "fn f(a: u8) -> u8 {", "    a", "    g(a)", "fill", "fill"),
    "rust without a result": ("a.rs", "fn f(a: u8) {", "    g(a);", "    g(a);", "suggest", "suggest"),
    "c": ("a.c", "int f(int a)\n{", "  return a;", "  g(a);", "fill", "fill"),
    "cpp": ("a.cpp", "void f(int a) {", "  g(a);", "  g(a);", "suggest", "suggest"),
    "php": ("a.php", "<?php\nfunction f($a) {", "  return $a;", "  g($a);", "fill", "suggest"),
    "swift": ("a.swift", "func f(a: Int) -> Int {", "  return a", "  g(a)", "fill", "fill"),
    "kotlin": ("a.kt", "fun f(a: Int): Int {", "  return a", "  g(a)", "fill", "fill"),
    "dart": ("a.dart", "int f(int a) {", "  return a;", "  g(a);", "fill", "fill"),
    "zig": ("a.zig", "fn f(a: u8) u8 {", "    return a;", "    g(a);", "fill", "fill"),
    "scala": ("a.scala", "object A {\ndef f(a: Int): Int = {", "  a", "  g(a)", "fill", "fill"),
}
ENDS = {
    "ruby": ("a.rb", "def f(a)", "  return a", "  g(a)", "end", "fill", "suggest"),
    "lua": ("a.lua", "function f(a)", "  return a", "  g(a)", "end", "fill", "suggest"),
    "elixir": ("a.ex", "defmodule A do\n  def f(a) do", "    a", "    g(a)", "  end\nend", "suggest", "suggest"),
    "java": ("A.java", "class A {\n  int f(int a) {", "    return a;", "    g(a);", "  }\n}", "fill", "fill"),
    "csharp": ("A.cs", "class A {\n  void f(int a) {", "    g(a);", "    g(a);", "  }\n}", "suggest", "suggest"),
}


def in_language(name: str) -> list[Emptied]:
    """A function that returns a value, and one that does not, each with its lines deleted."""
    path, header, value, call, *rest = BRACES.get(name) or ENDS[name]
    end, tiers = ("}", rest) if name in BRACES else (rest[0], rest[1:])
    names = {"java": "A.f", "csharp": "A.f", "elixir": "A.f", "scala": "A.f"}
    end = "}\n}" if name == "scala" else end
    return [
        change(
            f"{name}: {what}",
            path,
            f"{header}\n{line}\n{end}\n",
            f"{header}\n{end}\n",
            f"{tier} empty-body {names.get(name, 'f')}",
        )
        for what, line, tier in zip(("a value", "a call"), (value, call), tiers, strict=True)
    ]


EVERY_LANGUAGE = [case for name in (*BRACES, *ENDS) for case in in_language(name)] + [
    change("shell", "a.sh", "f() {\n  g\n  h\n}\n", "f() {\n  :\n}\n", "suggest empty-body f"),
    change(
        "haskell",
        "a.hs",
        "module A where\nf :: Int -> IO ()\nf a = do\n  print a\n",
        "module A where\nf :: Int -> IO ()\nf a = pure ()\n",
        "suggest empty-body f",
    ),
    change("kotlin: an expression", "a.kt", "fun f(a: Int) = a + 1\n", "fun f(a: Int) {}\n", "fill empty-body f"),
    change(
        "csharp: an expression",
        "A.cs",
        "class A {\n  int F() => 1;\n}\n",
        "class A {\n  int F() {}\n}\n",
        "fill empty-body A.F",
    ),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in (*LEFT_ALONE, *FILLED, *EVERY_LANGUAGE)])
def test_what_was_emptied(case: Emptied) -> None:
    found = found_in(case)
    assert [told(each) for each in found] == list(case.wanted)
    check_quick(case)
    check_ids(case)


def check_quick(case: Emptied) -> None:
    """The quick way sees whatever the whole command finds to fill or suggest."""
    added, deleted = touched(case.old, case.new)
    ranges = [*((lines.start, lines.end) for lines in added), *zip(deleted, deleted, strict=True)]
    for stub in found_in(case):
        if isinstance(stub, Stub) and stub.tier != "report":
            assert may_touch_stub(stub.language, case.new.encode(), ranges)


def check_ids(case: Emptied) -> None:
    """`apply` and a review find it again without knowing what the file was before."""
    whole = {stub_of(each).id for each in find_stubs(case.path, case.new.encode(), [WHOLE_FILE])}
    assert {stub_of(each).id for each in found_in(case)} <= whole


def test_where_whole_files_are_read_nothing_was_emptied() -> None:
    (found,) = find_stubs("a.py", b"def f(a):\n    pass\n", [WHOLE_FILE])
    assert told(found) == "report empty-body f"


def test_the_file_before_is_read_only_where_a_body_holds_nothing_but_filler() -> None:
    def read() -> bytes:
        raise AssertionError

    source = b"def f(a):\n    return a\n\n\ndef g():\n    # TODO\n    pass\n"
    found = find_stubs("a.py", source, touched("", source.decode())[0], Before(read))
    assert [told(each) for each in found] == ["fill empty-body g"]


CALLED = b"def f(a):\n    return a\n\n\ndef g(a):\n    return a\n"
LEFT = b"def f(a):\n    pass\n\n\ndef g(a):\n    return a\n"


def emptied_with(*lines: bytes) -> list[str]:
    """What becomes of `f`, emptied in a change that has these lines beside."""
    file = FileChange("a.py", (LineRange(2, 2),), "new", "commit", 0o100644, old_blob="old")
    own = [b"-    return a", b"+    pass"]
    earlier = Earlier(lambda change: CALLED, lambda: [*own, *lines])
    found = collect([file], lambda change: LEFT, lambda paths: frozenset(), Settings(), earlier=earlier)
    return [told(each) for each in (*found.wanted, *found.listed)]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        pytest.param([b"-x = f(1)"], "skip", id="its callers are removed, too"),
        pytest.param([], "fill", id="nobody is seen to call it"),
        pytest.param([b"-x = f(1)", b"+x = f(2)"], "fill", id="it is still called"),
        pytest.param([b"-x = ff(1)"], "fill", id="another name"),
        pytest.param([b"-    return a"], "fill", id="a line of its own"),
        pytest.param([b"+    def f(self, a):"], "skip", id="its definition moved"),
        pytest.param([b"+  public int f(int a) {"], "skip", id="its definition moved, behind a type"),
        pytest.param([b"+    return f(a)"], "fill", id="it is called"),
    ],
)
def test_whoever_removes_the_callers_means_it(lines: list[bytes], wanted: str) -> None:
    assert emptied_with(*lines) == [f"{wanted} empty-body f"]


def test_what_stands_beside_an_emptied_function_in_its_line_is_no_other_definition() -> None:
    old, new = b"a.f = function f(b) {\n  return b;\n};\n", b"a.f = function f(b) {};\n"
    file = FileChange("a.js", (LineRange(1, 1),), "new", "commit", 0o100644, old_blob="old")
    lines = [b"-a.f = function f(b) {", b"-  return b;", b"-};", b"+a.f = function f(b) {};"]
    earlier = Earlier(lambda change: old, lambda: lines)
    found = collect([file], lambda change: new, lambda paths: frozenset(), Settings(), earlier=earlier)
    assert [told(each) for each in found.wanted] == ["fill empty-body a.f"]


def test_who_empties_all_functions_of_a_file_removes_no_caller() -> None:
    """One of them called the other, and both are wanted."""
    old = b"def f(a):\n    return a\n\n\ndef g(a):\n    return f(a)\n"
    new = b"def f(a):\n    pass\n\n\ndef g(a):\n    pass\n"
    lines = [b"-    return a", b"+    pass", b"-    return f(a)", b"+    pass"]
    file = FileChange("a.py", (LineRange(2, 2), LineRange(6, 6)), "new", "commit", 0o100644, old_blob="old")
    earlier = Earlier(lambda change: old, lambda: lines)
    found = collect([file], lambda change: new, lambda paths: frozenset(), Settings(), earlier=earlier)
    assert [told(each) for each in found.wanted] == ["fill empty-body f", "fill empty-body g"]
