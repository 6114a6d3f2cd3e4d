"""An answer becomes a fill: what is cut away, what is laid out anew, what is refused."""

from __future__ import annotations

import pytest

from fimbot.values import Fill, Skip
from tests.fills.asking import BODY, C_BODY, PYTHON, C, filled, flush, made, text
from tests.fills.bodies import SAMPLES

EXACT = {
    "body only": BODY,
    "body and a line break": BODY + "\n",
    "a comment less indented within the body": BODY.replace("\n\n", "\n# why\n\n"),
    "a string with text at column 0 in it": '        note = """\nat the margin\n  `x`\n"""\n        return note',
    "brackets in strings": "        note = ')]}'\n        return note",
    "a comment beside the return": "        return 1  # the rest",
    "a nested function": "        def inner() -> int:\n            return 1\n\n        return inner()",
}


@pytest.mark.parametrize("answer", EXACT.values(), ids=EXACT.keys())
def test_what_fits_is_left_as_it_is(answer: str) -> None:
    assert text(PYTHON, answer) == answer.rstrip()


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_brace_body_that_fits_is_left_as_it_is(newline: str) -> None:
    source = C.replace(b"\n", newline.encode())
    assert text(source, C_BODY, path="a.c") == C_BODY.replace("\n", newline)


TEST_CODE = "\n\n\n# Test the function\nprint(Account().withdraw(1))\n"
SUFFIX = "\n\n    def close(self) -> None:\n        self._balance = 0\n\n\ndef main() -> None:\n"
SIBLING = (
    "\n\n    def deposit(self, amount: int) -> int:\n        self._balance += amount\n        return self._balance\n"
)
HEADER = '    def withdraw(self, amount: int) -> int:\n        """Takes money out."""\n'
PROSE = "\nThis function takes money out. It doesn't allow debts.\n"

OVERRUNS = {
    "test code": BODY + TEST_CODE,
    "the suffix repeated": BODY + SUFFIX,
    "a new sibling": BODY + SIBLING,
    "a sibling that breaks off": BODY + SIBLING[:70],
    "dead tail": BODY + "\n        print(amount)\n        return 0\n",
    "dead tail that breaks off": BODY + "\n        print(amoun",
    "fence and prose": f"```python\n{BODY}\n```\n{PROSE}",
    "tildes": f"~~~\n{BODY}\n~~~",
    "prose before the fence": f"Here is the method:\n\n```python\n{BODY}\n```\n",
    "a fence that was open in the prompt": f"{BODY}\n```\n{PROSE}",
    "the signature repeated": HEADER + BODY,
    "the signature laid out anew": HEADER.replace("(self, amount", "(\n        self,\n        amount") + BODY,
    "the signature without the docstring": HEADER.split("\n")[0] + "\n" + BODY,
    "the docstring repeated": '        """Takes money out."""\n' + BODY,
    "prompt header and signature repeated": 'class Account:\n    """Money."""\n\n' + HEADER + BODY,
    "special token": BODY + "<|fim_suffix|>\n    def close",
    "end of text": BODY + "<|endoftext|>import sys",
    "special token in front": "<|fim_middle|>" + BODY,
    "an empty line in front": "\n   \n" + BODY,
    "CRLF from the model": BODY.replace("\n", "\r\n"),
    "trailing blanks": BODY.replace("\n", "  \n") + "   ",
    "first line bare": BODY.lstrip(),
    "first line bare, then test code": BODY.lstrip() + TEST_CODE,
    "a blank too many in front": " " + BODY,
    "from column 0": flush(BODY),
    "too deep": BODY.replace("        ", "            "),
    "two blanks for four": flush(BODY).replace("    ", "  ").replace("\n", "\n        ").replace(" \n", "\n"),
    "tabs for blanks": BODY.replace("    ", "\t"),
}


@pytest.mark.parametrize("answer", OVERRUNS.values(), ids=OVERRUNS.keys())
def test_only_the_body_is_left(answer: str) -> None:
    assert text(PYTHON, answer) == BODY


