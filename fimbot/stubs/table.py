"""The languages: their files, and where in a file a stub could be, by text alone.

This is read on every run, also where there is nothing to do, so it imports nothing but `re`: no parser, no
dataclasses. A hint is a sound over-approximation: where it finds nothing, no parser would have found a stub.
Adding a language is one line here and one module beside this file (CONTRIBUTING.md).
"""

from __future__ import annotations

import re

# What a marker or a not-implemented idiom has in every language; compared without case.
_WORDS = rb"todo|fixme|\bxxx|\bhack|\bbug\b|implement|not[ _]supported"

_PYTHON = (
    _WORDS
    # `def f(...):`, a docstring or comments at most, then `pass` or `...`
    + rb"|[)\]\w'\"]\s*:\s*(?:#[^\n]*\s*)*"
    + rb"(?:[ru]{0,2}(?:\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''|\"[^\"\n]*\"|'[^'\n]*')\s*)?(?:#[^\n]*\s*)*(?:pass\b|\.\.\.)"
    # a docstring, then something less indented: nothing follows it in its block
    + rb"|\n([ \t]+)[ru]{0,2}(?:\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''|\"[^\"\n]*\"|'[^'\n]*')[ \t]*(?:#[^\n]*)?"
    + rb"\r?(?:\n[ \t\r]*(?:#[^\n]*)?)*(?:\n(?!\1)|\Z)"
    # `def f(...):` with nothing in it but comments
    + rb"|(?:^|\n)([ \t]*)(?:async[ \t]+)?def\b[^:]*(?:->[^\n]*)?:[ \t]*(?:#[^\n]*)?"
    + rb"\r?(?:\n[ \t\r]*(?:#[^\n]*)?)*(?:\n(?!\2[ \t])|\Z)"
)

# A block of braces with nothing in it but comments, `;` and discards.
_BRACES = _WORDS + (
    rb"|\{\s*(?:(?://[^\n]*|#[^\n]*|/\*(?s:.*?)\*/|;|(?:\(void\)|void\b|let\s+_\b|_\s*=|unused)[^;{}\n]*;?)\s*)*\}"
)

_END = (
    _WORDS
    + rb"|\n[ \t]*(?:def|function|local function|defp)\b[^\n]*(?:\n\s*(?:[#-][^\n]*)?)*\n?\s*end\b|;\s*end\b|\)\s*end\b"
)

# name: (module, endings, hint)
LANGUAGES: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "python": ("fimbot.stubs.python", (".py", ".pyw"), _PYTHON),
    "javascript": ("fimbot.stubs.javascript", (".js", ".jsx", ".mjs", ".cjs"), _BRACES),
    "typescript": ("fimbot.stubs.typescript", (".ts", ".mts", ".cts"), _BRACES),
    "tsx": ("fimbot.stubs.typescript", (".tsx",), _BRACES),
    "go": ("fimbot.stubs.go", (".go",), _BRACES),
    "rust": ("fimbot.stubs.rust", (".rs",), _BRACES),
    "java": ("fimbot.stubs.java", (".java",), _BRACES),
    "kotlin": ("fimbot.stubs.kotlin", (".kt", ".kts"), _BRACES),
    "csharp": ("fimbot.stubs.csharp", (".cs",), _BRACES),
    "c": ("fimbot.stubs.c", (".c", ".h"), _BRACES),
    "cpp": ("fimbot.stubs.cpp", (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx"), _BRACES),
    "ruby": ("fimbot.stubs.ruby", (".rb", ".rake"), _END),
    "php": ("fimbot.stubs.php", (".php",), _BRACES),
    "swift": ("fimbot.stubs.swift", (".swift",), _BRACES),
    "scala": ("fimbot.stubs.scala", (".scala", ".sc"), _BRACES + rb"|\?\?\?"),
    "dart": ("fimbot.stubs.dart", (".dart",), _BRACES),
    "elixir": ("fimbot.stubs.elixir", (".ex", ".exs"), _END + rb"|\bdo\s+end\b|do:\s*nil"),
    "zig": ("fimbot.stubs.zig", (".zig",), _BRACES),
    "haskell": ("fimbot.stubs.haskell", (".hs",), _WORDS + rb"|\bundefined\b"),
    "lua": ("fimbot.stubs.lua", (".lua",), _END),
    "shell": ("fimbot.stubs.shell", (".sh", ".bash"), _BRACES + rb"|[{\n;]\s*:\s*(?:#[^\n]*)?[\n;]"),
}

_BY_ENDING = {ending: name for name, (_, endings, _) in LANGUAGES.items() for ending in endings}

# Lines between the text that a hint finds and the added line that makes its callable touched:
# a long signature, decorators and the comment above them.
REACH = 120


def language_of(path: str) -> str | None:
    dot = path.rfind(".")
    return _BY_ENDING.get(path[dot:].lower()) if dot > path.rfind("/") else None


def may_hold_stub(language: str, source: bytes, added: list[tuple[int, int]]) -> bool:
    """Whether a hint is found within reach of the added line ranges (1-based, inclusive)."""
    hint = re.compile(LANGUAGES[language][2], re.IGNORECASE)
    line, counted = 1, 0
    for match in hint.finditer(source):
        line += source.count(b"\n", counted, match.start())
        counted = match.start()
        last = line + source.count(b"\n", match.start(), match.end())
        if any(start <= last + REACH and end >= line - REACH for start, end in added):
            return True
    return False
