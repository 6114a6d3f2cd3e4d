"""Each marker and each trivial return in each language, and the words and names that do not silence them."""

from __future__ import annotations

import pytest

from fimbot.stubs.find import find_stubs
from fimbot.stubs.near import may_touch_stub
from fimbot.stubs.table import LANGUAGES
from fimbot.values import WHOLE_FILE, stub_of

# path, how a line comment begins, a documented callable around a line, how it returns false
_C = "// {doc}\nint {name}(int a) {{\n    {line}\n}}\n"
IN: dict[str, tuple[str, str, str, str]] = {
    "python": ("a.py", "#", 'def {name}(a):\n    """{doc}"""\n    {line}\n', "return False"),
    "javascript": ("a.js", "//", "// {doc}\nfunction {name}(a) {{\n  {line}\n}}\n", "return false;"),
    "typescript": ("a.ts", "//", "// {doc}\nfunction {name}(a: A): B {{\n  {line}\n}}\n", "return false;"),
    "tsx": ("a.tsx", "//", "// {doc}\nfunction {name}(a: A): B {{\n  {line}\n}}\n", "return false;"),
    "go": ("a.go", "//", "package a\n\n// {doc}\nfunc {name}(a int) bool {{\n\t{line}\n}}\n", "return false"),
    "rust": ("a.rs", "//", "/// {doc}\nfn {name}(a: u8) -> bool {{\n    {line}\n}}\n", "false"),
    "java": ("A.java", "//", "class A {{\n// {doc}\nboolean {name}(int a) {{\n    {line}\n}}\n}}\n", "return false;"),
    "kotlin": ("a.kt", "//", "// {doc}\nfun {name}(a: Int): Boolean {{\n    {line}\n}}\n", "return false"),
    "csharp": ("a.cs", "//", "class A {{\n// {doc}\nbool {name}(int a) {{\n    {line}\n}}\n}}\n", "return false;"),
    "c": ("a.c", "//", _C, "return false;"),
    "cpp": ("a.cpp", "//", _C, "return false;"),
    "ruby": ("a.rb", "#", "# {doc}\ndef {name}(a)\n  {line}\nend\n", "false"),
    "php": ("a.php", "//", "<?php\n// {doc}\nfunction {name}($a) {{\n    {line}\n}}\n", "return false;"),
    "swift": ("a.swift", "//", "// {doc}\nfunc {name}(a: Int) -> Bool {{\n    {line}\n}}\n", "return false"),
    "scala": ("a.scala", "//", "object A {{\n// {doc}\ndef {name}(a: Int): Boolean = {{\n  {line}\n}}\n}}\n", "false"),
    "dart": ("a.dart", "//", "// {doc}\nbool {name}(int a) {{\n  {line}\n}}\n", "return false;"),
    "elixir": ("a.ex", "#", "defmodule A do\n  # {doc}\n  def {name}(a) do\n    {line}\n  end\nend\n", "false"),
    "zig": ("a.zig", "//", "// {doc}\nfn {name}(a: u8) bool {{\n    {line}\n}}\n", "return false;"),
    "haskell": ("a.hs", "--", "module A where\n\n-- {doc}\n{name} :: Int -> Bool\n{name} a =\n  {line}\n", "False"),
    "lua": ("a.lua", "--", "-- {doc}\nfunction {name}(a)\n  {line}\nend\n", "return false"),
    "shell": ("a.sh", "#", "# {doc}\n{name}() {{\n  {line}\n}}\n", "return 1"),
}
MARKERS = (
    "TODO",
    "FIXME: later",
    "not implemented yet",
    "implement this",
    "nothing is found for now",
    "stub",
    "placeholder",
    "fill in",
    "your code here",
    "TBD",
    "Function body starts here",
    "write me",
)
NO_MARKERS = (
    "a is never found",
    "ignored for now",
    "a no-op for now",
    "TODO document why this method is empty",
    "stub for the linker",
)
WORDS = (
    "Does nothing if it has no parent.",
    "It is a no-op when nothing changed.",
    "The argument p must implement X.",
    "Can be overridden.",
    "Optional hook.",
)
NAMES = ("canSpy", "isFake", "post_job", "onClose", "dummy", "hook")


def tiers(language: str, line: str, doc: str = "Finds it.", name: str = "find") -> list[str]:
    """What is found, also by the hint that looks at the text alone, whichever of its lines was added."""
    path, _, template, _ = IN[language]
    source = template.format(name=name, doc=doc, line=line).encode()
    found = [
        stub for stub in find_stubs(path, source, [WHOLE_FILE]) if stub_of(stub).kind in ("placeholder", "empty-body")
    ]
    for stub in map(stub_of, found):
        for row in range(stub.start_line, stub.end_line + 1):
            assert may_touch_stub(language, source, [(row, row)]), row
    return [getattr(stub, "tier", "skip") for stub in found]


def marked(language: str, marker: str) -> str:
    """A comment and the return of false, in the language's indentation."""
    _, comment, template, returns = IN[language]
    line = next(line for line in template.split("\n") if "{line}" in line)
    return f"{comment} {marker}\n{line.partition('{')[0]}{returns}"


def test_every_language_is_here() -> None:
    assert set(IN) == set(LANGUAGES)


@pytest.mark.parametrize("marker", NO_MARKERS)
@pytest.mark.parametrize("language", IN)
def test_a_comment_that_says_why_is_no_marker(language: str, marker: str) -> None:
    assert "fill" not in tiers(language, marked(language, marker))


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("language", IN)
def test_a_marker_beside_a_trivial_return(language: str, marker: str) -> None:
    assert tiers(language, marked(language, marker)) == ["fill"]


@pytest.mark.parametrize("language", IN)
def test_a_trivial_return_without_a_marker(language: str) -> None:
    assert tiers(language, IN[language][3]) == []


@pytest.mark.parametrize("language", [each for each in IN if each != "shell"])
def test_true_is_as_trivial_as_false(language: str) -> None:
    line = marked(language, "TODO").replace("false", "true").replace("False", "True")
    assert tiers(language, line) == ["fill"]


@pytest.mark.parametrize("doc", WORDS)
@pytest.mark.parametrize("language", IN)
def test_no_word_of_the_documentation_silences_a_marker(language: str, doc: str) -> None:
    assert tiers(language, marked(language, "TODO"), doc=doc) == ["fill"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", IN)
def test_no_name_silences_a_marker(language: str, name: str) -> None:
    assert tiers(language, marked(language, "TODO"), name=name) == ["fill"]


@pytest.mark.parametrize("language", IN)
def test_fimbot_ignore_silences_a_marker(language: str) -> None:
    assert tiers(language, marked(language, "TODO"), doc="fimbot: ignore") == ["skip"]
