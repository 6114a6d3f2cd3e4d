"""What a window keeps, and in which order it gives up the rest."""

from __future__ import annotations

import time

import pytest

from fimbot.stubs.find import find_stubs
from fimbot.stubs.parsed import parsed_file
from fimbot.values import ContextPart, LineRange, Skip, Stub, Window
from fimbot.windows.lines import lines_of
from fimbot.windows.others import OtherStubs
from fimbot.windows.window import build_window
from tests.windows.stubbed import only_stub, window_of

ACCOUNT = b'''"""Accounts of a bank."""
from __future__ import annotations

import os
from decimal import Decimal

LIMIT = 3


def round_up(n):
    return n + 1


@dataclass
class Account(Base):
    """An account."""

    owner: str
    balance: Decimal = Decimal(0)

    def deposit(self, n: Decimal) -> None:
        self.balance += n

    # Never below zero.
    @checked
    def withdraw(self, n: Decimal,
                 fee: int) -> Decimal:
        """Take n.

        Raises Overdrawn.
        """
        # TODO: implement withdraw
        raise NotImplementedError("todo")

    def close(self):
        return 1


class Bank:
    def open(self):
        return 2
'''


def test_a_file_that_fits_is_shown_whole_but_for_the_hole() -> None:
    window = window_of(ACCOUNT)
    before, _, after = ACCOUNT.decode().partition('        raise NotImplementedError("todo")')
    assert (window.prefix, window.suffix) == (before.replace("TODO: ", ""), after)
    assert window.withheld == ()


def test_the_todo_text_that_the_hole_swallows_is_shown() -> None:
    assert window_of(ACCOUNT).prefix.endswith("        # implement withdraw\n")


def test_the_prefix_ends_at_the_start_of_a_line_and_the_suffix_begins_with_the_line_break() -> None:
    window = window_of(b"def f(a):\n    raise NotImplementedError('TODO')\n")
    assert (window.prefix, window.suffix) == ("def f(a):\n", "\n")


def test_a_hole_at_the_end_of_the_file_leaves_an_empty_suffix() -> None:
    window = window_of(b"def f(a):\n    raise NotImplementedError('TODO')")
    assert (window.prefix, window.suffix) == ("def f(a):\n", "")


def test_a_body_on_its_owners_line_is_moved_to_lines_of_its_own() -> None:
    window = window_of(b"void f(int a) { /* TODO: set a */ }\n", path="a.c")
    assert window.prefix == "void f(int a) {\n    /* set a */\n"
    assert window.suffix == "\n}\n"


def test_an_expression_is_filled_in_place() -> None:
    window = window_of(b"object A {\n  def f(n: Int): Int = ???\n}\n", path="a.scala")
    assert window.prefix == "object A {\n  def f(n: Int): Int = "
    assert window.suffix == "\n}\n"


def test_far_code_goes_first() -> None:
    window = window_of(ACCOUNT, budget=150)
    assert window.prefix == (
        "from __future__ import annotations\n\nimport os\nfrom decimal import Decimal\n\n"
        "@dataclass\nclass Account(Base):\n"
        '    """An account."""\n\n    owner: str\n    balance: Decimal = Decimal(0)\n\n'
        "    # Never below zero.\n    @checked\n"
        "    def withdraw(self, n: Decimal,\n                 fee: int) -> Decimal:\n"
        '        """Take n.\n\n        Raises Overdrawn.\n        """\n'
        "        # implement withdraw\n"
    )


def test_the_signature_is_the_last_to_go() -> None:
    window = window_of(ACCOUNT, budget=45)
    assert "    def withdraw(self, n: Decimal,\n                 fee: int) -> Decimal:\n" in window.prefix
    assert window.prefix.endswith("        # implement withdraw\n")


def test_a_signature_larger_than_the_budget_is_a_skip_with_its_reason() -> None:
    skip = build_window(parsed_file("a.py", ACCOUNT), only_stub("a.py", ACCOUNT), budget=20)
    assert isinstance(skip, Skip)
    assert "does not fit" in skip.reason


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('def f(a):\n    """Doc."""\n    raise NotImplementedError("TODO")\n', id="the file"),
        pytest.param(
            'class A:\n    def f(a):\n        """Doc."""\n        raise NotImplementedError("TODO")\n', id="a class"
        ),
        pytest.param(
            'class A:\n    def f(a):\n        """Doc."""\n        raise NotImplementedError("TODO")\n\n    x = 1\n',
            id="a class with more in it",
        ),
    ],
)
def test_a_callable_that_begins_its_owner_keeps_its_docstring(source: str) -> None:
    filler = "".join(f"\n\ndef g{i}(a):\n    return a\n" for i in range(100))
    assert '"""Doc."""\n' in window_of((source + filler).encode(), budget=60).prefix


