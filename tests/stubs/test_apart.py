"""A long file is looked through by a process of its own."""

from __future__ import annotations

import pytest

from fimbot.errors import ParseError
from fimbot.stubs.apart import LONG, stubs_apart
from fimbot.stubs.find import find_stubs, stubs_here
from fimbot.stubs.parsed import parsed_file
from fimbot.values import LineRange, Skip

FILLER = "".join(f"value_{number} = {number}\n" for number in range(20_000))
SOURCE = f"""{FILLER}
class A(Protocol):
    def of_a_protocol(self): ...

def f(a):
    # TODO: b
    pass

def g():
    return 1
""".encode()
ADDED = [LineRange(20_001, 20_020)]


def test_it_finds_the_same() -> None:
    assert len(SOURCE) > LONG
    found = stubs_apart(parsed_file("a.py", SOURCE), ADDED)
    assert found == stubs_here(parsed_file("a.py", SOURCE), ADDED)
    assert [isinstance(each, Skip) for each in found] == [True, False]
    assert found == find_stubs("a.py", SOURCE, ADDED)


def test_what_it_gives_up_is_told_as_here() -> None:
    source = b"def f():\n" + b"    # TODO\n" * 30_000 + b"    return 1\n"
    with pytest.raises(ParseError, match="takes longer than"):
        stubs_apart(parsed_file("a.py", source), [LineRange(1, 30_001)])
