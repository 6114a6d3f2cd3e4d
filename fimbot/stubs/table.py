"""The languages: their files, and where in a file a stub could be, by text alone.

This is read on every run, also where there is nothing to do, so it imports nothing but `re`: no parser, no
dataclasses. A hint is a sound over-approximation: where it finds nothing, no parser would have found a stub.
Adding a language is one line here and one module beside this file (CONTRIBUTING.md).
"""

from __future__ import annotations

import re

# What people write in a comment beside the value that a placeholder returns.
PLACEHOLDER = (
    rb"for now\b|stub\b(?! for)|placeholder\b(?! for)|tbd\b|fill (?:me |this |it )?in\b|write me\b"
    rb"|(?:your|more) (?:own )?(?:code|implementation|solution)\b"
    rb"|(?:code|body|implementation|solution|logic) (?:goes |starts |comes )?here\b"
)
# The values that a placeholder returns, in any language; compared without case.
TRIVIAL = (
    rb"nil|null|nullptr|none|undefined|nothing|true|false"
    rb"|[-+]?[01](?:\.0*)?(?:[uif](?:8|16|32|64|128|size)|[ulfdm]{1,3})?"
    rb"|[bfru@$]?\"\"|[bfru]?''|``|\[\s*:?\s*\]|\{\s*\}|\(\s*\)"
)
# What a marker or a not-implemented idiom has in every language; compared without case.
_WORDS = rb"todo|fixme|\bxxx|\bhack|\bbug\b|implement|not[ _]supported|write your own|" + PLACEHOLDER
# The same on a text in small letters, each beginning with a letter: ten times as fast.
_SMALL_WORDS = (
    rb"todo|fixme|xxx(?<!\wxxx)|hack(?<!\whack)|bug\b(?<!\wbug)|implement|not[ _]supported|write your own|"
    + PLACEHOLDER
)
_PARTS_OF_WORDS = (
    *(b"todo", b"fixme", b"xxx", b"hack", b"bug", b"implement", b"supported"),
    *(b"for now", b"stub", b"placeholder", b"tbd", b"fill ", b"write ", b"your ", b"more ", b" here"),
)

# Possessive wherever it can be (`*+`): a hint is run on hostile text, and must stay linear.
_STRING = (
    rb"[rbuf]{0,2}(?:\"\"\"(?:[^\"\\]|\\(?s:.)|\"(?!\"\"))*+\"\"\"|'''(?:[^'\\]|\\(?s:.)|'(?!''))*+'''"
    rb"|\"(?:[^\"\\\n]|\\(?s:.))*+\"|'(?:[^'\\\n]|\\(?s:.))*+')"
)
_LINE_OF_FILLER = rb"(?:[ \t;]|#[^\n]*+|" + _STRING + rb")*+\r*+"

_PYTHON = (
    _WORDS
    # `def f(...):`, docstrings and comments at most, then `pass`, `...` or a discard
    + rb"|:(?:[\s;]|#[^\n]{0,999}+$|"
    + _STRING
    + rb")*+(?:pass\b|\.\.\.|_\s*=)"
    # a docstring on the header's line
    + rb"|:[ \t]*+"
    + _STRING
    + rb"[ \t;]*+(?:#[^\n]*+)?\r*+(?:\n|\Z)"
    # a docstring, then something less indented: nothing follows it in its block
    + rb"|\n([ \t]++)"
    + _STRING
    + _LINE_OF_FILLER
    + rb"(?:\n"
    + _LINE_OF_FILLER
    + rb"(?=\n|\Z))*+(?:\n(?!\1)|\Z)"
    # a header with nothing under it but comments; the bounds keep hostile lines from being quadratic
    + rb"|^([ \t]*+)[^\n]{0,300}:[ \t]*+(?:#[^\n]{0,300}+)?\r*+"
    + rb"(?:\n[ \t\r]*+(?:#[^\n]*+)?(?=\n|\Z))*+(?:\n(?!\2[ \t])|\Z)"
)

# A block of braces with nothing in it but comments, `;` and discards.
_BRACES = _WORDS + (
    rb"|\{(?:\s|(?://|#)[^\n]{0,999}+$|/\*(?s:.{0,999}?)\*/|;|(?:\(void\)|void\b|let\s+_\b|_\s*=|\w{0,40}unused|static_cast<void>|std::ignore|unset\()[^;{}\n]*+;?+)*+\}"
)

_END = _WORDS + rb"|\n[ \t]*(?:def|function|local function|defp)\b[^\n]*+(?:\s|[#-][^\n]*+)*+end\b|;\s*end\b|\)\s*end\b"

# `def`, a name and its parameters, then nothing but comments and discards up to `end`.
_RUBY = (
    _WORDS
    + rb"|\bdef\s++[^\s(;#]++(?:\s*+\((?:[^()]++|\([^()]{0,999}+\)){0,99}+\)|[^\n;#]{0,999}+)"
    + rb"(?:\s|;|#[^\n]*+|_\w*\s*=[^\n]*+)*+end\b"
)

# Braces, and `= ()` or `{ () }`.
_SCALA = _BRACES + rb"|\?\?\?|\bval\s+_\s*=|[={](?:\s|//[^\n]{0,999}+$|/\*(?s:.{0,999}?)\*/)*+\(\s*\)"