def test_what_closes_the_owners_is_kept_before_code_between() -> None:
    filler = "".join(f"    int f{i}() {{ return {i}; }}\n" for i in range(200))
    source = (
        "namespace N\n{\n    class A\n    {\n        int field;\n\n        int F(int n)\n        {\n"
        "            throw new NotImplementedException();\n        }\n" + filler + "    }\n}\n"
    ).encode()
    window = window_of(source, path="a.cs", budget=120)
    assert (
        window.prefix == "namespace N\n{\n    class A\n    {\n        int field;\n\n        int F(int n)\n        {\n"
    )
    assert window.suffix.startswith("\n        }\n    int f0() { return 0; }\n")
    assert window.suffix.endswith("    }\n}\n")


def test_a_constructor_tells_the_fields_where_none_are_declared() -> None:
    filler = "".join(f"    def f{i}(self):\n        return {i}\n\n" for i in range(200))
    source = (
        "class A:\n    def __init__(self, x):\n        self.size = x\n\n" + filler + "    def area(self):\n"
        "        raise NotImplementedError('TODO')\n"
    ).encode()
    assert "self.size = x" in window_of(source, budget=200).prefix


def test_both_sides_have_a_share() -> None:
    stub = b"def f(a):\n    raise NotImplementedError('TODO')\n\n\n"
    others = b"".join(b"def g%d(a):\n    return a + %d\n\n\n" % (i, i) for i in range(100))
    window = window_of(others + stub + others, budget=500)
    above, below = window.prefix.count("def g"), window.suffix.count("def g")
    assert above > below > above // 2
    assert "def g99(a)" in window.prefix
    assert "def g0(a)" in window.suffix


def test_an_unused_share_goes_to_the_other_side() -> None:
    stub = b"def f(a):\n    raise NotImplementedError('TODO')\n"
    others = b"".join(b"\n\ndef g%d(a):\n    return a + %d\n" % (i, i) for i in range(100))
    below, above = window_of(stub + others, budget=500), window_of(others.lstrip() + b"\n\n" + stub, budget=500)
    assert 400 < below.tokens <= 500
    assert 400 < above.tokens <= 500


def test_a_neighbour_larger_than_the_room_gives_its_header_and_its_nearest_lines() -> None:
    large = "def large(a):\n" + "".join(f"    a += {i}\n" for i in range(500)) + "    return a\n\n\n"
    window = window_of((large + "def f(a):\n    raise NotImplementedError('TODO')\n").encode(), budget=150)
    assert window.prefix.startswith("def large(a):\n")
    assert "    a += 499\n    return a\n" in window.prefix
    assert "a += 0\n" not in window.prefix


def test_a_neighbour_of_which_only_the_header_fits_is_left_out() -> None:
    long = "    a = '" + "x" * 400 + "'\n"
    window = window_of(f"def f(a):\n    raise NotImplementedError('TODO')\n\n\ndef g(a):\n{long}".encode(), budget=50)
    assert window.suffix == "\n"


def test_a_docstring_larger_than_its_share_keeps_its_head_and_is_closed() -> None:
    lines = "".join(f"    Line {i} of it.\n" for i in range(300))
    source = f'def f(a):\n    """Head.\n\n{lines}    """\n    raise NotImplementedError("TODO")\n'.encode()
    prefix = window_of(source, budget=300).prefix
    assert prefix.startswith('def f(a):\n    """Head.\n\n    Line 0 of it.\n')
    assert prefix.endswith('    """\n')
    assert "Line 299" not in prefix


def test_of_too_many_imports_those_that_are_named_are_kept() -> None:
    imports = "".join(f"from package.module{i} import Name{i}\n" for i in range(300))
    source = (imports + "\n\ndef f(a: Name250) -> Name17:\n    raise NotImplementedError('TODO')\n").encode()
    prefix = window_of(source, budget=300).prefix
    assert "import Name250\n" in prefix
    assert "import Name17\n" in prefix
    assert "import Name200\n" not in prefix


def test_a_line_of_data_is_left_out_whole() -> None:
    source = b"DATA = '" + b"x" * 5000 + b"'\n\n\ndef f(a):\n    raise NotImplementedError('TODO')\n"
    assert "DATA" not in window_of(source, budget=100_000).prefix


