"""What models put around code: fences with prose, leaked special tokens, junk; and characters nobody can see."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = re.compile(
    r"<\|(?:endoftext|fim_prefix|fim_suffix|fim_middle|fim_pad|file_sep|repo_name|im_start|im_end|eot_id|end_of_text"
    r"|cursor)\|>"
    r"|<\uff5c(?:fim\u2581(?:begin|hole|end)|end\u2581of\u2581sentence|begin\u2581of\u2581sentence)\uff5c>"
    r"|<(?:fim_prefix|fim_suffix|fim_middle|file_sep|EOT|PRE|SUF|MID|END)>"
    r"|(?m:^[ \t]*(?:\[(?:PREFIX|SUFFIX|MIDDLE)\]|</?s>)[ \t]*$)|\A\s*\[(?:PREFIX|SUFFIX|MIDDLE)\]|</s>\s*\Z"
)
_FENCE = re.compile(r"(?m)^ {0,3}(?:```+|~~~+)[ \t]*([\w+#.-]*)[ \t]*\n?(?:$|(?<=\n))")
_PROSE = re.compile(r"[A-Z][a-z]*'?[a-z]* [\w',` ]+[.:!]$")
"""The sentence before a fence: "Here is the implementation:". Ruby's grammar takes it for code."""
_JUNK = re.compile(r"\s*(?:\*{5,}|\+{5,})")
"""A known defect of Codestral: such answers hold nothing else of use (GitLab's gateway drops them too)."""

# Invisible, yet letters or marks by category: fillers, joiners, variation selectors, the blank of Braille.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(point)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for point in range(first, last + 1)
}
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})


def readings(text: str) -> tuple[str, ...]:
    """The code that the answer may hold, the likeliest first. Line breaks become LF."""
    text = _without_special(text.replace("\r\n", "\n"))
    fences = list(_FENCE.finditer(text))
    if not fences:
        return (text,)
    first = fences[0]
    inside = text[first.end() : fences[1].start() if len(fences) > 1 else len(text)]
    before = text[: first.start()]
    if not before.strip():
        return (inside,)
    # Prose, then an opened fence; or code, then the fence that was open in the prompt.
    opened = bool(first[1]) or _PROSE.match(before.rstrip().rpartition("\n")[2]) is not None
    return (inside, before, text) if opened else (before, inside, text)


def _without_special(text: str) -> str:
    while (found := _SPECIAL.search(text)) is not None:
        before = text[: found.start()]
        if before.strip():
            return before
        text = text[found.end() :]
    return text


def is_junk(text: str) -> bool:
    return _JUNK.match(text) is not None


def forbidden_character(text: str) -> str | None:
    """The first character that must not get into a file unseen, as U+XXXX.

    Control, bidirectional, private, unassigned and other invisible characters (https://trojansource.codes).
    """
    if text.isascii() and text.isprintable():
        return None
    for char in text:
        if char in "\n\t " or "!" <= char <= "~":
            continue
        if char in _INVISIBLE or unicodedata.category(char) in _REFUSED_CATEGORIES:
            return f"U+{ord(char):04X}"
    return None
