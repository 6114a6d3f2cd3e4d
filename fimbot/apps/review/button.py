"""GitHub's "Commit suggestion" button, as far as its rule is known, so that what it would do can be known before.

Lines are replaced as lines. Whether the file ends with a line break stays as it is. A file with any CRLF in it is
written with CRLF throughout, which is why nothing is suggested in a file that mixes both
(https://github.com/w3c/cbor-ld/pull/112).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fimbot.patches.lines import LineEdit

# Markdown ends a line at a carriage return, drops NUL, and a comment is stored without some of the others.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def code_of(edit: LineEdit) -> str | None:
    """The text as it stands in a fence, every line ended by a line feed; None where a fence cannot hold it."""
    code = edit.text.replace("\r\n", "\n")
    return None if _UNSAFE.search(code) else code + "\n"


def press(source: bytes, edits: Sequence[LineEdit]) -> bytes | None:
    """The file after each of these suggestions was committed; None where the button does not do it."""
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        code = code_of(edit)
        if code is None or not 1 <= edit.start <= edit.end <= len(lines):
            return None
        lines[edit.start - 1 : edit.end] = code.split("\n")[:-1]
    return ("\r\n" if "\r\n" in text else "\n").join(lines).encode("utf-8")
