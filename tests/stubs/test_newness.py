"""An unmarked empty body is suggested where all of its callable is new."""

from __future__ import annotations

import pytest

from fimbot.stubs.find import find_stubs
from fimbot.values import LineRange, stub_of

SOURCE = b'def f(x):\n    """What it is.\n\n    More of it.\n    """\n    pass\n'

ADDED = {
    "all of it": ([(1, 6)], "suggest"),
    "all but the blank line": ([(1, 2), (4, 6)], "suggest"),
    "all but the header": ([(2, 6)], "report"),
    "all but a line of the docstring": ([(1, 3), (5, 6)], "report"),
    "the body only": ([(6, 6)], "report"),
}


@pytest.mark.parametrize(("added", "tier"), ADDED.values(), ids=ADDED.keys())
def test_new_lines(added: list[tuple[int, int]], tier: str) -> None:
    (found,) = find_stubs("a.py", SOURCE, [LineRange(*lines) for lines in added])
    assert stub_of(found).tier == tier
