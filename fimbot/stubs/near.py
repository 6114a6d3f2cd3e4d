"""Whether a change may touch a stub, told from text in microseconds: for the quick way, and for every scan of Python.

Sound, not exact: where this says no, the parser would have found nothing that the added lines touch (in a file
with syntax errors, where a body ends is a guess, and this may guess otherwise). It imports nothing but `re`.
Python is looked at by its headers, because the words alone (`pass`, "implement") stand within a few lines of every
other line: 82 % of one-line changes in the standard library, against 3 % with this.
"""

from __future__ import annotations

import re
from functools import cache

from fimbot.stubs.table import _WORDS, LANGUAGES, PLACEHOLDER, TRIVIAL

TYPE_CHECKING = False  # typing costs 5 ms
if TYPE_CHECKING:
    from collections.abc import Iterator

Ranges = list[tuple[int, int]]

_BREAK = re.compile(rb"\n")

# A long signature, or the comment that a body is made of.
_REACH = 40

# `markers.TODO` and `markers.MESSAGE`, and the names that exceptions of the kind have.
_MARKER = rb"(?:^|#|//|/\*|--|;|%)[^\w\n]*+(?:todo|fixme|xxx|hack|bug)(?![a-z0-9])"
_MESSAGE = (
    rb"\btodo\b|fixme|not[ _-]?(?:yet[ _-]?)?(?:been[ _-]?)?implemented|unimplemented|implement (?:this|the|me)\b"
    rb"|please implement|needs? to implement|to be implemented|write your own"
    rb"|not[ _-]?(?:yet[ _-]?)?supported|unsupportedoperation|^\W*implement\b|[\"'`]\W*implement\b|write me\b"
    rb"|\byour (?:own )?(?:code|implementation|solution)"
    rb"|(?:#|//|/\*|--|\{-|^[ \t]*[*;%])[^\n]{0,400}?\b(?:" + PLACEHOLDER + rb")"
)


def may_touch_stub(language: str, source: bytes, added: Ranges) -> bool:
    """`added`: 1-based line ranges, inclusive."""
    lines = source.count(b"\n") + (not source.endswith(b"\n"))
    if language == "python" and any(start <= 1 and end >= lines for start, end in added):
        return _touches_python(source, 0, len(source), [_WORK * len(source)])
    starts = [0, *(match.end() for match in _BREAK.finditer(source)), len(source)]

    def offset(line: int) -> int:
        return starts[min(max(line, 1), len(starts)) - 1]

    if language == "python":
        left = [_WORK * len(source)]
        return any(_touches_python(source, offset(start), offset(end + 1), left) for start, end in added)
    return any(
        _touches(language, source, (offset(start - _REACH), offset(start), offset(end + 1), offset(end + 1 + _REACH)))
        for start, end in added
    )


# A line that closes a block: no callable with a body of filler reaches over it.
_CLOSING = rb"(?m)^[ \t]*(?:\}|end|fi|done|esac)[;,)]*[ \t\r]*$"
_RETURNED_CLOSURE = rb"\breturn\b[^\n]*(?:\bfunc(?:tion)?\b|=>)"
_LONGEST_CLOSURE = 2100  # `shapes.returned_closure`, and a marker
# What may stand before the brace of a body; not a literal's: `= {}`, `({}`, `"{}`.
_BEFORE_BRACE = rb"(?:[\w)>\]?!*][\s]*+|^[ \t]*+)(?=\{)"
_BEFORE_GO_BRACE = rb"(?<!struct)(?<!interface)[ \t]++(?=\{)"


def _touches(language: str, source: bytes, offsets: tuple[int, int, int, int]) -> bool:
    """Whether a hint is found around the added lines `source[start:end]`, with no closing line in between."""
    above, start, end, below = offsets
    for match in _hint(language).finditer(source, above, below):
        if match.end() <= start and not _closes(source, match.end(), start):
            return True
        if match.start() >= end and not _compiled(_CLOSING).search(source, end, match.start()):
            return True
        if match.start() < end and match.end() > start:
            return True
    return False


def _closes(source: bytes, start: int, end: int) -> bool:
    """Whether a callable ends there; where it returns a closure, that is the second line that closes."""
    lines = _compiled(_CLOSING).finditer(source, start, end)
    if next(lines, None) is None:
        return False
    returned = _compiled(_RETURNED_CLOSURE).search(source, max(0, start - _LONGEST_CLOSURE), start)
    return returned is None or next(lines, None) is not None


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    """Of a pattern that is seldom needed: compiling one costs up to a millisecond."""
    return re.compile(pattern)


