"""Code that is nested deeper than anybody writes it, in each language that has such a form, beside a stub.

What was measured on 0.1: the process ended with SIGSEGV on each of these at 20,000 levels (`str(node)` recursed in C).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Form = Callable[[int], str]
"""Depth -> an expression, or statements, of that depth."""


def _around(opening: str, inner: str, closing: str) -> Form:
    return lambda depth: opening * depth + inner + closing * depth


def _chain(start: str, link: str) -> Form:
    return lambda depth: start + link * depth


PARENTHESES = _around("(", "1", ")")
SUM = _chain("1", "+1")
CALLS = _chain("a", ".b()")
BRACKETS = _around("[", "1", "]")

# path: (a file around a stub and `{deep}`, the forms that may stand there)
FILES: dict[str, tuple[str, dict[str, Form]]] = {
    "a.py": (
        "def f(x):\n    raise NotImplementedError('TODO')\n\n\ndef g():\n    return {deep}\n",
        {
            "parentheses": PARENTHESES,
            "sum": SUM,
            "calls": CALLS,
            "lists": BRACKETS,
            "lambdas": _around("lambda: ", "1", ""),
        },
    ),
    "a.js": (
        "function f(x) {{\n  throw new Error('Method not implemented.');\n}}\n\n"
        "function g() {{\n  return {deep};\n}}\n",
        {
            "parentheses": PARENTHESES,
            "sum": SUM,
            "calls": CALLS,
            "functions": _around("function(){return ", "1", "}"),
            "objects": _around("{a:", "1", "}"),
        },
    ),
    "a.ts": (
        "function f(x: number): number {{\n  throw new Error('Method not implemented.');\n}}\n\n"
        "function g() {{\n  return {deep};\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS, "objects": _around("{a:", "1", "}")},
    ),
    "a.go": (
        'package a\n\nfunc f(x int) int {{\n\tpanic("not implemented")\n}}\n\nfunc g() int {{\n\treturn {deep}\n}}\n',
        {
            "parentheses": PARENTHESES,
            "sum": SUM,
            "calls": CALLS,
            "functions": _around("func() int { return ", "1", " }()"),
        },
    ),
    "a.rs": (
        "fn f(x: i32) -> i32 {{\n    todo!()\n}}\n\nfn g() -> i32 {{\n    {deep}\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS, "blocks": _around("{ ", "1", " }")},
    ),
    "a.java": (
        "class A {{\n    int f(int x) {{\n"
        '        throw new UnsupportedOperationException("Not supported yet.");\n    }}\n\n'
        "    int g() {{\n        return {deep};\n    }}\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS},
    ),
    "a.kt": (
        'fun f(x: Int): Int {{\n    TODO("Not yet implemented")\n}}\n\nfun g(): Int {{\n    return {deep}\n}}\n',
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS},
    ),
    "a.cs": (
        "class A {{\n    int F(int x) {{\n        throw new NotImplementedException();\n    }}\n\n"
        "    int G() {{\n        return {deep};\n    }}\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS},
    ),
    "a.c": (
        "int f(int x)\n{{\n\t/* TODO: implement */\n}}\n\nint g(void)\n{{\n\treturn {deep};\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "blocks": _around("0; {", "", "}")},
    ),
    "a.cpp": (
        'int f(int x) {{\n  throw std::logic_error("Not implemented");\n}}\n\nint g() {{\n  return {deep};\n}}\n',
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS, "templates": _around("A<", "int", ">")},
    ),
    "a.rb": (
        "def f(x)\n  raise NotImplementedError, 'TODO'\nend\n\ndef g\n  {deep}\nend\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS, "arrays": BRACKETS},
    ),
    "a.php": (
        "<?php\nfunction f($x) {{\n    throw new \\Exception('Not implemented');\n}}\n\n"
        "function g() {{\n    return {deep};\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": _chain("$a", "->b()"), "arrays": BRACKETS},
    ),
    "a.swift": (
        'func f(x: Int) -> Int {{\n    fatalError("Not implemented")\n}}\n\n'
        "func g() -> Int {{\n    return {deep}\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS},
    ),
    "a.scala": ("def f(x: Int): Int = ???\n\ndef g(): Int = {deep}\n", {"parentheses": PARENTHESES, "calls": CALLS}),
    "a.dart": (
        "int f(int x) {{\n  throw UnimplementedError();\n}}\n\nint g() {{\n  return {deep};\n}}\n",
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS},
    ),
    "a.ex": (
        'defmodule A do\n  def f(_x) do\n    raise "not implemented"\n  end\n\n  def g do\n    {deep}\n  end\nend\n',
        {"parentheses": PARENTHESES, "sum": SUM, "lists": BRACKETS},
    ),
    "a.zig": (
        'fn f(x: i32) i32 {{\n    _ = x;\n    @panic("TODO");\n}}\n\nfn g() i32 {{\n    return {deep};\n}}\n',
        {"parentheses": PARENTHESES, "sum": SUM, "calls": CALLS},
    ),
    "a.hs": (
        'f :: Int -> Int\nf x = error "not implemented"\n\ng :: Int\ng = {deep}\n',
        {"parentheses": PARENTHESES, "sum": SUM, "lists": BRACKETS},
    ),
    "a.lua": (
        'function f(x)\n  error("not implemented")\nend\n\nfunction g()\n  return {deep}\nend\n',
        {"parentheses": PARENTHESES, "sum": SUM, "calls": _chain("a", ".b()"), "tables": _around("{", "1", "}")},
    ),
    "a.sh": (
        "f() {{\n  # TODO: implement\n  :\n}}\n\ng() {{\n  {deep}\n}}\n",
        {
            "subshells": _around("( ", ":", " )"),
            "groups": _around("{ ", ":", "; }"),
            "substitutions": _around("$(", "a", ")"),
        },
    ),
}


def deep_files(depth: int) -> Iterator[tuple[str, str]]:
    """Return (name, content) of a file for each form of each language."""
    for path, (template, forms) in FILES.items():
        for name, form in forms.items():
            stem, _, ending = path.partition(".")
            yield f"{stem}_{name}.{ending}", template.format(deep=form(depth))
