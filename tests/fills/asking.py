"""A stub out of a source text, and what becomes of an answer to it."""

from __future__ import annotations

import textwrap

from fimbot.fills.frame import Frame, edit_of, frame_of
from fimbot.fills.make import hole_complete, make_fill
from fimbot.fills.together import prove_all
from fimbot.stubs.find import find_stubs
from fimbot.stubs.parsed import parsed_file
from fimbot.values import WHOLE_FILE, Completion, Fill, FinishReason, Skip, Stub, Window, apply_edits

PYTHON = b'''import os


class Account:
    """Money."""

    def balance(self) -> int:
        return self._balance

    def withdraw(self, amount: int) -> int:
        """Takes money out."""
        raise NotImplementedError("TODO")

    def close(self) -> None:
        self._balance = 0


def main() -> None:
    print(Account().balance())
'''
BODY = """        if amount > self._balance:
            raise ValueError(amount)

        self._balance -= amount
        return self._balance"""

C = b"""#include <stdio.h>

int add(int a, int b)
{
\t/* TODO: implement */
}

int main(void)
{
\treturn add(1, 2);
}
"""
C_BODY = """\tint sum = a;

\tif (b) {
\t\tsum += b; /* } */
\t\tputs("}");
\t}
\treturn sum;"""


def stub_in(source: bytes, path: str = "a.py", name: str | None = None) -> Stub:
    found = [each for each in find_stubs(path, source, [WHOLE_FILE]) if not isinstance(each, Skip)]
    return next(each for each in found if name is None or each.name == name)


def frame_in(source: bytes, stub: Stub) -> Frame:
    return frame_of(parsed_file(stub.path, source, stub.language), stub)


def window_of(source: bytes, stub: Stub) -> Window:
    before, after = source[: stub.hole.start], source[stub.hole.end :]
    return Window(stub, _text(before), _text(after), (), 0)


def _text(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").decode("utf-8", "replace")


def made(
    source: bytes, answer: str, *, path: str = "a.py", name: str | None = None, finish: FinishReason = "stop"
) -> Fill | Skip:
    """As the pipeline does it: made in the stub's frame, and held against the file."""
    frame = frame_in(source, stub_in(source, path, name))
    made = make_fill(frame, window_of(source, frame.stub), Completion(answer, finish, "test", "none"))
    return prove_all({path: frame.file}, [made])[0]


def text(source: bytes, answer: str, *, path: str = "a.py", finish: FinishReason = "stop") -> str:
    outcome = made(source, answer, path=path, finish=finish)
    return outcome.text if isinstance(outcome, Fill) else f"skip: {outcome.reason}"


def filled(source: bytes, fill: Fill) -> bytes:
    return apply_edits(source, [edit_of(fill.stub, fill.text)])


def hung_up_at(source: bytes, answer: str, *, path: str = "a.py", step: int = 1) -> int | None:
    """How many characters have come when the stream is hung up on; None where it never is."""
    stub = stub_in(source, path)
    done = hole_complete(frame_in(source, stub), window_of(source, stub))
    ends = range(step, len(answer) + step, step)
    return next((min(end, len(answer)) for end in ends if done(answer[:end])), None)


def flush(body: str) -> str:
    """The body from column 0."""
    return textwrap.dedent(body)