@cache
def _hint(language: str) -> re.Pattern[bytes]:
    structure = LANGUAGES[language][2].removeprefix(_WORDS).removeprefix(b"|")
    if structure.startswith(rb"\{") and language != "scala":  # where a body stands behind `=`
        structure = (_BEFORE_GO_BRACE if language == "go" else _BEFORE_BRACE) + structure
    return re.compile(rb"%s|%s|%s" % (_MARKER, _MESSAGE, structure or b"(?!)"), re.IGNORECASE | re.MULTILINE)


_STRING = (
    rb"[rRbBuUfF]{0,2}(?:\"\"\"(?:[^\"\\]|\\(?s:.)|\"(?!\"\"))*+\"\"\"|'''(?:[^'\\]|\\(?s:.)|'(?!''))*+'''"
    rb"|\"(?:[^\"\\\n]|\\(?s:.))*+\"|'(?:[^'\\\n]|\\(?s:.))*+')"
)
# Behind a byte order mark, which is no blank.
_DEF = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\f]*+(?:async[ \t]+)?def\b")
_HEADER_PART = re.compile(rb"[()\[\]{}:]|#[^\n]*+|" + _STRING)
_FILLER = re.compile(rb"(?:[\s;]|#[^\n]*+|\\\r?\n|pass\b|\.\.\.|_\s*=(?!=)[^\n]*+|" + _STRING + rb")*+")
# Brackets in brackets in brackets, as far as headers have them; whatever else is left to `_HEADER_PART`.
_PLAIN = rb"[^()\[\]{}#\"']++|#[^\n]*+|" + _STRING
_NESTED = rb"(?:" + _PLAIN + rb"|[(\[{](?:" + _PLAIN + rb"|[(\[{](?:" + _PLAIN + rb")*+[)\]}])*+[)\]}])*+"
_MISSING = rb"raise\b[ \t(]*+(?:\w+\.)*NotImplementedError\b|(?i:todo)\b"
# A stub only beside a marker or a message.
_TRIVIAL = (
    rb"return\b[ \t(]*+(?i:" + TRIVIAL + rb"|\w+\(\s*\))?"
    rb"[ \t)]*+(?:[#;\r\n]|\Z)"
    rb"|raise\b[ \t(]*+(?:\w+\.)*(?:Exception|RuntimeError)\b"
    # before an idiom, or one of those that say so themselves: `signs.telling`
    rb"|(?:assert|del)\b"
    rb"|(?i:[\w.]{0,60}(?:log|print|warn|debug|console|trace|echo|puts|fmt|io|err|out)[\w.]{0,20}[ \t]*+\()"
    rb"|(?:msg|message|err|error|text)\b[^=\n]*=\s*[(rRbBuUfF]*[\"']"
)
# A header without a first line, after comments, blank lines and the docstring, that is indented more and does
# something: one header in a hundred, told apart in C.
_SUSPECT = (
    rb"\n([ \t\f]*+)(?:async[ \t]++)?+def\b(?![ \t]++\w++[ \t]*+\("
    + _NESTED
    + rb"\)[ \t]*+(?:->(?:[^:\n#\"'()\[\]{}]++|\["
    + _NESTED
    + rb"\])*+)?+:(?:(?:[ \t;\r]|#[^\n]*+|"
    + _STRING
    + rb")*+\n)++\1[ \t]++(?=[\w(\[{@*~-])(?!pass\b|_\s*=|(?:[rRbBuUfF]{1,2})?[\"']|"
    + _MISSING
    + rb"|"
    + _TRIVIAL
    + rb"))"
)
# A shorter text, as in most commits, is sooner looked at header by header than this is compiled (2 ms).
_LONG = 4_000
_PYTHON_MARKER = re.compile(rb"#[^\w\n]*+(?:todo|fixme|xxx|hack|bug)(?![a-z0-9])", re.IGNORECASE)
_ANY_MARKER = b"(?im)" + _MARKER + b"|" + _MESSAGE

# A docstring that says "def" hides the header above it: so many are tried.
_HEADERS_ABOVE = 12

# So often is a byte looked at, by and large; headers that never end, one after the other, would be read to the end of
# the file each. A thousand lines that were changed here and there in a long file take 2.
_WORK = 20
# To look for one word takes so much less than to read; a header and a word take at least as much as so many bytes.
_PLAIN_SEARCH = 16
_HEADER, _STEP = 300, 30