C_OVERRUNS = {
    "closer and test code": C_BODY + "\n}\n\n// Test the function\nprintf(add(1, 2));\n",
    "the suffix repeated": C_BODY + "\n}\n\nint main(void)\n{\n\treturn add(1, 2);\n}\n",
    "a sibling that the suffix's brace would close": C_BODY + "\n}\n\nint sub(int a, int b)\n{\n\treturn a - b;",
    "dead tail": C_BODY + "\n\tputs(`);\n",
    "closer on the last line": C_BODY + " }\n",
    "fence": f"```c\n{C_BODY}\n}}\n```\nIt's done.",
    "whole function": "int add(int a, int b)\n{\n" + C_BODY + "\n}\n",
    "brace moved up": "int add(int a, int b) {\n" + C_BODY + "\n}\n",
    "TODO repeated": "\t/* TODO: implement */\n" + C_BODY,
    "four blanks for tabs": C_BODY.replace("\t", "    "),
    "from column 0": flush(C_BODY),
}


@pytest.mark.parametrize("answer", C_OVERRUNS.values(), ids=C_OVERRUNS.keys())
def test_only_the_body_is_left_between_braces(answer: str) -> None:
    assert text(C, answer, path="a.c") == C_BODY


def test_a_doc_comments_stars_stay_in_line() -> None:
    answer = "/**\n * Adds.\n */\nint sum = a + b;\nreturn sum;"
    assert text(C, answer, path="a.c") == "\t/**\n\t * Adds.\n\t */\n\tint sum = a + b;\n\treturn sum;"


def test_an_apostrophe_in_a_comment_opens_no_string() -> None:
    answer = "\t// it's } here\n\treturn a + b;\n}\nint x;"
    assert text(C, answer, path="a.c") == "\t// it's } here\n\treturn a + b;"


REFUSED = {
    "": "the answer is empty",
    " \n \n": "the answer is empty",
    "```python\n```\n": "the answer is empty",
    "        pass\n": "the answer is itself a stub",
    "        raise NotImplementedError('TODO')\n": "the answer is itself a stub",
    "        # TODO: implement\n": "the answer is itself a stub",
    "        # TODO: check\n        return 1\n": "the answer is itself a stub",
    "        # TODO: check\n        return amount * 2\n": "the answer leaves something to do",
    "***** x = 1": "the answer is junk",
    "+++++\n        return 1": "the answer is junk",
    "        return '\u202e1'": "the answer holds the character U+202E",
    "        return '\u200b1'": "the answer holds the character U+200B",
    "        return '\x1b[0m'": "the answer holds the character U+001B",
    "        return '\u2028'": "the answer holds the character U+2028",
    "        return '\ufeff1'": "the answer holds the character U+FEFF",
    "        return '\u00a01'": "the answer holds the character U+00A0",
    "        return '\ue000'": "the answer holds the character U+E000",
    "        return '\u3164'": "the answer holds the character U+3164",
    "        x = 1\r        return x": "the answer holds the character U+000D",
    "        return '\ud800'": "the answer is not valid Unicode",
    "        return foo(x": "the answer does not parse",
    "        x = 1\n        return foo(x": "the answer breaks off in the middle",
    "I'm sorry, I can't do that.": "the answer does not parse",
    "def withdraw(me, amount):\n    return 1": "the answer defines withdraw again",
    "        self._balance = 0": None,
}


@pytest.mark.parametrize(("answer", "reason"), REFUSED.items(), ids=[repr(answer)[:40] for answer in REFUSED])
def test_what_is_no_answer_is_refused_with_a_reason(answer: str, reason: str | None) -> None:
    outcome = made(PYTHON, answer)
    assert (outcome.reason if isinstance(outcome, Skip) else None) == reason


CUT_OFF = {
    "in a statement": BODY[:-6],
    "behind a statement": BODY[: BODY.index("\n\n")],
    "in a name, which parses": BODY[:-4],
    "at the very end, which nobody can know": BODY,
}


