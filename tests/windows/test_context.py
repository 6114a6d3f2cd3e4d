"""What is gathered from the repository for a stub, and what is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fimbot.stubs.parsed import parsed_file
from fimbot.values import ContextPart
from fimbot.windows.context import ContextChoice, Neighbourhood, gather_context, is_test
from tests.windows.stubbed import only_stub

NOTHING = ContextChoice(definitions=False, calls=False, tests=False)

ACCOUNTS = '''from money import Money


class Account:
    """An account."""

    def withdraw(self, amount: Money, fee: Money | None = None) -> Money:
        raise NotImplementedError("TODO")
'''
MONEY = '''import decimal


@total_ordering
class Money:
    """An amount.

    In a currency.
    """

    # Cents.
    cents: int
    currency: str = "EUR"

    def __init__(self, cents: int) -> None:
        self.cents = cents

    def plus(self, other: "Money") -> "Money":
        total = self.cents + other.cents
        return Money(total)

    def _hidden(self):
        return 1


class Other:
    pass
'''
SHOP = """from accounts import Account


def buy(account: Account, price: Money) -> bool:
    if price.cents > 0:
        account.withdraw(price)
        log(price)
        done = True
    return done
"""
TESTS = """from accounts import Account


def test_withdrawing_lowers_the_balance():
    account = Account(Money(10))
    account.withdraw(Money(3))
    assert account.balance == Money(7)


def test_other():
    assert True
