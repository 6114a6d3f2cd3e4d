"""How a report is shown: colours, how much, and where the patches lie."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}

# Controls, and the characters that turn or hide text: names and paths are the repository's, and hostile.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Style:
    color: bool = False
    verbose: bool = False
    quiet: bool = False
    patches: str | None = None
    """Where the patches were written, as the user would type it."""
    root: str = ""
    """The repository's root relative to where the user stands: "" where they stand in it."""

    def paint(self, text: str, *colors: str) -> str:
        if not self.color or not text:
            return text
        return f"\033[{';'.join(_CODES[color] for color in colors)}m{text}\033[0m"


def printable(text: str) -> str:
    """For a terminal: what could steer it, or deceive its reader, is escaped."""
    return _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], text)


def one_line(text: str) -> str:
    return printable(text.replace("\n", "\\n").replace("\t", "\\t"))


def code_span(text: str) -> str:
    """Inert in Markdown, which a comment is: names and reasons are other people's text.

    https://spec.commonmark.org/0.31.2/#code-spans
    """
    text = one_line(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
