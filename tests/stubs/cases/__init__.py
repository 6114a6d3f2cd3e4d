"""What is a stub, as a table per language: `tests/stubs/cases/<language>.py`, read by the tests and by `bench.detect`.

A module holds `CASES = table("a.go", none("...", source), skip(...), fill(...), ...)`, no-op cases first. Sources are
dedented. A case expects exactly the stubs that it names, as "tier kind name"; a bare name means what the verb says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import dedent

from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, LineRange, Skip, Stub

NEW_CODE = (LineRange(1, 10**6),)
"""As in a change that adds the whole file."""


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    source: str
    wanted: tuple[str, ...]
    """"tier kind name", in the order of the file; the tier is "skip" for what is exempt."""
    path: str = ""
    added: tuple[LineRange, ...] = NEW_CODE
    hole: str | None = None
    """The bytes that the first stub's hole swallows, where they are worth saying."""

    @property
    def positive(self) -> bool:
        """Something to fill is wanted here."""
        return any(wanted.startswith(("fill", "suggest")) for wanted in self.wanted)


def none(id: str, source: str, *, path: str = "", whole: bool = False) -> Case:
    """No stub, not even a listed one."""
    return _case(id, source, (), path, whole)


def skip(id: str, source: str, *names: str, kind: str = "empty-body", path: str = "", whole: bool = False) -> Case:
    """Found and exempt: listed with a reason, never filled."""
    return _case(id, source, [f"skip {kind} {name}" for name in names], path, whole)


def report(id: str, source: str, *names: str, kind: str = "empty-body", path: str = "", whole: bool = False) -> Case:
    """Reasonable users differ, `(D)` in the facts; and `todo` and `expression`, which are listed."""
    return _case(id, source, [f"report {kind} {name}" for name in names], path, whole)


def suggest(id: str, source: str, *names: str, path: str = "", whole: bool = False, hole: str | None = None) -> Case:
    return _case(id, source, [f"suggest empty-body {name}" for name in names], path, whole, hole)


def fill(
    id: str,
    source: str,
    *names: str,
    kind: str = "placeholder",
    path: str = "",
    whole: bool = True,
    hole: str | None = None,
) -> Case:
    """What is marked is a stub in old code too, hence `whole`."""
    return _case(id, source, [f"fill {kind} {name}" for name in names], path, whole, hole)


def mixed(id: str, source: str, *wanted: str, path: str = "", whole: bool = False) -> Case:
    """Each `wanted` written out: "skip empty-body A.b"."""
    return _case(id, source, wanted, path, whole)


def table(path: str, *cases: Case) -> tuple[Case, ...]:
    """The cases of a language, in a file of this path where they name none."""
    return tuple(replace(case, path=case.path or path) for case in cases)


def _case(
    id: str, source: str, wanted: list[str] | tuple[str, ...], path: str, whole: bool, hole: str | None = None
) -> Case:
    return Case(id, dedent(source).lstrip("\n"), tuple(wanted), path, (WHOLE_FILE,) if whole else NEW_CODE, hole)


def find(case: Case) -> tuple[Stub | Skip, ...]:
    return find_stubs(case.path, case.source.encode(), case.added)


def told(found: Stub | Skip) -> str:
    if isinstance(found, Skip):
        return f"skip {found.stub.kind} {found.stub.name}"
    return f"{found.tier} {found.kind} {found.name}"
