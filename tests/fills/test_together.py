"""Several stubs of one file, filled independently, proved together; and the edit that a fill is."""

from __future__ import annotations

from fimbot.fills.frame import edit_of
from fimbot.fills.make import make_fill
from fimbot.fills.prove import prove
from fimbot.fills.together import prove_together
from fimbot.stubs.find import find_stubs
from fimbot.stubs.parsed import parsed_file
from fimbot.values import WHOLE_FILE, Checks, Completion, Edit, Fill, Skip, Stub, apply_edits
from tests.fills.asking import BODY, PYTHON, frame_in, stub_in, window_of

THREE = b"".join(b"def f%d(x):\n    raise NotImplementedError('TODO')\n\n\n" % n for n in range(3)).rstrip() + b"\n"


def stubs_of(source: bytes) -> list[Stub]:
    return [found for found in find_stubs("a.py", source, [WHOLE_FILE]) if isinstance(found, Stub)]


def fill(stub: Stub, text: str) -> Fill:
    return Fill(stub, text, Checks(True, True, True), Completion(text, "stop", "test", "none"))


def test_nothing_to_prove() -> None:
    assert prove_together(parsed_file("a.py", PYTHON), []) == ((), ())


def test_one_fill_stays_as_it_is() -> None:
    only = fill(stub_in(PYTHON), BODY)
    assert prove_together(parsed_file("a.py", PYTHON), [only]) == ((only,), ())


def test_the_edit_is_the_hole_and_nothing_else() -> None:
    stub = stub_in(PYTHON)
    assert edit_of(stub, BODY) == Edit(stub.hole.start, stub.hole.end, BODY.encode())
    hole = stub.hole._replace(lead=b"\r\n", tail=b"\r\n  ")
    assert edit_of(stub._replace(hole=hole), "x").replacement == b"\r\nx\r\n  "


def test_all_fills_of_a_file_hold_together_in_the_files_order() -> None:
    answer = Completion("    y = x\n    return y\n", "stop", "test", "none")
    outcomes = [make_fill(frame_in(THREE, stub), window_of(THREE, stub), answer) for stub in stubs_of(THREE)]
    fills = [outcome for outcome in outcomes if isinstance(outcome, Fill)]
    kept, dropped = prove_together(parsed_file("a.py", THREE), list(reversed(fills)))
    assert [each.stub.name for each in kept] == ["f0", "f1", "f2"]
    assert dropped == ()
    after = apply_edits(THREE, [edit_of(each.stub, each.text) for each in kept])
    assert after.count(b"y = x\n    return y") == 3
    assert b"NotImplemented" not in after


def test_what_breaks_the_whole_is_dropped_with_a_reason_and_the_rest_kept() -> None:
    first, second, third = stubs_of(THREE)
    fills = [fill(first, "    return 1"), fill(second, "    return (1"), fill(third, "    return 3")]
    kept, dropped = prove_together(parsed_file("a.py", THREE), fills)
    assert [each.stub.name for each in kept] == ["f0", "f2"]
    assert [(each.stub.name, each.reason) for each in dropped] == [
        ("f1", "with the other fills of this file, the answer does not parse")
    ]


def test_two_fills_of_one_hole_are_one() -> None:
    stub = stub_in(PYTHON)
    kept, dropped = prove_together(parsed_file("a.py", PYTHON), [fill(stub, BODY), fill(stub, "        return 1")])
    assert len(kept) == 1
    assert [type(each) for each in dropped] == [Skip]


def test_a_proof_names_what_is_wrong() -> None:
    stub = stub_in(PYTHON)
    assert prove(frame_in(PYTHON, stub), BODY) is None
    assert prove(frame_in(PYTHON, stub), "") == "the answer is empty"
    assert prove(frame_in(PYTHON, stub), "    return 1") is not None
    assert prove(frame_in(PYTHON, stub), BODY + "\n\n    def more(self):\n        return 1") is not None


def test_a_fill_that_repeats_the_code_beside_it_is_named() -> None:
    source = b"def f(x):\n    total = sum(x)\n    # TODO: check\n    print(total, x)\n"
    frame = frame_in(source, stub_in(source))
    assert prove(frame, "    total = sum(x)") == "the answer repeats the code before the hole"
    assert prove(frame, "    print(total,\n          x)") == "the answer repeats the code after the hole"
    assert prove(frame, "    total = max(x)") is None
