"""A stub's id names it everywhere: it outlives a rebase, and two stubs never share one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, LineRange, stub_of

SOURCE = b"import os\n\n\ndef f(x):\n    # TODO: later\n    pass\n\n\ndef g(x):\n    # TODO: later\n    pass\n"


def ids(path: str, source: bytes) -> list[str]:
    return [stub_of(found).id for found in find_stubs(path, source, [WHOLE_FILE])]


def test_the_same_after_lines_were_inserted_above() -> None:
    assert ids("a.py", b"# new\nimport re\n" + SOURCE) == ids("a.py", SOURCE)


@given(st.lists(st.sampled_from([b"X = 1\n", b"\n", b"# words\n", b"def h():\n    return 1\n\n\n"])))
def test_the_same_whatever_is_written_above(lines: list[bytes]) -> None:
    assert ids("a.py", b"".join(lines) + b"\n\n" + SOURCE) == ids("a.py", SOURCE)


def test_the_same_with_other_line_breaks_and_indentation() -> None:
    assert ids("a.py", SOURCE.replace(b"\n", b"\r\n")) == ids("a.py", SOURCE)
    assert ids("a.py", SOURCE.replace(b"    ", b"\t")) == ids("a.py", SOURCE)


def test_another_path_makes_another_id() -> None:
    assert not set(ids("a.py", SOURCE)) & set(ids("b.py", SOURCE))


def test_another_name_makes_another_id() -> None:
    first, second = ids("a.py", SOURCE)
    assert first != second


def test_two_identical_stubs_of_one_file_differ() -> None:
    twice = ids("a.py", b"def f():\n    # TODO\n    pass\n\n\ndef f():\n    # TODO\n    pass\n")
    assert len(set(twice)) == 2


def test_two_identical_todos_of_one_function_differ() -> None:
    twice = ids("a.py", b"def f():\n    # TODO: check\n    g()\n    # TODO: check\n    h()\n")
    assert len(set(twice)) == 2


TWINS = b"""if X:
    def f():
        pass  # TODO

    def g():
        h()
        # TODO: check
        h()
        # TODO: check
else:
    def f():
            pass  # TODO

    def g():
        # TODO: check
        i()


def f():
    pass  # TODO
"""


@given(st.lists(st.integers(1, TWINS.count(b"\n")), min_size=1, max_size=4))
def test_of_identical_stubs_each_keeps_its_id_whatever_is_touched(lines: list[int]) -> None:
    """Or `fimbot apply`, which reads the whole file, fills another one than was meant."""
    whole = {(stub_of(found).id, stub_of(found).hole) for found in find_stubs("a.py", TWINS, [WHOLE_FILE])}
    assert len(whole) == 6
    touched = find_stubs("a.py", TWINS, [LineRange(line, line) for line in lines])
    assert {(stub_of(found).id, stub_of(found).hole) for found in touched} <= whole


def test_a_text_that_is_also_elsewhere_makes_no_other_id() -> None:
    quoted = b'"""\n' + SOURCE + b'"""\n' + SOURCE
    assert [stub_of(found).id for found in find_stubs("a.py", quoted, [LineRange(1, 40)])] == ids("a.py", SOURCE)


def test_no_stub_without_an_added_line_in_it() -> None:
    assert find_stubs("a.py", SOURCE, [LineRange(1, 3)]) == ()
    assert [stub_of(found).name for found in find_stubs("a.py", SOURCE, [LineRange(9, 9)])] == ["g"]


def test_a_callable_is_touched_by_its_decorator_and_by_the_todo_above_it() -> None:
    source = b"# TODO: write\n@cache\ndef f(x):\n    pass\n"
    assert find_stubs("a.py", source, [LineRange(1, 1)])
    assert find_stubs("a.py", source, [LineRange(2, 2)])
    assert not find_stubs("a.py", source + b"\n\nX = 1\n", [LineRange(7, 7)])
    assert find_stubs("a.rs", b"#[inline]\nfn f() {\n    todo!()\n}\n", [LineRange(1, 1)])
    assert find_stubs("a.ts", b"class A {\n  @x()\n  f() {}\n}\n", [LineRange(2, 2)])


def test_a_file_in_no_known_language_has_no_stubs() -> None:
    assert find_stubs("a.txt", b"TODO: everything\n", [WHOLE_FILE]) == ()


def test_a_type_stub_file_has_no_stubs() -> None:
    assert find_stubs("a.pyi", b"def f(x: int) -> str: ...\n", [WHOLE_FILE]) == ()


def test_an_added_comment_in_a_body_of_nothing_but_comments_touches_its_function() -> None:
    source = b"x = 1\n\n\ndef shout(text: str) -> None:\n    # TODO: implement\n"
    for line in (4, 5):
        assert [stub_of(stub).name for stub in find_stubs("a.py", source, [LineRange(line, line)])] == ["shout"]


def test_blank_lines_above_what_is_filled_stay() -> None:
    source = b'def f():\n    """Doc."""\n\n    # TODO: implement\n    pass\n'
    (stub,) = find_stubs("a.py", source, [LineRange(1, 9)])
    hole = stub_of(stub).hole
    assert source[hole.start : hole.end] == b"    # TODO: implement\n    pass"
