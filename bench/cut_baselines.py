"""The rules of others, measured on the same answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from bench.cut_bodies import Blanked
from fimbot.fills.frame import edit_of
from fimbot.stubs.language import load
from fimbot.values import apply_edits

_STOP_WORDS = (
    "\nclass",
    "\ndef",
    "\n#",
    "\n@",
    "\nif",
    "\nprint",
    "\nfunc",
    "\nfn ",
    "\nfunction",
    "\npublic",
    "\n}",
    "\n//",
)
"""HumanEval's for Python (https://arxiv.org/abs/2107.03374), and what MultiPL-E adds for languages with braces."""
_FENCE = re.compile(r"\A\s*```[^\n]*\n(.*?)(?:\n```.*)?\Z", re.DOTALL)


def raw(text: str, _: Blanked) -> str:
    return text


def first_blank_line(text: str, _: Blanked) -> str:
    """Continue, Tabby, Twinny."""
    return re.split(r"\n[ \t]*\n", text, maxsplit=1)[0]


def stop_words(text: str, _: Blanked) -> str:
    match = _FENCE.match(text)
    text = match[1] if match else text
    ends = [at for word in _STOP_WORDS if (at := text.find(word)) >= 0]
    return text[: min(ends)] if ends else text


def pop_until_it_parses(text: str, blanked: Blanked) -> str:
    match = _FENCE.match(text)
    lines = (match[1] if match else text).split("\n")
    language = load(blanked.language)
    while lines:
        candidate = "\n".join(lines)
        data = apply_edits(blanked.data, [edit_of(blanked.stub, candidate)])
        if not language.parse(data).root_node.has_error:
            return candidate
        lines.pop()
    return text


def dedent(text: str, blanked: Blanked) -> str:
    """Up to the first line that is less indented than the body."""
    match = _FENCE.match(text)
    lines = (match[1] if match else text).split("\n")
    indent = blanked.stub.hole.indent
    for at, line in enumerate(lines):
        if line.strip() and not line.startswith(indent):
            return "\n".join(lines[:at]).rstrip()
    return "\n".join(lines)


BASELINES: dict[str, Callable[[str, Blanked], str]] = {
    "raw": raw,
    "first blank line": first_blank_line,
    "stop words + fence": stop_words,
    "pop until it parses": pop_until_it_parses,
    "dedent": dedent,
}