@pytest.mark.parametrize("answer", CUT_OFF.values(), ids=CUT_OFF.keys())
def test_what_the_token_limit_cut_off_is_refused(answer: str) -> None:
    outcome = made(PYTHON, answer, finish="length")
    assert isinstance(outcome, Skip)
    assert outcome.reason == "the answer was cut off by the token limit"


@pytest.mark.parametrize("answer", [BODY + TEST_CODE, BODY + SIBLING[:60], BODY + "\n        print(amo"])
def test_the_token_limit_behind_the_hole_does_no_harm(answer: str) -> None:
    assert text(PYTHON, answer, finish="length") == BODY


FROM_COLUMN_0 = {
    "an argument over two lines": "print('a',\n              amount)\ntotal = amount\nreturn total",
    "a condition over two lines": "if (amount or\n        self._balance):\n    return 1\n\nreturn 2",
    "a block first": "if amount:\n    return 1\nreturn 2",
    "one block": "for each in range(amount):\n    print(each)",
    "a bracket in a string": "print('(')\nif amount:\n    return 1\nreturn 2",
}


@pytest.mark.parametrize("flat", FROM_COLUMN_0.values(), ids=FROM_COLUMN_0.keys())
def test_a_body_from_column_0_is_moved_as_one(flat: str) -> None:
    moved = "\n".join("        " + line if line else "" for line in flat.split("\n"))
    assert text(PYTHON, flat) == moved
    assert text(PYTHON, moved.lstrip()) == moved


def test_the_comment_beside_a_return_is_not_dead() -> None:
    assert text(PYTHON, "        return 1  # one\n        print(2)\n") == "        return 1  # one"


@pytest.mark.parametrize("answer", ["        if amount:\n", "        x = 1\n        for y in x:\n\n    def z():"])
def test_a_header_without_a_block_is_no_answer(answer: str) -> None:
    assert isinstance(made(PYTHON, answer), Skip)


def test_the_first_half_of_a_statement_is_refused_though_it_parses() -> None:
    sample = SAMPLES["a.js"]
    outcome = made(sample.source, "    return a\n      ? 1\n   ", path="a.js", finish="length")
    assert isinstance(outcome, Skip)


def test_a_generator_keeps_the_yield_behind_its_return() -> None:
    answer = "        return\n        yield 1"
    assert text(PYTHON, answer) == answer


def test_outside_bytes_that_are_not_utf_8_stay_and_the_fill_is_ascii() -> None:
    source = PYTHON.replace(b"Money.", b"\xa3")
    outcome = made(source, BODY)
    assert isinstance(outcome, Fill)
    assert b"\xa3" in filled(source, outcome)
    outcome = made(source, "        return 'é'")
    assert isinstance(outcome, Skip)
    assert outcome.reason == "the file is not UTF-8, and the answer is not ASCII"


def test_letters_beyond_ascii_are_welcome_in_utf_8() -> None:
    assert text(PYTHON, "        return 'é語'") == "        return 'é語'"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"], ids=["none", "LF", "CRLF"])
def test_the_end_of_the_file_stays_as_it_is(end: bytes) -> None:
    source = b"\xef\xbb\xbfdef f(x):\n    raise NotImplementedError('TODO')" + end
    outcome = made(source, "    y = x\n    return y\n\n\nprint(f(1))\n")
    assert isinstance(outcome, Fill)
    assert filled(source, outcome).endswith(b"return y" + end)
    assert filled(source, outcome).startswith(b"\xef\xbb\xbfdef f(x):")


def test_a_file_with_errors_elsewhere_is_filled() -> None:
    source = PYTHON + b"\n\ndef broken(:\n    return (\n"
    assert text(source, BODY + SIBLING) == BODY


def test_a_function_on_one_line_gets_lines() -> None:
    source = b"int add(int a, int b) { /* TODO */ }\nint x;\n"
    outcome = made(source, "int c = a;\nreturn c + b;\n}\nint y;", path="a.c")
    assert isinstance(outcome, Fill)
    assert filled(source, outcome) == b"int add(int a, int b) {\n    int c = a;\n    return c + b;\n}\nint x;\n"
