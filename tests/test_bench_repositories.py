"""What bench/repositories.py blanks: the body and nothing else."""

from __future__ import annotations

import pytest

from bench.repositories_data import PACKAGES, Body, blanked

PYTHON = '''\
def other(a):
    return a


def double(a: int) -> int:
    """Twice."""
    # fast
    return 2 * a


x = 1
'''
BRACES = """\
static int twice(int a);
static int twice(int a)
{
    if (a) {
        return 2 * a;
    }
    return 0;
}
int x;
"""

CASES = {
    "Python, where the documentation stays": (
        Body("a.py", "double", "pass", ""),
        PYTHON,
        'def double(a: int) -> int:\n    """Twice."""\n    pass\n\n',
    ),
    "nothing but the documentation": (
        Body("a.py", "double", "", ""),
        PYTHON,
        'def double(a: int) -> int:\n    """Twice."""\n\n',
    ),
    "braces, where a declaration is no definition": (
        Body("a.c", "twice", "/* TODO */", ""),
        BRACES,
        "static int twice(int a)\n{\n    /* TODO */\n}\n",
    ),
}


@pytest.mark.parametrize(("body", "content", "stub"), CASES.values(), ids=CASES.keys())
def test_a_body_becomes_a_stub(body: Body, content: str, stub: str) -> None:
    whole, blank = blanked(content, body)
    assert content.count(whole) == 1
    assert blank == stub


def test_no_function_is_named_twice() -> None:
    for package in PACKAGES.values():
        assert len({(body.path, body.name) for body in package.bodies}) == len(package.bodies)
