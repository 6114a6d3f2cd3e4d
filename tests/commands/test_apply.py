"""Suggestions are taken over all or nothing, and never over somebody's work."""

from __future__ import annotations

import pytest

from tests.commands.conftest import FILLED, STUBBED, Workshop

TWO = "def one() -> int:\n    pass\ndef two() -> int:\n    pass\n"


@pytest.fixture
def suggested(workshop: Workshop) -> Workshop:
    workshop.commit()
    workshop.commit({"a.py": TWO})
    workshop.server.text = "    return 1\n"
    assert workshop.fimbot("suggest", "HEAD~1").status == 0
    return workshop


def ids(workshop: Workshop) -> list[str]:
    return [line.split()[0] for line in workshop.fimbot("apply", "--list").out.splitlines()]


def test_nothing_to_apply_is_said(workshop: Workshop) -> None:
    workshop.commit({"a.py": "x = 1\n"})
    done = workshop.fimbot("apply", "--all")
    assert (done.status, done.err) == (2, "fimbot: there is nothing to apply; `fimbot suggest` comes first\n")
    assert workshop.fimbot("apply", "--list").out == ""


def test_neither_ids_nor_all_is_a_question_back(suggested: Workshop) -> None:
    assert suggested.fimbot("apply").status == 2
    assert suggested.fimbot("apply", "--all", ids(suggested)[0]).status == 2


def test_one_by_its_id_leaves_the_other(suggested: Workshop) -> None:
    assert suggested.fimbot("apply", ids(suggested)[1]).status == 0
    assert (suggested.root / "a.py").read_text() == "def one() -> int:\n    pass\ndef two() -> int:\n    return 1\n"


def test_the_beginning_of_an_id_will_do(suggested: Workshop) -> None:
    assert suggested.fimbot("apply", ids(suggested)[0][:6]).status == 0
    assert (suggested.root / "a.py").read_text() == "def one() -> int:\n    return 1\ndef two() -> int:\n    pass\n"


def test_an_unknown_id_offers_the_nearest(suggested: Workshop) -> None:
    first = ids(suggested)[0]
    wrong = first[:-1] + ("0" if first[-1] != "0" else "1")
    done = suggested.fimbot("apply", wrong)
    assert (done.status, done.err) == (2, f"fimbot: no suggestion {wrong}: did you mean {first}?\n")


def test_one_after_the_other_though_they_are_neighbours(suggested: Workshop) -> None:
    first, second = ids(suggested)
    assert suggested.fimbot("apply", first).status == 0
    assert suggested.fimbot("apply", second).status == 0
    assert (suggested.root / "a.py").read_text() == TWO.replace("pass", "return 1")


def test_what_is_applied_is_no_longer_offered(suggested: Workshop) -> None:
    first, second = ids(suggested)
    assert suggested.fimbot("apply", first).status == 0
    assert ids(suggested) == [second]
    assert suggested.fimbot("apply", "--all").status == 0
    assert (suggested.root / "a.py").read_text() == TWO.replace("pass", "return 1")
    assert "nothing to apply" in suggested.fimbot("apply", "--all").err


def test_a_run_that_finds_nothing_leaves_nothing_to_apply(suggested: Workshop) -> None:
    suggested.fimbot("suggest", "HEAD")
    assert ids(suggested) == []
    assert (suggested.root / ".git/fimbot/patches/all.patch").read_bytes() == b""


def test_the_index_alone(suggested: Workshop) -> None:
    suggested.write("a.py", "mine = 1\n" + TWO)
    assert suggested.fimbot("apply", "--all", "--cached").status == 0
    assert suggested.git("show", ":a.py").decode() == TWO.replace("pass", "return 1")
    assert (suggested.root / "a.py").read_text() == "mine = 1\n" + TWO


def test_edits_elsewhere_in_the_file_do_not_matter(suggested: Workshop) -> None:
    suggested.write("a.py", "import os\n\n\n" + TWO + "\n\nmore = 1\n")
    assert suggested.fimbot("apply", "--all").status == 0
    assert (suggested.root / "a.py").read_text() == "import os\n\n\n" + TWO.replace(
        "pass", "return 1"
    ) + "\n\nmore = 1\n"


def test_a_stub_filled_by_hand_is_a_conflict_and_nothing_changes(suggested: Workshop) -> None:
    mine = TWO.replace("def two() -> int:\n    pass", "def two() -> int:\n    return 2")
    suggested.write("a.py", mine)
    done = suggested.fimbot("apply", "--all")
    assert done.status == 3
    assert "a.py: two has been changed or filled" in done.err
    assert (suggested.root / "a.py").read_text() == mine


def test_a_file_that_is_gone_is_a_conflict(suggested: Workshop) -> None:
    (suggested.root / "a.py").unlink()
    done = suggested.fimbot("apply", "--all")
    assert (done.status, "a.py is gone" in done.err) == (3, True)


