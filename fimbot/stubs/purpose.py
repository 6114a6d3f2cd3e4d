"""What else the change did with the name of a callable that it emptied: it may have been emptied on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from fimbot.stubs.patterns import pattern
from fimbot.values import Stub

_WORD = pattern(rb"\w+")
# By its keyword, or by a type before the name, as in Java and C.
_DEFINITION = rb"\b(?:defp?|fn|fun[ck]?|function|sub)\b[^=;]{0,200}\b%s\b|^.\s*(?:[\w<>\[\],.?*&:]+\s+)+[*&]*%s\s*\("
_NO_TYPE = pattern(rb"\b(?:return|new|await|throw|raise|else|yield|in|not|and|or|if|case|do|then|import|from|as)\s")


def purposes(emptied: Sequence[Stub], lines: Iterable[bytes], own: Iterable[str]) -> Mapping[str, str]:
    """Why they are empty, by their ids: those whose definition moved, and those whose name is in deleted lines of the
    change and in none that it added.

    `lines`: of the change, each with its `-` or `+`. `own`: the texts of the emptied callables before and after. What
    they said themselves does not count: who empties all functions of a file empties their callers too.
    """
    inside = {line.strip().encode("utf-8", "replace") for text in own for line in text.splitlines()}
    ids: dict[bytes, list[str]] = {}
    for stub in emptied:
        name = re.split(r"\W", stub.name)[-1]
        # Every class has one of these.
        if name and not name.startswith("__"):
            ids.setdefault(name.encode(), []).append(stub.id)
    deleted: set[bytes] = set()
    added: set[bytes] = set()
    moved: set[bytes] = set()
    for line in lines:
        names = ids.keys() & _WORD.findall(line) if line[1:].strip() not in inside else ()
        if line.startswith(b"-"):
            deleted.update(names)
        else:
            added.update(names)
            moved.update(name for name in names if _defines(line, name))
    found = {id: "the change removed its callers, too" for name in deleted - added for id in ids[name]}
    return found | {id: "the change defines it elsewhere" for name in moved for id in ids[name]}


def _defines(line: bytes, name: bytes) -> bool:
    return re.search(_DEFINITION % (name, name), line[:1000]) is not None and not _NO_TYPE.search(line[:1000])
