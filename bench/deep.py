"""Whether a file that is nested 100,000 deep ends the process, or keeps a stub in another file from being found.

    python -m bench.deep [--depth 100000] [LANGUAGE...]

Every form of nesting that a language has stands beside a stub, and another file of the same change holds one too;
`fimbot scan` looks at both, as a change and with `--all`. What the parser cannot hold must be told as a skipped file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Beside(NamedTuple):
    path: str
    text: str
    name: str
    place: str = "x = {}\n"
    """Where an expression may stand."""
    head: str = ""


STUBS = {
    "python": Beside("a.py", "def stub(a):\n    pass\n", "stub"),
    "javascript": Beside("a.js", "function stub(a) {}\n", "stub", "x = {};\n"),
    "typescript": Beside("a.ts", "function stub(a: number): number {}\n", "stub", "x = {};\n"),
    "tsx": Beside("a.tsx", "function stub(a: number): number {}\n", "stub", "x = {};\n"),
    "go": Beside("a.go", "func stub(a int) int {\n}\n", "stub", "var x = {}\n", "package a\n"),
    "rust": Beside("a.rs", "fn stub(a: i32) -> i32 {\n    todo!()\n}\n", "stub", "const X: i32 = {};\n"),
    "java": Beside("a.java", "class S { int stub(int a) { } }\n", "S.stub", "class A { int x = {}; }\n"),
    "kotlin": Beside("a.kt", "fun stub(a: Int): Int = TODO()\n", "stub", "val x = {}\n"),
    "csharp": Beside("a.cs", "class S { int Stub(int a) { } }\n", "S.Stub", "class A { int x = {}; }\n"),
    "c": Beside("a.c", "int stub(int a) {\n}\n", "stub", "int x = {};\n"),
    "cpp": Beside("a.cpp", "int stub(int a) {\n}\n", "stub", "int x = {};\n"),
    "ruby": Beside("a.rb", "def stub(a)\nend\n", "stub"),
    "php": Beside("a.php", "function stub($a): int { }\n", "stub", "$x = {};\n", "<?php\n"),
    "swift": Beside("a.swift", "func stub(a: Int) -> Int { }\n", "stub", "let x = {}\n"),
    "scala": Beside("a.scala", "object S { def stub(a: Int): Int = ??? }\n", "S.stub", "object A { val x = {} }\n"),
    "dart": Beside("a.dart", "int stub(int a) {\n}\n", "stub", "var x = {};\n"),
    "elixir": Beside("a.ex", 'def stub(a), do: raise "not implemented"\n', "stub"),
    "zig": Beside("a.zig", 'fn stub(a: i32) i32 { @panic("TODO"); }\n', "stub", "const x = {};\n"),
    "haskell": Beside("a.hs", "stub a = undefined\n", "stub"),
    "lua": Beside("a.lua", "function stub(a)\nend\n", "stub"),
    "shell": Beside("a.sh", "stub() {\n  :\n}\n", "stub", "x={}\n"),
}

Make = Callable[[int], str]


def _nested(opening: str, inner: str, closing: str) -> Make:
    return lambda depth: opening * depth + inner + closing * depth


def _indented(header: str, inner: str) -> Make:
    """By a blank a level, so only as deep as a file of a megabyte can be."""

    def make(depth: int) -> str:
        levels = min(depth // 10, 1200)
        return "".join(f"{' ' * level}{header}\n" for level in range(levels)) + " " * levels + inner

    return make


_ALL_BUT_SHELL = (
    "python javascript typescript tsx go rust java kotlin csharp c cpp ruby php swift scala dart elixir zig haskell lua"
)

# How a form is made, and the languages that have it.
EXPRESSIONS: dict[str, tuple[Make, str]] = {
    "parentheses": (
        _nested("(", "1", ")"),
        _ALL_BUT_SHELL,
    ),
    "brackets": (_nested("[", "1", "]"), "python javascript typescript tsx rust ruby php swift dart elixir haskell"),
    "a sum": (
        lambda depth: "1" + " + 1" * depth,
        _ALL_BUT_SHELL,
    ),
    "calls of calls": (
        lambda depth: "a" + ".b()" * depth,
        "python javascript typescript tsx go rust java kotlin csharp cpp ruby swift scala dart elixir zig",
    ),
    "calls in calls": (
        _nested("f(", "1", ")"),
        "python javascript typescript tsx go rust java kotlin csharp c cpp ruby php swift scala elixir zig haskell lua",
    ),
    "indices": (
        lambda depth: "a" + "[1]" * depth,
        "python javascript typescript tsx go rust java csharp c cpp ruby lua",
    ),
    "objects": (_nested("{a: ", "1", "}"), "javascript typescript tsx python ruby dart"),
    "lambdas": (lambda depth: "() => " * depth + "1", "javascript typescript tsx java csharp dart scala"),
    "lambdas of Python": (lambda depth: "lambda: " * depth + "1", "python"),
    "templates": (_nested("`${", "1", "}`"), "javascript typescript tsx"),
    "strings in strings": (_nested('"#{', "1", '}"'), "ruby elixir"),
    "elements": (_nested("<a>", "", "</a>"), "javascript tsx"),
    "conditions": (lambda depth: "a ? b : " * depth + "1", "javascript typescript tsx java csharp c cpp ruby"),
    "tables": (_nested("{", "", "}"), "lua"),
    "substitutions": (_nested("$(a ", "", ")"), "shell"),
}
STATEMENTS: dict[str, tuple[Make, str]] = {
    "blocks": (_nested("{", "", "}"), "javascript typescript tsx php"),
    "types": (lambda depth: "A<" * depth + "B" + ">" * depth + " x;\n", "java csharp"),
    "types of C++": (lambda depth: "A<" * depth, "cpp"),
    "functions": (_nested("function f() {", "", "}"), "javascript typescript tsx php"),
    "functions of Rust": (_nested("fn f() {", "", "}"), "rust"),
    "functions of Kotlin": (_nested("fun f() {", "", "}"), "kotlin"),
    "functions of Swift": (_nested("func f() {", "", "}"), "swift"),
    "functions of Lua": (_nested("function f()\n", "", "\nend\n"), "lua"),
    "functions of a shell": (_nested("f() {\n", ":\n", "\n}\n"), "shell"),
    "functions of Ruby": (_nested("def f\n", "", "\nend\n"), "ruby"),
    "functions of Python": (_indented("def f():", "pass\n"), "python"),
    "classes": (_nested("class A {", "", "}"), "java csharp"),
    "classes of Python": (_indented("class A:", "x = 1\n"), "python"),
    "modules": (_nested("defmodule A do\n", "", "\nend\n"), "elixir"),
    "branches": (lambda depth: "if (a) { b(); } else " * depth + "{ c(); }\n", "c cpp java csharp javascript tsx php"),
}
HOSTILE: dict[str, tuple[Make, str]] = {
    "comments of C": (lambda depth: "/* " * depth + "*/ " * depth, "python"),
}

# The parser finds its way out of these only after the stub.
LOST = {
    ("cpp", "types of C++"),
    ("haskell", "parentheses"),
    ("haskell", "brackets"),
    ("haskell", "calls in calls"),
}

FORMS = {
    language: [form for form, (_, languages) in (EXPRESSIONS | STATEMENTS).items() if language in languages.split()]
    for language in STUBS
}


def text(language: str, form: str, depth: int) -> tuple[str, bytes, str]:
    """A file with that form and a stub below it: its path, its bytes, the name of the stub."""
    beside = STUBS[language]
    make, _ = (EXPRESSIONS | STATEMENTS | HOSTILE)[form]
    nested = make(depth)
    if form in EXPRESSIONS:
        nested = beside.place.replace("{}", nested, 1) if beside.place != "x = {}\n" else f"x = {nested}\n"
    return beside.path, f"{beside.head}{nested}\n{beside.text}".encode(), beside.name


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--depth", type=int, default=100_000)
    arguments.add_argument("languages", nargs="*", default=list(STUBS))
    options = arguments.parse_args()
    print(f"{'':12}{'':22}{'KB':>6}{'s':>8}  beside it (in the other file it was found each time)")
    wrong = 0
    for language in options.languages:
        for form in (*FORMS[language], *(form for form, (_, where) in HOSTILE.items() if language in where.split())):
            path, source, name = text(language, form, options.depth)
            # As much of it as fimbot reads: a longer file is skipped for its length.
            while len(source) > 1_000_000:
                path, source, name = text(language, form, int(options.depth * 900_000 / len(source)))
            wrong += not _row(language, form, path, source, name)
    return wrong


def _row(language: str, form: str, path: str, source: bytes, name: str) -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        other = f"other{Path(path).suffix}"
        for file, content in ((path, source), (other, STUBS[language].head.encode() + STUBS[language].text.encode())):
            (Path(scratch) / file).write_bytes(content)
        for command in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", *command], cwd=scratch, check=True)
        for options in ("--staged", "--all"):
            begun = time.perf_counter()
            command = [sys.executable, "-m", "fimbot", "scan", options, "--format", "json"]
            done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - begun
            if done.returncode:
                print(f"{language:12}{form:22} {options}: exit status {done.returncode}")
                return False
            report = json.loads(done.stdout)
            found = {(stub["path"], stub["name"]) for stub in report["stubs"]}
    reasons = [each["reason"] for each in report.get("skipped_files", []) if each["path"] == path]
    told = "found" if (path, name) in found else (reasons or ["not found"])[0]
    print(f"{language:12}{form:22}{len(source) / 1000:6.0f}{seconds:8.2f}  {told}", flush=True)
    return (other, name) in found


if __name__ == "__main__":
    sys.exit(main())