# `do ... end` with nothing in it but comments and discards.
_ELIXIR = _WORDS + rb"|\bdo(?:\s|;|#[^\n]{0,999}+$|_\w*\s*=\s*\w++[?!]?)*+end\b"

# `function (...) ... end`, as above.
_LUA = _WORDS + (
    rb"|\)(?:\s|;|--\[(?P<level>=*)\[(?s:.{0,999}?)\](?P=level)\]|--[^\n]{0,999}+$"
    rb"|(?:local\s+)?_+(?:\s*,\s*_+)*+\s*=\s*[\w.]++(?:\s*,\s*[\w.]++)*+)*+end\b"
)

# No empty body, but an action that does nothing.
_HASKELL = _WORDS + rb"|\bundefined\b|(?:\bpure|\breturn|[=$(])\s*+(?:\$\s*+)?\(\s*+\)"

# `:` or `true` as a command of its own.
_SHELL = _BRACES + rb"|[{(\n;][ \t]*+(?::|true)[ \t\r]*+(?:#[^\n]{0,999}+)?[\n;)]"

# name: (module, endings, hint)
LANGUAGES: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "python": ("fimbot.stubs.languages.python", (".py", ".pyw"), _PYTHON),
    "javascript": ("fimbot.stubs.languages.javascript", (".js", ".jsx", ".mjs", ".cjs"), _BRACES),
    "typescript": ("fimbot.stubs.languages.typescript", (".ts", ".mts", ".cts"), _BRACES),
    "tsx": ("fimbot.stubs.languages.typescript", (".tsx",), _BRACES),
    "go": ("fimbot.stubs.languages.go", (".go",), _BRACES),
    "rust": ("fimbot.stubs.languages.rust", (".rs",), _BRACES),
    "java": ("fimbot.stubs.languages.java", (".java",), _BRACES),
    "kotlin": ("fimbot.stubs.languages.kotlin", (".kt", ".kts"), _BRACES),
    "csharp": ("fimbot.stubs.languages.csharp", (".cs",), _BRACES),
    "c": ("fimbot.stubs.languages.c", (".c", ".h"), _BRACES),
    "cpp": ("fimbot.stubs.languages.cpp", (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx"), _BRACES),
    "ruby": ("fimbot.stubs.languages.ruby", (".rb", ".rake"), _RUBY),
    "php": ("fimbot.stubs.languages.php", (".php",), _BRACES),
    "swift": (
        "fimbot.stubs.languages.swift",
        (".swift",),
        _BRACES + rb"|\b(?:fatalError|preconditionFailure|assertionFailure)\(",
    ),
    "scala": ("fimbot.stubs.languages.scala", (".scala", ".sc"), _SCALA),
    "dart": ("fimbot.stubs.languages.dart", (".dart",), _BRACES + rb"|\b_+\s*="),
    "elixir": ("fimbot.stubs.languages.elixir", (".ex", ".exs"), _ELIXIR),
    "zig": ("fimbot.stubs.languages.zig", (".zig",), _BRACES),
    "haskell": ("fimbot.stubs.languages.haskell", (".hs",), _HASKELL),
    "lua": ("fimbot.stubs.languages.lua", (".lua",), _LUA),
    "shell": ("fimbot.stubs.languages.shell", (".sh", ".bash"), _SHELL),
}

_BY_ENDING = {ending: name for name, (_, endings, _) in LANGUAGES.items() for ending in endings}

_CPP = rb"(?m)^[ \t]*(?:class\s+\w|namespace\b|template\s*<|(?:public|private|protected)\s*:|using\s+\w)|\w::\w"

# Lines between the text that a hint finds and the added line that makes its callable touched:
# a long signature, decorators and the comment above them.
REACH = 120


def language_of(path: str) -> str | None:
    dot = path.rfind(".")
    return _BY_ENDING.get(path[dot:].lower()) if dot > path.rfind("/") else None


def dialect(language: str, path: str, source: bytes) -> str:
    """C++ where a header has C++ in it: the name alone does not tell."""
    return "cpp" if language == "c" and path.lower().endswith(".h") and re.search(_CPP, source) else language


def may_hold_stub(language: str, source: bytes, added: list[tuple[int, int]]) -> bool:
    """Whether a hint is found within reach of the added line ranges (1-based, inclusive)."""
    small = source.lower()
    if any(part in small for part in _PARTS_OF_WORDS) and _is_near(re.compile(_SMALL_WORDS), small, added):
        return True
    structure = LANGUAGES[language][2].removeprefix(_WORDS).removeprefix(b"|")
    return structure != b"" and _is_near(re.compile(structure, re.IGNORECASE | re.MULTILINE), source, added)


def _is_near(hint: re.Pattern[bytes], source: bytes, added: list[tuple[int, int]]) -> bool:
    ranges = iter(sorted(added))
    start, end = next(ranges, (0, 0))
    line, counted = 1, 0
    for match in hint.finditer(source):
        line += source.count(b"\n", counted, match.start())
        counted = match.start()
        while end < line - REACH:
            following = next(ranges, None)
            if following is None:
                return False
            start, end = following
        if start <= line + source.count(b"\n", match.start(), match.end()) + REACH:
            return True
    return False
