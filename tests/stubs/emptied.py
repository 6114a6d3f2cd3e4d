"""A file before and after a change, for what is found because the change took a callable's statements."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from textwrap import dedent

from fimbot.stubs.emptied import Before
from fimbot.stubs.find import find_stubs
from fimbot.values import LineRange, Skip, Stub


@dataclass(frozen=True, slots=True)
class Emptied:
    id: str
    path: str
    old: str
    new: str
    wanted: tuple[str, ...] = ()
    """As in `tests.stubs.cases.Case`."""


def change(id: str, path: str, old: str, new: str, *wanted: str) -> Emptied:
    return Emptied(id, path, dedent(old).lstrip("\n"), dedent(new).lstrip("\n"), wanted)


def touched(old: str, new: str) -> tuple[list[LineRange], list[int]]:
    """The lines that were added, and those behind which lines were only deleted."""
    before, after = old.splitlines(), new.splitlines()
    added, deleted = [], []
    for tag, _, _, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag in ("insert", "replace"):
            added.append(LineRange(start + 1, end))
        elif tag == "delete":
            deleted.append(start)
    return added, deleted


def found_in(case: Emptied) -> tuple[Stub | Skip, ...]:
    added, deleted = touched(case.old, case.new)
    return find_stubs(case.path, case.new.encode(), added, Before(lambda: case.old.encode(), deleted))
