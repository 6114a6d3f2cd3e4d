"""The hints of `table.py` are run on every changed file, hostile ones included."""

from __future__ import annotations

import time

import pytest

from fimbot.stubs.table import LANGUAGES, dialect, may_hold_stub

_FAR = [(10**7, 10**7)]
_HOSTILE = {
    "a rule of slashes": b"{ //" + b"//" * 20_000 + b"\n x",
    "discards without an end": b"{ " + b"void " * 10_000 + b" x",
    "open comments": b"{/*" * 10_000,
    "open braces": b"{" * 30_000,
    "open parameters": b"def x(" * 10_000,
    "blank lines after a header": b"\ndef x" + b"\n" * 30_000 + b"y",
    "open strings": b'"""' * 10_000,
    "one long line of blanks": b"{" + b" " * 30_000 + b"x",
}


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE.keys())
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hint_is_quick_on_hostile_text(language: str, text: bytes) -> None:
    """Some 60 KB; the slowest took 0.1 s, where an exponential pattern took longer than anybody waited."""
    start = time.process_time()
    may_hold_stub(language, text, _FAR)
    assert time.process_time() - start < 1


def test_a_header_of_c_is_c() -> None:
    assert dialect("c", "a.h", b"struct a { int x; };\nstatic inline int f(void) { return 0; }\n") == "c"


@pytest.mark.parametrize(
    "source", [b"class A;\n", b"namespace a {\n}\n", b"template <typename T> T f();\n", b"std::string f();\n"]
)
def test_a_header_with_cpp_in_it_is_cpp(source: bytes) -> None:
    assert dialect("c", "a.h", source) == "cpp"
    assert dialect("c", "a.c", source) == "c"
