"""What models write after, before and around a body that is right."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.cut_bodies import Blanked
from fimbot.values import FinishReason

_PROSE = "\nThis function does what its name says. It handles every case, doesn't it?\n"


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    text: str
    finish: FinishReason = "stop"
    compared: bool = False
    """Whether the baselines are measured on it too."""
    streamed: bool = False


_OF_THE_OTHERS = 5
"""Of the rarer overruns, how many a body gets, by chance; all of them would take an hour."""


def overruns(blanked: Blanked) -> Iterator[Answer]:
    yield from _usual(blanked)
    yield _truncated(blanked)
    others = list(_others(blanked))
    yield from random.Random(blanked.body).sample(others, min(_OF_THE_OTHERS, len(others)))


def _usual(blanked: Blanked) -> Iterator[Answer]:
    """The overruns that other tools' rules were measured on."""
    body, closed = blanked.body, f"{blanked.body}{blanked.closer}"
    after = blanked.data[blanked.stub.hole.end :].decode("utf-8", "replace").replace("\r\n", "\n")
    yield Answer("no overrun", body, compared=True, streamed=True)
    yield Answer("test code", closed + _test_code(blanked), compared=True, streamed=True)
    if after.strip():
        yield Answer("repeats suffix", body + "\n".join(after.split("\n")[:14]), compared=True, streamed=True)
    yield Answer("new sibling", closed + _sibling(blanked), compared=True, streamed=True)
    yield Answer("fence + prose", f"```{blanked.language}\n{body}\n```\n{_PROSE}", compared=True)
    if blanked.ends:
        yield Answer("dead tail", f"{body}\n{blanked.statements[0]}\n", compared=True)


def _others(blanked: Blanked) -> Iterator[Answer]:
    body, closed, test = blanked.body, f"{blanked.body}{blanked.closer}", _test_code(blanked)
    yield Answer("closing fence", f"{body}\n```\n{_PROSE}")
    yield Answer("closer and fence", f"{closed}\n```\n{_PROSE}")
    yield Answer("prose first", f"Here is the implementation:\n\n~~~\n{body}\n~~~\n{_PROSE}")
    yield Answer("whole function", f"{blanked.header}{closed}\n")
    yield Answer("whole, fenced", f"```\n{blanked.header}{closed}\n```\n{_PROSE}")
    yield Answer("repeats TODO", f"{blanked.stub.comment}\n{body}\n")
    yield Answer("special token", f"{body}<|endoftext|>{blanked.statements[0]}")
    yield Answer("CRLF", (closed + test).replace("\n", "\r\n"))
    yield Answer("first line bare", closed.lstrip(" \t") + test)
    yield Answer("blank line first", f"\n   \n{body}")
    if not blanked.literal_lines:
        yield from _indented_otherwise(blanked)


def _test_code(blanked: Blanked) -> str:
    return f"\n\n\n{blanked.comment} Test the function\nresult = {blanked.name}(1, 2)\nprint(result)\n"


def _sibling(blanked: Blanked) -> str:
    """The same callable under another name, without its closer: the suffix's own closer closes it."""
    header = re.sub(rf"(?<!\w){re.escape(blanked.name)}(?!\w)", f"{blanked.name}2", blanked.header)
    return f"\n\n{header}{blanked.body}"


def _indented_otherwise(blanked: Blanked) -> Iterator[Answer]:
    lines = blanked.body.split("\n")
    indent, unit = blanked.stub.hole.indent, blanked.unit
    if not all(line.startswith(indent) for line in lines if line.strip()):
        return
    bare = [line[len(indent) :] for line in lines]
    yield Answer("from column 0", "\n".join(bare))
    yield Answer("too deep", "\n".join(indent + unit + line if line else "" for line in bare))
    other = "  " if unit == "\t" or len(unit) > 2 else "\t"
    swapped = [re.sub(r"^[ \t]+", lambda m: m[0].replace(unit, other), line) for line in lines]
    yield Answer("other unit", "\n".join(swapped))


def _truncated(blanked: Blanked) -> Answer:
    last = len(blanked.body) - len(blanked.statements[-1].strip())
    cut = random.Random(blanked.body).randrange(min(last + 1, len(blanked.body) - 1), len(blanked.body))
    return Answer("cut off (a skip)", blanked.body[:cut], finish="length")
