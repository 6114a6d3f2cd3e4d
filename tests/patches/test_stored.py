"""What is stored between two runs may be damaged, edited by hand or stale: nothing of it is trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fimbot.errors import PatchError
from fimbot.patches.apply import apply_stored
from fimbot.patches.store import INDEX, Stored, read_suggestions
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, Stub

SOURCE = b"def one() -> int:\n    pass\n\n\ndef two() -> int:\n    pass\n"
MOVED = b"if True:\n" + b"".join(b"    " + line for line in SOURCE.splitlines(keepends=True))
RECORD = {"id": "0" * 12, "path": "a.py", "name": "one", "start_line": 1, "text": "    return 1"}


def stored(text: str, path: str = "a.py") -> Stored:
    first = find_stubs("a.py", SOURCE, [WHOLE_FILE])[0]
    assert isinstance(first, Stub)
    return Stored(first.id, path, first.name, first.start_line, text)


def applied(text: str, source: bytes = SOURCE) -> bytes:
    patches: list[bytes] = []
    apply_stored([stored(text)], {"a.py": source}.get, patches.append)
    return b"".join(patches)


def test_a_body_is_applied_to_the_content_that_it_was_made_for() -> None:
    assert b"+    return 1" in applied("    return 1")


def test_a_body_with_the_line_breaks_of_another_checkout_is_applied() -> None:
    assert b"+    return 1\r" in applied("    return 1", SOURCE.replace(b"\n", b"\r\n"))


TEXTS = {
    "nothing": "",
    "half a bracket": "    return (1",
    "the end of the function and more": "    return 1\n\n\nprint()",
    "a stub": "    pass",
    "an escape sequence": "    return '\x1b[2J'",
    "half a character": "    return '\ud800'",
    "an indentation of another place": "return 1",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_what_does_not_fill_the_hole_is_never_applied(text: str) -> None:
    with pytest.raises(PatchError, match=r"a\.py: one: .*nothing was changed"):
        applied(text)


def test_a_stub_that_was_moved_to_another_depth_is_no_place_for_the_old_lines() -> None:
    with pytest.raises(PatchError, match=r"a\.py: one: "):
        applied("    return 1", MOVED)


DAMAGE: dict[str, Any] = {
    "no JSON": "{",
    "nested too deeply": "[" * 100_000,
    "no object": "[]",
    "no records": '{"suggestions": 5}',
    "a record that is none": '{"suggestions": [[]]}',
    "a path that is a list": RECORD | {"path": ["a.py"]},
    "a text that is a number": RECORD | {"text": 5},
    "no text": RECORD | {"text": None},
    "an id that is a list": RECORD | {"id": ["x"]},
    "a name that is a number": RECORD | {"name": 5},
    "a line that is a text": RECORD | {"start_line": "\x1b[2J"},
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_store_is_told(tmp_path: Path, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps({"version": 1, "suggestions": [content]})
    (tmp_path / INDEX).write_text(text)
    with pytest.raises(PatchError, match="cannot be read"):
        read_suggestions(tmp_path)


def test_a_whole_store_is_read(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text(json.dumps({"version": 1, "suggestions": [RECORD]}))
    assert read_suggestions(tmp_path) == (Stored("0" * 12, "a.py", "one", 1, "    return 1"),)