def _touches_python(source: bytes, start: int, end: int, left: list[int]) -> bool:
    """`source[start:end]` are whole lines: a TODO in them, or a header at or above them with a body of filler.

    `left`: the bytes that may still be looked at; when there are none, the parser has to tell.
    """
    if _PYTHON_MARKER.search(source, start, end):
        return True
    at = start
    for _ in range(_HEADERS_ABOVE):
        below, at = at, _header_above(source, at, left)
        left[0] -= (below - max(at, 0)) // _PLAIN_SEARCH
        if left[0] < 0:
            return True
        if at < 0:
            break
        if _end_of_filler(source, at, left) > start:
            return True
    if any(_end_of_filler(source, header, left) >= 0 for header in _suspects(source, start, end)):
        return True
    return _below_is_filler(source, start, end, left)


def _suspects(source: bytes, start: int, end: int) -> Iterator[int]:
    """Where headers begin; in a long text those alone whose body does not plainly do something in its first line."""
    if end - start > _LONG:
        if start == 0 and _DEF.match(source):
            yield 0
        for match in _compiled(_SUSPECT).finditer(source, max(0, start - 1), end):
            yield match.start() + 1
        return
    at = start
    while 0 <= (at := source.find(b"def", at, end)) < end:
        line = source.rfind(b"\n", 0, at) + 1
        if _DEF.match(source, line):
            yield line
        at += 3


def _header_above(source: bytes, at: int, left: list[int]) -> int:
    while left[0] >= 0 and (at := source.rfind(b"def", 0, at)) >= 0:
        left[0] -= _STEP
        line = source.rfind(b"\n", 0, at) + 1
        if _DEF.match(source, line):
            return line
    return -1


def _below_is_filler(source: bytes, start: int, end: int, left: list[int]) -> bool:
    """A decorator belongs to the header below it, which may be some lines down, and so does a comment."""
    at = end
    while left[0] >= 0 and (at := source.find(b"def", at)) >= 0:
        left[0] -= _STEP
        line = source.rfind(b"\n", 0, at) + 1
        if _DEF.match(source, line):
            begin = source.rfind(b"\n\n", 0, start) + 1
            left[0] -= (line - begin) // _PLAIN_SEARCH
            if left[0] >= 0 and source.find(b"@", begin, line) < 0 and source.find(b"#", begin, line) < 0:
                return False
            return _end_of_filler(source, line, left) >= 0
        at += 3
    left[0] -= (len(source) - end) // _PLAIN_SEARCH
    return left[0] < 0


def _end_of_filler(source: bytes, header: int, left: list[int]) -> int:
    """Where the code goes on after a body with nothing but filler in it; -1 where the body does something."""
    depth, body = 0, len(source)
    for part in _HEADER_PART.finditer(source, header):
        text = part[0]
        if part.end() - header > left[0]:
            return len(source) + 1
        if text in (b"(", b"[", b"{"):
            depth += 1
        elif text in (b")", b"]", b"}"):
            depth -= 1
        elif text == b":" and depth <= 0:
            body = part.end()
            break
    filler = _FILLER.match(source, body)
    stop = filler.end() if filler else body
    left[0] -= _HEADER + stop - header
    line = source.rfind(b"\n", 0, stop) + 1
    if stop == len(source):
        return stop + 1
    indentation = _indentation(source, header)
    if line > body and stop - line <= indentation:
        return stop
    # `def f(): pass`: whatever comes below is not of it.
    beside = source[body:stop].partition(b"\n")[0].strip()
    if line > body and beside and not beside.startswith(b"#"):
        return stop
    # Filler that is not indented is not the body's; so the body ended before it. (Or it is a docstring's text.)
    depths = [len(text) - len(text.lstrip()) for text in _texts(source, body, stop)]
    if any(depth <= indentation for depth in depths) or (depths and stop - line < depths[0]):
        return stop
    if _compiled(_MISSING).match(source, stop):
        return _end_of_statement(source, stop)
    if _compiled(_TRIVIAL).match(source, stop) and _compiled(_ANY_MARKER).search(
        source, max(0, header - 1000), stop + 300
    ):
        return _end_of_statement(source, stop)
    return -1


def _texts(source: bytes, start: int, stop: int) -> list[bytes]:
    """The lines after the first, without blank lines, comments and the last, which is the code's."""
    lines = source[start:stop].split(b"\n")[1:-1]
    return [line for line in lines if line.strip() and not line.lstrip().startswith(b"#")]


def _end_of_statement(source: bytes, at: int) -> int:
    """Far enough: a message may go on for some lines."""
    for _ in range(20):
        at = source.find(b"\n", at) + 1
        if at <= 0:
            return len(source) + 1
    return at


def _indentation(source: bytes, line: int) -> int:
    header = _DEF.match(source, line)
    return len(header[0]) - len(header[0].lstrip()) if header else 0