"""
REPOSITORY = {"src/accounts.py": ACCOUNTS, "src/money.py": MONEY, "src/shop.py": SHOP, "tests/test_accounts.py": TESTS}


def gather(
    files: Mapping[str, str],
    path: str = "src/accounts.py",
    *,
    budget: int = 1000,
    choice: ContextChoice | None = None,
    reads: list[str] | None = None,
) -> tuple[ContextPart, ...]:
    def read(name: str) -> bytes | None:
        if reads is not None:
            reads.append(name)
        return files[name].encode() if name in files else None

    source = files[path].encode()
    around = Neighbourhood(parsed_file(path, source), lambda: files, read, choice or ContextChoice())
    return gather_context(only_stub(path, source), around, budget=budget)


def test_nothing_is_read_where_nothing_is_chosen() -> None:
    reads: list[str] = []
    assert gather(REPOSITORY, choice=NOTHING, reads=reads) == ()
    assert reads == []


def test_a_signature_that_names_nothing_and_that_nobody_calls_has_no_context() -> None:
    files = {"a.py": "def f12(a):\n    raise NotImplementedError('TODO')\n", "b.py": "x = 1\n"}
    assert gather(files, "a.py") == ()


def test_a_file_that_the_parser_gives_up_on_is_passed_over() -> None:
    files = {
        "a.dart": "int balance(int x) {\n  throw UnimplementedError();\n}\n",
        "b.dart": "var x = balance(1);\n" + "{}" * 20_000,
        "c.dart": "var y = balance(2);\n",
    }
    assert gather(files, "a.dart") == (ContextPart("call", "c.dart", "var y = balance(2);\n"),)


def test_the_types_of_the_signature_its_tests_and_its_calls() -> None:
    assert gather(REPOSITORY) == (
        ContextPart(
            "definition",
            "src/money.py",
            'class Money:\n    cents: int\n    currency: str = "EUR"\n\n'
            "    def __init__(self, cents: int) -> None:\n"
            '    def plus(self, other: "Money") -> "Money":\n'.replace("\n\n", "\n"),
        ),
        ContextPart(
            "test",
            "tests/test_accounts.py",
            "def test_withdrawing_lowers_the_balance():\n    account = Account(Money(10))\n"
            "    account.withdraw(Money(3))\n    assert account.balance == Money(7)\n",
        ),
        ContextPart("call", "src/shop.py", "account.withdraw(price)\nlog(price)\n"),
    )


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        pytest.param(ContextChoice(definitions=False), ["test", "call"], id="without definitions"),
        pytest.param(ContextChoice(tests=False), ["definition", "call"], id="without tests"),
        pytest.param(ContextChoice(calls=False), ["definition", "test"], id="without calls"),
    ],
)
def test_each_kind_can_be_switched_off(choice: ContextChoice, kinds: list[str]) -> None:
    assert [part.kind for part in gather(REPOSITORY, choice=choice)] == kinds


def test_the_order_of_the_paths_does_not_matter() -> None:
    assert gather(dict(reversed(REPOSITORY.items()))) == gather(REPOSITORY)


def test_what_does_not_fit_the_budget_is_left_out() -> None:
    assert [part.kind for part in gather(REPOSITORY, budget=60)] == ["call"]
    assert gather(REPOSITORY, budget=10) == ()


def test_each_file_is_read_once_at_most_and_no_other_language() -> None:
    reads: list[str] = []
    gather({**REPOSITORY, "a.rs": "fn withdraw() {}", "README.md": "withdraw(", ".env.py": "withdraw("}, reads=reads)
    assert sorted(reads) == ["src/money.py", "src/shop.py", "tests/test_accounts.py"]


def test_reading_is_bounded() -> None:
    reads: list[str] = []
    gather({**REPOSITORY, **{f"deep/down/m{i}.py": "x = 1\n" for i in range(5000)}}, reads=reads)
    assert len(reads) == 200
    assert {"src/money.py", "src/shop.py", "tests/test_accounts.py"} <= set(reads)


def test_a_large_or_binary_file_is_passed_over() -> None:
    files = {**REPOSITORY, "src/shop.py": SHOP + "#" * 400_000, "src/money.py": MONEY + "\0"}
    assert [part.kind for part in gather(files)] == ["test"]


def test_a_call_of_somebody_elses_method_is_no_call_of_this_one() -> None:
    files = {
        "client.py": "class Client:\n    def close(self) -> None:\n        raise NotImplementedError('TODO')\n",
        "file.py": "class File:\n    def close(self):\n        return 1\n",
        "use.py": "def use(stream):\n    stream.close()\n",
        "main.py": "def main(client):\n    client.close()\n",
    }
    assert gather(files, "client.py") == (ContextPart("call", "main.py", "client.close()\n"),)


def test_comments_strings_imports_and_definitions_are_no_calls() -> None:
    files = {
        "a.py": "def compute(a):\n    raise NotImplementedError('TODO')\n",
        "b.py": "# compute(1)\n'''compute(2)'''\n\n\ndef compute(a):\n    return 1\n",
    }
    assert gather(files, "a.py") == ()


def test_a_use_of_a_struct_is_not_its_definition() -> None:
    files = {
        "ring.c": '#include "ring.h"\n\nint push(struct ring *ring, int value) {\n    // TODO\n}\n',
        "list.h": "struct ring;\n",
        "ring.h": "struct ring {\n    int slots[4];\n    int used;\n};\n",
    }
    (found,) = gather(files, "ring.c")
    assert found == ContextPart("definition", "ring.h", files["ring.h"])


def test_a_constructor_is_called_by_its_class() -> None:
    files = {
        "a.py": "class Widget:\n    def __init__(self, size):\n        raise NotImplementedError('TODO')\n",
        "b.py": "def make():\n    widget = Widget(3)\n    return widget\n",
    }
    assert gather(files, "a.py") == (ContextPart("call", "b.py", "widget = Widget(3)\nreturn widget\n"),)


def test_a_piece_that_would_show_a_private_key_is_left_out() -> None:
    key = "-----BEGIN RSA " + "PRIVATE KEY-----\n    MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9OiJjRazXBZ1BjP5CE"
    files = {
        "a.py": "def compute(a):\n    raise NotImplementedError('TODO')\n",
        "b.py": f"def use():\n    key = '''{key}'''\n    return compute(2)\n",
        "c.py": "def use():\n    key = 'MIIE'\n    return compute(3)\n",
    }
    assert gather(files, "a.py") == (ContextPart("call", "c.py", "key = 'MIIE'\nreturn compute(3)\n"),)


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "test_a.py",
        "a_test.go",
        "src/a.test.ts",
        "a.spec.js",
        "AccountTest.java",
        "spec/a_spec.rb",
        "ATests.cs",
    ],
)
def test_a_test_by_its_name(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize("path", ["src/a.py", "contest.py", "latest/a.py", "attest.go", "protest.ts", "Greatest.java"])
def test_no_test_by_its_name(path: str) -> None:
    assert not is_test(path)
