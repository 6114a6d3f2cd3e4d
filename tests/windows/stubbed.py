"""The one stub of a text, and its window."""

from __future__ import annotations

from collections.abc import Sequence

from fimbot.stubs.find import find_stubs
from fimbot.stubs.parsed import parsed_file
from fimbot.values import WHOLE_FILE, ContextPart, Skip, Stub, Window
from fimbot.windows.window import build_window


def only_stub(path: str, source: bytes) -> Stub:
    found = [one.stub if isinstance(one, Skip) else one for one in find_stubs(path, source, [WHOLE_FILE])]
    assert len(found) == 1, [one.name for one in found]
    return found[0]


def window_of(source: bytes, *, path: str = "a.py", budget: int = 1500, context: Sequence[ContextPart] = ()) -> Window:
    window = build_window(parsed_file(path, source), only_stub(path, source), budget=budget, context=context)
    assert isinstance(window, Window), window.reason
    return window