def test_a_checkout_with_other_line_ends_keeps_them(stubbed: Workshop) -> None:
    assert stubbed.fimbot("suggest", "HEAD~1").status == 0
    stubbed.write("a.py", STUBBED.replace("\n", "\r\n"))
    assert stubbed.fimbot("apply", "--all").status == 0
    assert (stubbed.root / "a.py").read_bytes() == FILLED.replace("\n", "\r\n").encode()


def test_from_a_subdirectory(suggested: Workshop) -> None:
    (suggested.root / "below").mkdir()
    assert suggested.fimbot("apply", "--all", at=suggested.root / "below").status == 0
    assert (suggested.root / "a.py").read_text() == TWO.replace("pass", "return 1")


def test_a_damaged_store_is_one_line(suggested: Workshop) -> None:
    (suggested.root / ".git/fimbot/patches/suggestions.json").write_text("{")
    done = suggested.fimbot("apply", "--all")
    assert (done.status, done.err.count("\n")) == (3, 1)


def test_a_stub_that_was_moved_to_another_depth_is_no_place_for_the_old_lines(suggested: Workshop) -> None:
    moved = "if True:\n" + "".join(f"    {line}\n" for line in TWO.splitlines())
    suggested.write("a.py", moved)
    done = suggested.fimbot("apply", "--all")
    assert done.status == 3
    assert (suggested.root / "a.py").read_text() == moved


def test_of_identical_stubs_the_one_that_was_touched_is_filled(workshop: Workshop) -> None:
    twin = "def one() -> int:\n    # TODO: count\n    pass\n"
    workshop.commit({"a.py": twin})
    workshop.commit({"a.py": f"{twin}\n\n{twin}"})
    workshop.server.text = "    return 1\n"
    assert workshop.fimbot("suggest", "HEAD~1").status == 0
    assert workshop.fimbot("apply", "--all").status == 0
    assert (workshop.root / "a.py").read_text() == f"{twin}\n\ndef one() -> int:\n    return 1\n"


TWIN = "def one() -> int:\n    pass\n"


@pytest.fixture
def twins(workshop: Workshop) -> Workshop:
    """Two stubs that are alike, and a suggestion for each: `return 1` and `return 2`."""
    workshop.commit()
    workshop.commit({"a.py": f"{TWIN}x = 1\n{TWIN}"})
    workshop.server.text = lambda body: f"    return {1 if 'x = 1' in body['suffix'] else 2}\n"
    assert workshop.fimbot("suggest", "HEAD~1").status == 0
    return workshop


def text(workshop: Workshop) -> str:
    return (workshop.root / "a.py").read_text()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_identical_stubs_are_applied_one_after_the_other_each_its_own(twins: Workshop, order: tuple[int, int]) -> None:
    names = ids(twins)
    for n in order:
        assert twins.fimbot("apply", names[n]).status == 0
    assert text(twins) == f"{TWIN}x = 1\n{TWIN}".replace("pass", "return 1", 1).replace("pass", "return 2")
    assert ids(twins) == []


def test_identical_stubs_the_first_by_its_id_and_then_the_rest(twins: Workshop) -> None:
    assert twins.fimbot("apply", ids(twins)[0]).status == 0
    assert twins.fimbot("apply", "--all").status == 0
    assert text(twins) == f"{TWIN}x = 1\n{TWIN}".replace("pass", "return 1", 1).replace("pass", "return 2")


FIRST_FILLED = f"{TWIN}x = 1\n{TWIN}".replace("pass", "return 0", 1)
ONE_MORE = f"{TWIN}{TWIN}x = 1\n{TWIN}"


@pytest.mark.parametrize("mine", [FIRST_FILLED, ONE_MORE], ids=["one-filled", "one-more"])
@pytest.mark.parametrize("which", [0, 1])
def test_identical_stubs_of_which_another_number_is_there_are_left_alone(
    twins: Workshop, which: int, mine: str
) -> None:
    """Which one a suggestion was made for is not known any more."""
    twins.write("a.py", mine)
    done = twins.fimbot("apply", ids(twins)[which])
    assert done.status == 3
    assert "there were 2 stubs like one when the suggestion was made" in done.err
    assert text(twins) == mine


def test_a_stub_that_somebody_has_copied_is_left_alone(workshop: Workshop) -> None:
    workshop.commit()
    workshop.commit({"a.py": TWIN})
    assert workshop.fimbot("suggest", "HEAD~1").status == 0
    workshop.write("a.py", f"{TWIN}{TWIN}")
    done = workshop.fimbot("apply", "--all")
    assert (done.status, "there was one stub like one" in done.err) == (3, True)
    assert text(workshop) == f"{TWIN}{TWIN}"


def test_a_link_that_took_the_files_place_is_not_followed(suggested: Workshop) -> None:
    outside = suggested.root.parent / "outside.py"
    outside.write_text(TWO)
    (suggested.root / "a.py").unlink()
    try:
        (suggested.root / "a.py").symlink_to(outside)
    except OSError:
        pytest.skip("no links here")
    assert suggested.fimbot("apply", "--all").status == 3
    assert outside.read_text() == TWO
