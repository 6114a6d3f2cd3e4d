"""Which stub a comment is about: a hidden mark on the last line of its body.

Anybody can write such a line, and so can a model whose text is echoed. It is believed only in what the token's own user
wrote (which GitHub tells), as the very last line, outside any fence. Where that leaves a doubt the comment is not taken
for ours: a suggestion that comes twice is better than one that somebody could suppress.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fimbot.stubs.identity import normalised
from fimbot.values import Stub

_ONE = r"[0-9a-f]{12}:[0-9a-f]{12}"
_COMMENT = re.compile(rf"<!-- fimbot (gone )?({_ONE}) -->")
_REVIEW = re.compile(rf"<!-- fimbot review((?: {_ONE})*) -->")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class Mark:
    id: str
    """The stub's."""
    key: str
    """The same without the path, so that a stub is known again in a file that was renamed."""

    def __str__(self) -> str:
        return f"{self.id}:{self.key}"


def mark_of(stub: Stub, source: bytes) -> Mark:
    identity = stub.name.encode() + b"\0" + normalised(stub, source)
    return Mark(stub.id, hashlib.sha256(identity).hexdigest()[:12])


def comment_line(mark: Mark) -> str:
    return f"<!-- fimbot {mark} -->"


def import_line(mark: Mark) -> str:
    """For an import that the stub's body needs. It is no mark of the stub: when that is gone, because somebody has
    committed its body, the import is needed all the more."""
    return f"<!-- fimbot import {mark} -->"


def review_line(marks: Sequence[Mark]) -> str:
    """For a review's own body: what it brought, so that a comment that somebody deletes is not brought again."""
    return f"<!-- fimbot review{''.join(f' {mark}' for mark in marks)} -->"


def mark_in(body: str) -> Mark | None:
    """The mark of a comment that the token's own user wrote."""
    match = _COMMENT.fullmatch(_last_line(body))
    return _mark(match[2]) if match else None


def as_gone(body: str) -> str:
    """A comment with a mark, when its stub is gone. GitHub does not tell who has minimised a comment, and by this it is
    known that it was fimbot: no person has said no, and when the stub comes back, so does its suggestion."""
    return re.sub(r"<!-- fimbot (?:gone )?(\S+) -->\Z", r"<!-- fimbot gone \1 -->", body)


def is_gone(body: str) -> bool:
    match = _COMMENT.fullmatch(_last_line(body))
    return match is not None and match[1] is not None


def marks_in(body: str) -> tuple[Mark, ...] | None:
    """Those of a review that the token's own user wrote; None where it is not fimbot's."""
    match = _REVIEW.fullmatch(_last_line(body))
    return tuple(_mark(each) for each in match[1].split()) if match else None


def _mark(text: str) -> Mark:
    return Mark(*text.split(":"))


def _last_line(body: str) -> str:
    """The last line, "" where it is inside of a fence: https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""
    lines = body.replace("\r\n", "\n").split("\n")
    fence = ""
    for line in lines[:-1]:
        match = _FENCE.match(line)
        if match is None:
            continue
        run, rest = match[1], match[2]
        if not fence:
            fence = run if run[0] == "~" or "`" not in rest else ""
        elif run[0] == fence[0] and len(run) >= len(fence) and not rest.strip():
            fence = ""
    return "" if fence else lines[-1]