def test_five_megabytes_on_one_line_beside_the_stub() -> None:
    source = b"def f(a):\n    raise NotImplementedError('TODO')\n\n\nDATA = '" + b"x" * 5_000_000 + b"'\n"
    stub = only_stub("a.py", source)
    start = time.perf_counter()
    window = build_window(parsed_file(stub.path, source), stub, budget=1500)
    assert not isinstance(window, Skip)
    assert window.prefix == "def f(a):\n"
    assert time.perf_counter() - start < 10


def test_a_stub_on_a_line_of_data_is_a_skip() -> None:
    source = b"int a[] = {" + b"1, " * 2000 + b"}; int f(int a) { /* TODO: set a */ }\n"
    assert isinstance(build_window(parsed_file("a.c", source), only_stub("a.c", source), budget=1500), Skip)


@pytest.mark.parametrize(
    ("source", "prefix", "suffix"),
    [
        pytest.param(
            b"\xef\xbb\xbfdef f(a):\n    raise NotImplementedError('TODO')\n",
            "def f(a):\n",
            "\n",
            id="a byte order mark",
        ),
        pytest.param(
            b"def f(a):\r\n    raise NotImplementedError('TODO')\r\n\r\n\r\nx = 1\r\n",
            "def f(a):\n",
            "\n\n\nx = 1\n",
            id="CRLF is shown as LF",
        ),
        pytest.param(
            b"s = '\xff\xed\xa0\x80'\n\n\ndef f(a):\n    raise NotImplementedError('TODO')\n",
            "s = '\ufffd\ufffd\ufffd\ufffd'\n\n\ndef f(a):\n",
            "\n",
            id="bytes that are no UTF-8",
        ),
        pytest.param(
            b"x = 1\n\x0c\n\ndef f(a):\n    raise NotImplementedError('TODO')\n",
            "x = 1\n\x0c\n\ndef f(a):\n",
            "\n",
            id="a form feed",
        ),
    ],
)
def test_the_text_is_valid_unicode_with_plain_line_ends(source: bytes, prefix: str, suffix: str) -> None:
    window = window_of(source)
    assert (window.prefix, window.suffix) == (prefix, suffix)


def test_context_is_counted_and_kept_in_its_order() -> None:
    parts = [ContextPart("definition", "b.py", "class B:\n    x: int\n"), ContextPart("call", "c.py", "f(1)\n")]
    window = window_of(ACCOUNT, context=parts)
    assert window.context == tuple(parts)
    assert window.tokens > window_of(ACCOUNT).tokens


def test_context_leaves_most_of_the_room_to_the_nearest_code() -> None:
    parts = [ContextPart("call", f"c{i}.py", f"value_{i} = withdraw({i}, total)\n" * 5) for i in range(50)]
    others = b"".join(b"\n\ndef g%d(a):\n    return a + %d\n" % (i, i) for i in range(200))
    window = window_of(ACCOUNT + others, budget=1000, context=parts)
    assert 0 < len(window.context) < 8
    assert "def deposit" in window.prefix
    assert window.tokens <= 1000


def test_context_that_the_window_shows_already_is_left_out() -> None:
    shown = ContextPart("call", "a.py", "def close(self):\n    return 1\n")
    assert window_of(ACCOUNT, context=[shown]).context == ()


def test_context_of_a_file_that_holds_secrets_is_left_out() -> None:
    assert window_of(ACCOUNT, context=[ContextPart("call", "config/.env", "x = 1\n")]).context == ()


def test_a_file_that_holds_secrets_is_no_source() -> None:
    skip = build_window(parsed_file(".env.py", ACCOUNT), only_stub(".env.py", ACCOUNT), budget=1500)
    assert isinstance(skip, Skip)
    assert "secrets" in skip.reason


def test_a_todo_that_says_nothing_is_left_out() -> None:
    assert window_of(b"def f(a):\n    # TODO: implement me\n    pass\n").prefix == "def f(a):\n"


def test_other_stubs_of_the_file_are_left_out_with_their_comments() -> None:
    source = (
        b"def f(a):\n    pass\n\n\n"
        b"# Never done.\ndef g(b):\n    raise NotImplementedError\n\n\n"
        b"def h():\n    return 3\n"
    )
    stubs = [stub for stub in find_stubs("a.py", source, [LineRange(1, 99)]) if isinstance(stub, Stub)]
    first, second = stubs
    file = parsed_file("a.py", source)
    window = build_window(file, first, budget=1000, others=OtherStubs(lines_of(file), [second]))
    assert isinstance(window, Window)
    assert window.suffix == "\n\n\n\n\ndef h():\n    return 3\n"
